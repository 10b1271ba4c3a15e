/** Clients that read slowly get their answer whole, even when its last bytes wait in our queue. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startProxy, type Proxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { pause, thenAlways, until } from "../support/within.ts";

const answerBytes = 16_000_000;

interface SlowCase {
  readonly name: string;
  readonly lines?: string;
  /** When all has been handed over, and the client still has to read the last of it. */
  readonly meanwhile: (parties: { proxy: Proxy; client: WireEnd }) => Promise<void>;
}

const cases: readonly SlowCase[] = [
  {
    name: "after it has ended its own side",
    meanwhile: async ({ client }) => {
      client.end();
      await pause(50);
    },
  },
  {
    name: "after the connection was to be closed, for longer than we linger",
    lines: "Connection: close\r\n",
    meanwhile: ({ proxy }) => proxy.pass(30_000),
  },
  {
    name: "after it ended its side of a connection to be closed",
    lines: "Connection: close\r\n",
    meanwhile: async ({ proxy, client }) => {
      client.end();
      await pause(20);
      await proxy.pass(30_000);
    },
  },
  {
    name: "when it has not taken a byte for longer than a kept connection may idle",
    meanwhile: ({ proxy }) => proxy.pass(58_000),
  },
];

for (const { name, lines = "", meanwhile } of cases) {
  void test(`a client that reads slowly: ${name}`, async () => {
    // An answer of our own goes into the queue at once, which makes this the same on every machine.
    const respond = { status: 200, body: "b".repeat(answerBytes) };
    const proxy = await startProxy({ config: { sites: { "*": { respond } } }, scriptsTime: true });
    const client = await connectClient(proxy.port);
    await thenAlways(
      async () => {
        client.countOnly();
        client.stall();
        client.say(`GET / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`);
        await until(() => proxy.worker.counters.exchangesEnded === 1, "the answer is handed over");
        await meanwhile({ proxy, client });
        client.resume();
        assert.ok((await client.expectCount(answerBytes)) > answerBytes);
      },
      async () => {
        client.close();
        await proxy.close();
      },
    );
  });
}
