/** A worker that stops: what is in flight ends in order, or is cut when its time is over. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startProxy, type Proxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startScriptedUpstream, type ScriptedUpstream } from "../support/scripted-upstream.ts";
import { SlowDials } from "../support/slow-dials.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { thenAlways, within } from "../support/within.ts";

interface Parties {
  readonly proxy: Proxy;
  readonly upstream: ScriptedUpstream;
  readonly client: WireEnd;
}

interface StopCase {
  readonly name: string;
  readonly transport?: SlowDials;
  readonly play: (parties: Parties) => Promise<void>;
}

const lateDials = new SlowDials();

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function isOver(stopping: Promise<void>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 30));
  return Promise.race([stopping.then(() => true), later]);
}

const cases: readonly StopCase[] = [
  {
    name: "an idle connection is closed at once",
    async play({ proxy, upstream, client }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say(ok);
      await client.expect("\r\n\r\nok");
      await within(proxy.worker.stop(5_000), "the worker stops");
      assert.equal(await client.expectEnd(), "");
      await connection.expectGone();
    },
  },
  {
    name: "one that has sent nothing yet is closed at once",
    async play({ proxy, client }) {
      await within(proxy.worker.stop(5_000), "the worker stops");
      assert.equal(await client.expectEnd(), "");
    },
  },
  {
    name: "an answer that is waited for comes whole, and says close",
    async play({ proxy, upstream, client }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      const stopping = proxy.worker.stop(5_000);
      assert.equal(await isOver(stopping), false);
      connection.say(ok);
      await client.expect("Connection: close\r\n\r\nok");
      client.end();
      await within(stopping, "the worker stops");
    },
  },
  {
    name: "an answer that has begun comes whole",
    async play({ proxy, upstream, client }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
      await client.expect("hello");
      const stopping = proxy.worker.stop(5_000);
      assert.equal(await isOver(stopping), false);
      connection.say("world");
      await client.expect("world");
      assert.equal(await client.expectEnd(), "");
      client.end();
      await within(stopping, "the worker stops");
    },
  },
  {
    name: "half a head may become whole, and is answered",
    async play({ proxy, upstream, client }) {
      client.say(get.slice(0, 10));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const stopping = proxy.worker.stop(5_000);
      client.say(get.slice(10));
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say(ok);
      await client.expect("Connection: close\r\n\r\nok");
      client.end();
      await within(stopping, "the worker stops");
    },
  },
  {
    name: "what does not end in its time is cut",
    async play({ proxy, upstream, client }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      await within(proxy.worker.stop(100), "the worker stops");
      await client.expectGone();
      await connection.expectGone();
    },
  },
  {
    name: "nobody gets in any more",
    async play({ proxy, upstream, client }) {
      client.say(get);
      const connection = await upstream.nextConnection();
      await connection.expect("\r\n\r\n");
      const stopping = proxy.worker.stop(5_000);
      await assert.rejects(connectClient(proxy.port));
      connection.say(ok);
      await client.expect("ok");
      client.end();
      await within(stopping, "the worker stops");
    },
  },
  {
    name: "a connection that is made too late does not stay",
    transport: lateDials,
    async play({ proxy, client }) {
      lateDials.hold();
      client.say(get);
      await lateDials.begun();
      await within(proxy.worker.stop(0), "the worker stops");
      lateDials.release();
      await client.expectGone();
    },
  },
];

for (const { name, transport, play } of cases) {
  void test(`threat 171: ${name}`, async () => {
    const upstream = await startScriptedUpstream();
    const options = transport === undefined ? {} : { transport };
    const proxy = await startProxy({ to: upstream.address, ...options });
    const client = await connectClient(proxy.port);
    await thenAlways(
      () => play({ proxy, upstream, client }),
      async () => {
        client.close();
        await upstream.close();
        await proxy.close();
      },
    );
  });
}
