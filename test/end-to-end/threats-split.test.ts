/** However its bytes come, a message is the same message (threat 31). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { plainText } from "../support/recorder.ts";
import { turns } from "../support/within.ts";

const wire =
  "POST /path?q HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nConnection: x-b\r\nX-B: 2\r\n" +
  "Transfer-Encoding: chunked\r\n\r\n5;e\r\nhello\r\n0\r\nX-T: t\r\n\r\n";
const sent =
  "POST /path?q HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "5\r\nhello\r\n0\r\nX-T: t\r\n\r\n";

void test("threat 31: a request cut in two at every place is the same request", async () => {
  await recorded({}, async ({ client, recorder }) => {
    for (let at = 1; at < wire.length; at++) {
      client.say(wire.slice(0, at));
      await turns(2);
      client.say(wire.slice(at));
      await client.expect("\r\n\r\nok");
      assert.equal(plainText(recorder.last), sent, `cut at ${at}`);
    }
    assert.equal(recorder.requests.length, wire.length - 1);
  });
});

void test("threat 31: a pause inside a head changes nothing", async () => {
  await recorded({ scriptsTime: true }, async ({ client, recorder, proxy }) => {
    for (const [at, byte] of Array.from(wire).entries()) {
      client.say(byte);
      if (at % 16 === 0) await proxy.pass(1_000);
      else await turns(1);
    }
    await client.expect("\r\n\r\nok");
    assert.equal(plainText(recorder.last), sent);
  });
});
