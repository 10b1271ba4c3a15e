/** Kept connections that the upstream gives up at the very moment when they are wanted. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startProxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { thenAlways } from "../support/within.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

void test("a connection whose end was read is not taken again", async () => {
  const upstream = await startScriptedUpstream();
  const proxy = await startProxy({ to: upstream.address });
  const client = await connectClient(proxy.port);
  await thenAlways(
    async () => {
      client.say(post);
      const first = await upstream.nextConnection();
      await first.expect("hello");
      first.say(ok);
      await client.expect("\r\n\r\nok");
      for (let round = 0, previous = first; round < 20; round++) {
        // Both reach the proxy in one turn of its loop, the end of the connection first.
        previous.close();
        client.say(post);
        const next = await upstream.nextConnection();
        await next.expect("hello");
        next.say(ok);
        await client.expect("HTTP/1.1 200 OK\r\n");
        await client.expect("\r\n\r\nok");
        previous = next;
      }
      assert.equal(proxy.worker.counters.status5xx, 0);
    },
    async () => {
      client.close();
      await upstream.close();
      await proxy.close();
    },
  );
});
