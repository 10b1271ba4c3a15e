/** Hooks, maintenance and PROXY headers together with what else a request may be. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { RequestHook, ResponseHook } from "../../src/foregate.ts";
import {
  accept,
  cut,
  expect,
  expectEnd,
  expectGone,
  expectMatch,
  look,
  say,
  scenario,
  signal,
  stopListening,
  wait,
} from "../support/scenario.ts";
import { startProxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { thenAlways, until } from "../support/within.ts";

interface Hooks {
  readonly request?: RequestHook;
  readonly response?: ResponseHook;
}

const by =
  (hooks: Hooks, site: object = {}) =>
  ({ a }: { readonly a: string }): unknown => ({ sites: { "*": { proxy: a, hooks, ...site } } });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const expecting = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

scenario("hooks: a client that waits for 100 gets the upstream's, behind a hook that waits", {
  streams: true,
  config: by({ request: turn, response: turn }),
  client: [
    say(expecting),
    expect("HTTP/1.1 100 Continue\r\n\r\n"),
    say("hello"),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [
    expectMatch(/Expect: 100-continue\r\n\r\n$/),
    say("HTTP/1.1 100 Continue\r\n\r\n"),
    expect("hello"),
    say(ok),
  ],
});

scenario("hooks: an answer to a client that waits for 100 is final, and ends the connection", {
  config: by({
    request: async (_, to) => {
      await turn();
      to.respond({ status: 403, body: "no" });
    },
  }),
  client: [
    say(expecting),
    expectMatch(/^HTTP\/1.1 403 Forbidden\r\n[^]*Connection: close\r\n/),
    expectEnd(/no$/),
  ],
});

scenario("hooks: HTTP/1.0 gets an answer of unknown length up to the end", {
  config: by({ response: turn }),
  client: [say("GET / HTTP/1.0\r\nHost: x\r\n\r\n"), expect("200 OK"), expectEnd(/\r\n\r\nhello$/)],
  a: [
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
  ],
});

scenario("hooks: HEAD, 204, 304 and trailers pass a response hook that waits, pipelined", {
  config: by({
    response: async (from, to) => {
      if (from.request.path === "/slow") await turn();
      to.fields.set("x-hook", from.request.path);
    },
  }),
  client: [
    say("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n", "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"),
    say(
      "GET /304 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /end HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n",
    ),
    expect("x-hook: /head\r\n"),
    expectMatch(/ 204 No Content\r\n[^]* 304 Not Modified\r\n[^]* 200 OK\r\n[^]*X-Sum: 1\r\n\r\n$/),
    look((_, wire) => {
      const order = [...wire.received.matchAll(/x-hook: (\S+)/g)].map(([, path]) => path);
      assert.deepEqual(order, ["/head", "/slow", "/304", "/end"]);
    }),
  ],
  a: [
    expect("HEAD /head"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"),
    expect("GET /slow"),
    say("HTTP/1.1 204 No Content\r\n\r\n"),
    expect("GET /304"),
    say('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'),
    expect("GET /end"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"),
  ],
});

scenario("hooks: a body that grows too large while a response hook waits is a 413", {
  streams: true,
  config: by({ response: () => new Promise(() => {}) }, { limits: { body: "10B" } }),
  client: [
    say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    wait("answered"),
    say("9\r\n too much\r\n"),
    expect("HTTP/1.1 413 "),
  ],
  a: [
    expect("hello"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
    signal("answered"),
    expectGone(),
  ],
});

{
  const { promise, resolve } = Promise.withResolvers<void>();
  scenario("hooks: an upstream that breaks off while a response hook waits is seen to", {
    config: by({ response: () => promise }),
    client: [say(get), expect("HTTP/1.1 200 OK"), expectEnd(/\r\n\r\n1?$/)],
    a: [
      expect("GET /"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
      cut(),
      async () => {
        for (let turns = 0; turns < 20; turns++) await turn();
        resolve();
      },
    ],
  });
}

scenario("hooks: one run and one PROXY header for each attempt", {
  config: ({ a, b }) => ({
    sites: {
      "*": { proxy: { to: [a, b], proxyProtocol: "v1" }, hooks: { request: turn, response: turn } },
    },
  }),
  client: [wait("deaf"), say(get, get), expect("200 OK"), expectMatch(/200 OK[^]*ok$/)],
  a: [stopListening(), signal("deaf")],
  b: [accept(), expectMatch(/^PROXY TCP4 [^]*GET \//), say(ok), expect("GET /"), say(ok)],
  check: (_, { b }) => assert.equal(b.received.split("PROXY").length, 2),
});

scenario("maintenance: an upload is refused, drained, and its connection goes on", {
  config: ({ a }) => ({
    sites: { "*": { routes: [{ path: "/up", proxy: a, maintenance: true }, { proxy: a }] } },
  }),
  client: [
    say("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "x".repeat(50_000)),
    expect("HTTP/1.1 503 "),
    say("x".repeat(50_000), get),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [expect("GET /"), say(ok)],
});

scenario("maintenance: who waits for 100 is told at once", {
  config: ({ a }) => ({ sites: { "*": { proxy: a, maintenance: true } } }),
  client: [say(expecting), expect("HTTP/1.1 503 "), expectEnd(/Connection: close/)],
});

{
  const { promise, resolve } = Promise.withResolvers<void>();
  const uploadBytes = 40_000_000;
  void test("hooks: an upload waits with its hook, at the client", async () => {
    const hooks: Hooks = {
      request: async (_, to) => {
        await promise;
        to.respond({ status: 403 });
      },
    };
    const proxy = await startProxy({ config: by(hooks)({ a: "127.0.0.1:1" }) });
    const client = await connectClient(proxy.port);
    await thenAlways(
      async () => {
        client.say(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${uploadBytes}\r\n\r\n`);
        client.say("x".repeat(uploadBytes));
        await until(() => proxy.worker.counters.clientBytesIn > 60_000, "it begins to read");
        for (let turns = 0; turns < 200; turns++) await turn();
        const { clientBytesIn } = proxy.worker.counters;
        assert.ok(clientBytesIn < 1_000_000, `${clientBytesIn} bytes are read`);
        resolve();
        await client.expect("HTTP/1.1 403 ");
      },
      async () => {
        client.close();
        await proxy.close();
      },
    );
  });
}

void test("hooks: hundreds that never end leave nothing behind after 5 s", async () => {
  const hooks: Hooks = { request: () => new Promise(() => {}) };
  const config = by(hooks)({ a: "127.0.0.1:1" });
  const troubles = [/not done within 5000 ms/];
  const proxy = await startProxy({ config, scriptsTime: true, troubles });
  const clients = await Promise.all(Array.from({ length: 300 }, () => connectClient(proxy.port)));
  await thenAlways(
    async () => {
      for (const client of clients) client.say(get);
      const { counters } = proxy.worker;
      await until(() => counters.exchangesInFlight === 300, "all wait");
      await proxy.pass(5_200);
      for (const client of clients) await client.expect("HTTP/1.1 504 ");
      assert.deepEqual([counters.exchangesInFlight, counters.failures["hook-timeout"]], [0, 300]);
    },
    async () => {
      for (const client of clients) client.close();
      await proxy.close();
    },
  );
});
