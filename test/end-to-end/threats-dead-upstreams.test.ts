/** Threats by upstreams that are not there (86), and by what is never to end (88). */

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { startProxy } from "../support/proxy.ts";
import {
  accept,
  expect,
  expectGone,
  pass,
  say,
  scenario,
  stopListening,
  wait,
  signal,
  type Step,
} from "../support/scenario.ts";
import { connectClient } from "../support/scripted-client.ts";
import { ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";
import { SlowDials } from "../support/slow-dials.ts";
import { pause, thenAlways, until } from "../support/within.ts";

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const deaf: readonly Step[] = [stopListening(), signal("deaf")];

scenario("threat 86: an upstream that refuses", {
  client: [
    wait("deaf"),
    say(get),
    expect("HTTP/1.1 502 Bad Gateway\r\n"),
    expect("Proxy-Status: foregate; error=connection_refused\r\n"),
    expect("}\n"),
  ],
  a: deaf,
  check: ({ worker }) => assert.equal(worker.counters.failures["connect-refused"], 1),
});

scenario("threat 86: the next upstream takes what the first one refuses, a body too", {
  config: ({ a, b }) => ({ sites: { "*": { proxy: { to: [b, a] } } } }),
  client: [
    wait("deaf"),
    ...Array.from({ length: 4 }, () => [
      say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
      expect("\r\n\r\nok"),
    ]).flat(),
  ],
  b: deaf,
  a: Array.from({ length: 4 }, () => [expect("hello"), say(ok)]).flat(),
  check: ({ worker }) => assert.equal(worker.counters.status5xx, 0),
});

scenario("threat 86: all of them refuse", {
  config: ({ a, b }) => ({ sites: { "*": { proxy: { to: [b, a] } } } }),
  client: [wait("deaf"), say(get), expect("HTTP/1.1 502 ")],
  b: [stopListening()],
  a: deaf,
  check: ({ worker }) => assert.equal(worker.counters.upstreamDials, 2),
});

const unreachable = new SlowDials();

scenario("threat 86: an upstream that never answers a dial", {
  transport: unreachable,
  scriptsTime: true,
  client: [
    async () => unreachable.hold(),
    say(get),
    () => unreachable.begun(),
    pass(4_800),
    pass(600),
    expect("HTTP/1.1 504 Gateway Timeout\r\n"),
    expect("error=connection_timeout"),
    expect("}\n"),
  ],
  check: ({ worker }) => assert.equal(worker.counters.failures["connect-timeout"], 1),
});

scenario("threat 86: a client that leaves while its upstream is dialled", {
  transport: new SlowDials(),
  client: [say(get), async ({ wire }) => (await wire()).end(), expectGone()],
  a: [],
});

void test("threat 86: a name that does not resolve", async () => {
  const proxy = await startProxy({
    config: { sites: { "*": { proxy: "nowhere.invalid:80", timeouts: { connect: "1s" } } } },
  });
  const client = await connectClient(proxy.port);
  await thenAlways(
    async () => {
      client.say(get);
      await client.expectMatch(/HTTP\/1\.1 50[24] /);
      await client.expect("}\n");
    },
    async () => {
      client.close();
      await proxy.close();
    },
  );
});

void test("threat 86: a Unix socket that is not there, and one that is", async () => {
  const path = join(tmpdir(), `foregate-test-${process.pid}.sock`);
  const proxy = await startProxy({ to: `unix:${path}` });
  const client = await connectClient(proxy.port);
  const upstream = new ScriptedUpstream("unix");
  await thenAlways(
    async () => {
      client.say(get);
      await client.expect("HTTP/1.1 502 ");
      await client.expect("}\n");
      await upstream.listen(path);
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("GET / HTTP/1.1\r\nHost: x\r\n");
      connection.say(ok);
      await client.expect("\r\n\r\nok");
    },
    async () => {
      client.close();
      await upstream.close();
      await proxy.close();
      rmSync(path, { force: true });
    },
  );
});

scenario("threat 86: one that comes back is used again", {
  client: [say(get), expect("ok"), wait("gone"), say(get), expect("ok")],
  a: [
    expect("GET /"),
    say(ok),
    async ({ wire }) => (await wire()).close(),
    signal("gone"),
    accept(),
    expect("GET /"),
    say(ok),
  ],
});

/** How much memory an exchange may hold while its reader stands still, in bytes. */
const mebibyte = 1024 * 1024;
const heldBytesMax = 12 * mebibyte;
const piece = Buffer.alloc(256 * 1024, "b");

/** Half a second in which it does not change has to come within ten. */
async function settlesAt(read: () => number, what: string): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    const before = read();
    await pause(500);
    if (read() === before) return;
  }
  assert.fail(what);
}

/** Says the same piece for as long as the other side takes it; returns how much was taken. */
async function sayEndlessly(
  say: (bytes: Buffer) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) await Promise.race([say(piece), until(isOver, "it is over").catch(() => {})]);
}

/** Each with its room for bodies, and what may be taken in all, kernel's buffers included. */
const rooms: readonly (readonly [what: string, config: object, bytesMax: number])[] = [
  ["nothing is kept", { defaults: { buffer: "off" } }, 40 * mebibyte],
  ["memory alone is used up", { buffer: { memory: "16MiB", disk: "off" } }, 60 * mebibyte],
  ["the file is full", { buffer: { memory: "16MiB", disk: "64MiB" } }, 160 * mebibyte],
];

for (const [what, config, bytesMax] of rooms) {
  void test(`threat 88: an endless answer to a client that stands still: ${what}`, async () => {
    const upstream = await startScriptedUpstream();
    const proxy = await startProxy({ config: { ...config, sites: { "*": upstream.address } } });
    const client = await connectClient(proxy.port);
    let isOver = false;
    let taken = 0;
    await thenAlways(
      async () => {
        client.say(get);
        client.countOnly();
        const connection = await upstream.nextConnection();
        await connection.expect("\r\n\r\n");
        client.stall();
        connection.say("HTTP/1.1 200 OK\r\n\r\n");
        const saying = sayEndlessly(
          async (bytes) => {
            await connection.sayAll(bytes);
            taken += bytes.length;
          },
          () => isOver,
        ).catch(() => undefined);
        await settlesAt(() => taken, "the upstream is not read while the client stands still");
        assert.ok(taken < bytesMax, `${taken} bytes were taken`);
        assert.ok(proxy.worker.counters.clientBytesOut < heldBytesMax);
        client.resume();
        await client.expectCount(taken);
        isOver = true;
        connection.close();
        await saying;
      },
      async () => {
        isOver = true;
        client.close();
        await upstream.close();
        await proxy.close();
      },
    );
  });
}

void test("threat 88: nor is an endless body to an upstream that stands still", async () => {
  const upstream = await startScriptedUpstream();
  const proxy = await startProxy({ to: upstream.address });
  const client = await connectClient(proxy.port);
  let isOver = false;
  await thenAlways(
    async () => {
      client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
      const connection = await upstream.nextConnection();
      connection.countOnly();
      connection.stall();
      const saying = sayEndlessly(
        (bytes) => client.sayAll(bytes),
        () => isOver,
      ).catch(() => undefined);
      const { counters } = proxy.worker;
      await pause(400);
      const then = counters.clientBytesIn;
      await pause(200);
      assert.equal(counters.clientBytesIn, then, "the client is not read");
      assert.ok(then < heldBytesMax, `${then} bytes were read`);
      connection.resume();
      await until(() => counters.clientBytesIn > then, "the client is read again");
      isOver = true;
      client.close();
      await saying;
      await connection.expectReset();
    },
    async () => {
      isOver = true;
      client.close();
      await upstream.close();
      await proxy.close();
    },
  );
});
