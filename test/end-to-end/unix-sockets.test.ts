/** Unix sockets on both sides: the same exchanges, and the same ends. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { startProxy, type Proxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { thenAlways } from "../support/within.ts";

interface Parties {
  readonly proxy: Proxy;
  readonly client: WireEnd;
  readonly upstream: ScriptedUpstream;
}

interface UnixCase {
  readonly name: string;
  readonly play: (parties: Parties) => Promise<void>;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const cases: readonly UnixCase[] = [
  {
    name: "exchanges go through, and a connection is used again",
    async play({ client, upstream }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      const head = await connection.expect("\r\n\r\n");
      assert.doesNotMatch(head, /^x-forwarded-for:/im, "a Unix socket has no address");
      connection.say(ok);
      await client.expect("\r\n\r\nok");
      client.say(get);
      await connection.expect("\r\n\r\n");
      connection.say(ok);
      await client.expect("\r\n\r\nok");
    },
  },
  {
    name: "a client that leaves stops its request",
    async play({ client, upstream, proxy }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      client.close();
      await connection.expectGone();
      await proxy.settled();
    },
  },
  {
    name: "an upstream that is not understood is left",
    async play({ client, upstream }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      connection.say("nonsense\r\n\r\n");
      await client.expect("HTTP/1.1 502 ");
      await connection.expectGone();
    },
  },
  {
    name: "an answer that breaks off is cut",
    async play({ client, upstream }) {
      client.say("GET / HTTP/1.0\r\nHost: x\r\n\r\n");
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      await client.expect("half");
      connection.close();
      await client.expectGone();
    },
  },
  {
    name: "a tunnel ends on both sides",
    async play({ client, upstream }) {
      client.say(get.replace("\r\n\r\n", "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
      await client.expect("\r\n\r\n");
      client.say("ping");
      await connection.expect("ping");
      connection.cut();
      await client.expectGone();
    },
  },
];

for (const { name, play } of cases) {
  void test(`Unix sockets: ${name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "foregate-test-"));
    const upstream = new ScriptedUpstream("upstream");
    await upstream.listen(join(folder, "upstream.sock"));
    const door = join(folder, "door.sock");
    const listeners = [{ label: door, host: undefined, port: 0, socketPath: door }];
    const proxy = await startProxy({ to: upstream.address, listeners });
    const client = await connectClient(door);
    await thenAlways(
      () => play({ proxy, client, upstream }),
      async () => {
        client.close();
        await upstream.close();
        await proxy.close();
        rmSync(folder, { recursive: true, force: true });
      },
    );
  });
}
