/** A balancer in front says who its client is, at a real door (threat 167). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { valuesOf } from "../support/recorder.ts";
import { connectClient } from "../support/scripted-client.ts";
import { header2, ipv4, ipv6 } from "../wire/proxy-protocol/headers.ts";

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const listeners = [
  {
    label: "test",
    host: "127.0.0.1",
    port: 0,
    socketPath: undefined,
    proxyProtocol: true,
  },
];
const trusting = (to: string): unknown => ({ trust: ["127.0.0.0/8"], sites: { "*": to } });
const untrusting = (to: string): unknown => ({ trust: ["10.0.0.0/8"], sites: { "*": to } });

interface Case {
  readonly name: string;
  readonly header: string | Buffer;
  /** Who the upstream is told that the client is. */
  readonly client: string;
}

const cases: readonly Case[] = [
  { name: "version 1", header: "PROXY TCP4 192.0.2.1 10.0.0.1 5 80\r\n", client: "192.0.2.1" },
  { name: "version 2", header: header2(0x21, 0x11, ipv4("192.0.2.2", 5)), client: "192.0.2.2" },
  {
    name: "IPv6",
    header: header2(0x21, 0x21, ipv6("20010db8000000000000000000000001", 5)),
    client: "2001:db8::1",
  },
  { name: "the balancer itself", header: "PROXY UNKNOWN\r\n", client: "127.0.0.1" },
];

for (const { name, header, client: wanted } of cases) {
  for (const how of ["in one piece", "byte by byte"]) {
    void test(`threat 167: announced: ${name}, ${how}`, async () => {
      await recorded({ config: trusting, listeners }, async ({ client, recorder }) => {
        const bytes = Buffer.concat([Buffer.from(header as string, "latin1"), Buffer.from(get)]);
        if (how === "in one piece") client.say(bytes.toString("latin1"));
        else {
          for (const byte of bytes) {
            client.say(String.fromCharCode(byte));
            await new Promise((resolve) => setImmediate(resolve));
          }
        }
        await client.expect("\r\n\r\nok");
        assert.deepEqual(valuesOf(recorder.last.fields, "x-forwarded-for"), [wanted]);
        // The next request on the connection is the same client's.
        client.say(get);
        await client.expect("\r\n\r\nok");
        assert.deepEqual(valuesOf(recorder.last.fields, "x-forwarded-for"), [wanted]);
      });
    });
  }
}

const refused: Record<string, string> = {
  "no header": get,
  "a second header": "PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n",
  "a wrong address": "PROXY TCP4 1.2.3.400 2.2.2.2 1 2\r\n",
  "a line without end": `PROXY ${"x".repeat(200)}`,
};

for (const [name, bytes] of Object.entries(refused)) {
  void test(`threat 167: announced: ${name} is refused`, async () => {
    await recorded({ config: trusting, listeners }, async ({ client, recorder }) => {
      client.say(bytes);
      await client.expectGone();
      assert.equal(recorder.requests.length, 0);
    });
  });
}

void test("threat 167: announced: a client is not believed about others", async () => {
  await recorded({ config: trusting, listeners }, async ({ client, recorder }) => {
    client.say(`PROXY TCP4 192.0.2.1 10.0.0.1 5 80\r\n`);
    client.say(get.replace("\r\n\r\n", "\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n"));
    await client.expect("\r\n\r\nok");
    assert.deepEqual(valuesOf(recorder.last.fields, "x-forwarded-for"), ["192.0.2.1"]);
  });
});

void test("threat 167: announced: a stranger may not connect", async () => {
  await recorded({ config: untrusting, listeners }, async ({ client, proxy }) => {
    await client.expectGone();
    assert.equal(proxy.worker.counters.connectionsRefused, 1);
  });
});

void test("threat 167: announced: who says nothing is closed in time", async () => {
  const options = { config: trusting, listeners, scriptsTime: true };
  await recorded(options, async ({ client, proxy }) => {
    client.say("PROXY TCP4 ");
    await proxy.pass(29_000);
    const other = await connectClient(proxy.port);
    await proxy.pass(2_000);
    await client.expectGone();
    other.say(`PROXY UNKNOWN\r\n${get}`);
    await other.expect("\r\n\r\nok");
    other.close();
  });
});

void test("threat 167: announced: a stop closes who has not said a word", async () => {
  await recorded({ config: trusting, listeners }, async ({ client, proxy }) => {
    client.say("PROXY");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const stopped = proxy.worker.stop(10_000);
    await client.expectGone();
    await stopped;
  });
});
