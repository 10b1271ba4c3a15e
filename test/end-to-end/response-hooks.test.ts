/** Response hooks in their place: what they see, what clients get, what becomes of bodies. */

import assert from "node:assert/strict";

import type { RequestHook, ResponseHook } from "../../src/foregate.ts";
import {
  close,
  connectAgain,
  cut,
  expect,
  expectEnd,
  expectGone,
  expectMatch,
  expectSilence,
  look,
  pass,
  say,
  scenario,
  signal,
  stopListening,
  wait,
  type Step,
} from "../support/scenario.ts";

const get = "GET /app/x HTTP/1.1\r\nHost: acme.example\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const brotli = "Content-Encoding: br\r\nETag: abc\r\nSet-Cookie: a=1\r\n";

const by =
  (response: ResponseHook, site: object = {}) =>
  ({ a }: { readonly a: string }): unknown => ({
    sites: { "*": { proxy: a, hooks: { response }, ...site } },
  });

/** As in the guide: another page where the upstream has none. */
const sorry = by((from, to) => {
  if (from.status === 503) to.respond({ status: 503, body: "sorry" });
});

scenario("response hook: sees what came, and changes what is mapped and ruled", {
  config: by(
    (from, to) => {
      assert.equal(from.request.path, "/app/x");
      assert.equal(from.status, 302);
      assert.equal(from.fields.get("location"), "/y");
      assert.equal(to.fields.get("location"), "/app/y");
      assert.equal(from.fields.has("x-rule"), false);
      assert.equal(to.fields.get("x-rule"), "rule");
      to.fields.add("set-cookie", "b=2");
      to.fields.remove("server");
      to.status = 307;
    },
    { strip: "/app", headers: { response: { set: { "x-rule": "rule" } } } },
  ),
  client: [
    say(get),
    expect("HTTP/1.1 307 Temporary Redirect\r\n"),
    expectMatch(/^Location: \/app\/y\r\n[^]*Set-Cookie: a=1\r\n[^]*set-cookie: b=2\r\n/),
    look((_, wire) => assert.doesNotMatch(wire.received, /Server/)),
  ],
  a: [
    expect("GET /x"),
    say("HTTP/1.1 302 Found\r\nLocation: /y\r\nServer: s\r\nSet-Cookie: a=1\r\n"),
    say("Content-Length: 0\r\n\r\n"),
  ],
});

scenario("response hook: nothing of the answer that it replaces is left", {
  config: sorry,
  client: [
    say(get),
    expectMatch(/^HTTP\/1.1 503 Service Unavailable\r\nContent-Type: text\/plain; [^]*sorry$/),
    look((_, wire) => assert.doesNotMatch(wire.received, /ETag|Encoding|Cookie|gone|: 9/)),
    say(get),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [
    expect("GET /app/x"),
    // It came as a whole, so the same connection serves again.
    say(`HTTP/1.1 503 No\r\n${brotli}Content-Length: 9\r\n\r\ngone gone`),
    expect("GET /app/x"),
    say(ok),
  ],
  check: ({ worker }) => assert.equal(worker.counters.upstreamReuses, 1),
});

scenario("response hook: an upstream whose answer is replaced is not listened to any more", {
  config: sorry,
  client: [
    say(get),
    expectMatch(/\r\n\r\nsorry/),
    wait("gone"),
    say(get),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [
    expect("GET /app/x"),
    say("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    expectGone(),
    signal("gone"),
    connectAgain(),
    expect("GET /app/x"),
    say(ok),
  ],
});

scenario("response hook: HEAD gets the length of the other answer, and no body", {
  config: sorry,
  client: [
    say("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    expectMatch(/^HTTP\/1.1 503 [^]*Content-Length: 5\r\n[^]*\r\n\r\n/),
    expectEnd(""),
  ],
  a: [expect("HEAD /"), say("HTTP/1.1 503 No\r\nContent-Length: 900\r\n\r\n")],
});

scenario("response hook: an answer without a body may be replaced by one with a body", {
  config: by(async (from, to) => {
    await Promise.resolve();
    if (from.status === 304) to.file("package.json");
    if (from.status === 200) to.respond({ status: 204 });
  }),
  client: [
    say(get),
    expectMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: application\/json\r\n[^]*"foregate"/),
    say(get),
    expectMatch(/HTTP\/1.1 204 No Content\r\nDate: [^\r]*\r\n\r\n/),
  ],
  a: [
    expect("GET /app/x"),
    say('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'),
    expect("GET /app/x"),
    say(ok),
  ],
});

scenario("response hook: an upload that nobody wants any more is drained", {
  streams: true,
  config: sorry,
  client: [
    say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"),
    say("x".repeat(50_000)),
    expectMatch(/\r\n\r\nsorry/),
    say("x".repeat(50_000), get),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [
    expect("\r\n\r\nx"),
    say("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno"),
    expectGone(),
    connectAgain(),
    expect("GET /app/x"),
    say(ok),
  ],
});

scenario("response hook: interim answers pass beside it", {
  config: by((from, to) => to.fields.set("x-hook", String(from.status))),
  client: [
    say(get),
    expectMatch(/^HTTP\/1.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1.1 200 OK\r\n/),
    expect("x-hook: 200\r\n"),
    expect("ok"),
  ],
  a: [expect("GET /app/x"), say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", ok)],
});

scenario("response hook: an upgrade passes beside it", {
  config: by(() => assert.fail("not for upgrades")),
  client: [
    say("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
    expect("HTTP/1.1 101 Switching Protocols"),
    expect("hi"),
  ],
  a: [
    expect("Upgrade: websocket\r\n"),
    say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhi"),
  ],
});

scenario("response hook: answers that are no upstream's pass beside it", {
  config: ({ a }) => ({
    sites: {
      "*": {
        proxy: a,
        hooks: {
          request: ((from, to) => {
            if (from.path === "/own") to.respond({ body: "own" });
          }) satisfies RequestHook,
          response: () => assert.fail("not for these"),
        },
      },
    },
  }),
  client: [
    say("GET /own HTTP/1.1\r\nHost: x\r\n\r\n"),
    expectMatch(/\r\n\r\nown/),
    wait("deaf"),
    say(get),
    expect("HTTP/1.1 502 Bad Gateway"),
  ],
  a: [stopListening(), signal("deaf")],
});

const failing: Readonly<Record<string, ResponseHook>> = {
  throws: () => {
    throw new Error("secret reason");
  },
  "wants what a head cannot hold": async (_, to) => {
    await Promise.resolve();
    to.fields.set("x-a", "secret reason\r\n\r\n<script>");
  },
};

for (const [name, hook] of Object.entries(failing)) {
  scenario(`response hook: one that ${name} is a 500, and its upstream is let go`, {
    config: by(hook),
    client: [
      say(get),
      expect("HTTP/1.1 500 Internal Server Error"),
      look((rest) => assert.doesNotMatch(rest, /secret|hook/)),
    ],
    a: [expect("GET /app/x"), say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), expectGone()],
    troubles: [/^the response hook of \* has failed: (?:Type)?Error/],
    check: ({ worker }) => assert.equal(worker.counters.failures["hook-failed"], 1),
  });
}

/** A hook that begins and ends when a test says so. */
function gate(then: ResponseHook = () => {}): {
  readonly hook: ResponseHook;
  readonly begun: Step;
  readonly open: Step;
} {
  const begun = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    begun: () => begun.promise,
    open: async () => opened.resolve(),
    hook: async (from, to) => {
      begun.resolve();
      await opened.promise;
      await then(from, to);
    },
  };
}

{
  const { hook, begun, open } = gate((_, to) => to.fields.set("x-hook", "1"));
  scenario("response hook: while it waits the body waits, and then it comes whole", {
    config: by(hook),
    client: [
      say(get),
      begun,
      expectSilence(),
      open,
      expectMatch(/x-hook: 1\r\n[^]*\r\n\r\nhello world/),
    ],
    a: [
      expect("GET /app/x"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello"),
      begun,
      say(" world"),
    ],
  });
}

{
  const { hook, begun, open } = gate((_, to) => to.respond({ body: "late" }));
  scenario("response hook: one that takes 5 s has failed, and comes too late", {
    config: by(hook),
    scriptsTime: true,
    client: [
      say(get),
      begun,
      pass(5_200),
      expect("HTTP/1.1 504 Gateway Timeout"),
      open,
      say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
      expectMatch(/HTTP\/1.1 200 OK\r\n[^]*late/),
      expectEnd(""),
    ],
    a: [
      expect("GET /app/x"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
      expectGone(),
      connectAgain(),
      expect("GET /"),
      say(ok),
    ],
    troubles: [/^the response hook of \* has failed: [^]*not done within 5000 ms/],
    check: ({ worker }) => assert.equal(worker.counters.failures["hook-timeout"], 1),
  });
}

{
  const { hook, begun, open } = gate();
  scenario("response hook: a client that leaves meanwhile takes its upstream along", {
    config: by(hook),
    scriptsTime: true,
    client: [say(get), begun, close()],
    a: [
      expect("GET /app/x"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
      expectGone(),
      open,
    ],
    check: async (proxy) => {
      await proxy.settled();
      assert.equal(proxy.worker.counters.failures["client-gone"], 1);
    },
  });
}

{
  const { hook, begun, open } = gate();
  scenario("response hook: an upstream that breaks off meanwhile is a visible cut", {
    config: by(hook),
    client: [
      say(get),
      begun,
      wait("cut"),
      open,
      expect("Content-Length: 9\r\n\r\n1"),
      expectEnd(""),
    ],
    a: [
      expect("GET /app/x"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
      begun,
      cut(),
      signal("cut"),
    ],
  });
}

{
  const { hook, begun, open } = gate((_, to) => to.respond({ status: 503, body: "sorry" }));
  scenario("response hook: replaces the answer of an upstream that has broken off", {
    config: by(hook),
    client: [say(get), begun, wait("cut"), open, expectMatch(/^HTTP\/1.1 503 [^]*sorry/)],
    a: [
      expect("GET /app/x"),
      say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
      begun,
      cut(),
      signal("cut"),
    ],
  });
}

scenario("response hook: a stop cuts one that never ends", {
  config: by(() => new Promise(() => {})),
  client: [say(get), expectSilence()],
  a: [expect("GET /app/x"), say(ok)],
});
