/**
 * Ends at bad moments: answers that still wait for a slow reader when their exchange is over, bytes
 * that break the rules behind an answer, a stop in the middle of a dial.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { clientTimeouts } from "../../src/limits/options.ts";
import { endStages, Stage } from "./stage.ts";
import { StrayErrors } from "./stray-errors.ts";
import { ToyClient } from "./toy-client.ts";
import type { ServerScript } from "./toy-server.ts";

/** More than a pipe, but so little that the rest fits into the queue: the exchange ends at once. */
const body = Buffer.alloc(100_000, "0123456789");
const wanted = { status: 200, body };
const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
const host = "Host: test\r\n";

const server: ServerScript = {
  onRequest: (_request, connection) => connection.send(head, body),
};

const stray = new StrayErrors();
after(async () => {
  await endStages();
  stray.assertNone();
});

interface SlowCase {
  readonly name: string;
  readonly request: string;
  /** What happens while the client does not read. */
  readonly meanwhile: (stage: Stage, client: ToyClient) => Promise<unknown>;
}

const slowCases: readonly SlowCase[] = [
  {
    name: "longer than a connection lingers",
    request: `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    meanwhile: (stage) => stage.pass(10_000),
  },
  {
    name: "longer than a kept-alive connection is kept",
    request: `GET / HTTP/1.1\r\n${host}\r\n`,
    meanwhile: (stage) => stage.pass(10_000),
  },
  {
    name: "while the client says that it sends no more",
    request: `GET / HTTP/1.1\r\n${host}\r\n`,
    async meanwhile(stage, client) {
      client.end();
      await stage.pass(10_000);
    },
  },
  {
    name: "while the worker drains",
    request: `GET / HTTP/1.1\r\n${host}\r\n`,
    async meanwhile(stage) {
      void stage.worker.stop(1_000_000);
      await stage.quiet();
    },
  },
];

for (const { name, request, meanwhile } of slowCases) {
  void test(`ends: a whole answer waits for its reader: ${name}`, async () => {
    const timeouts = { ...clientTimeouts, keepAliveMs: 5_000 };
    const stage = await Stage.open(server, { timeouts });
    const client = await stage.connect();
    client.stopReading();
    client.send(request);
    await stage.quiet();
    assert.equal(stage.worker.counters.exchangesEnded, 1, "the proxy is done with the exchange");
    await meanwhile(stage, client);
    client.readOn();
    assert.equal(await client.answer(wanted), "whole");
    assert.deepEqual(client.violations, []);
    client.close();
    assert.deepEqual(await stage.close(), []);
  });

  void test(`ends: but not for ever: ${name}`, async () => {
    const timeouts = { ...clientTimeouts, keepAliveMs: 5_000 };
    const stage = await Stage.open(server, { timeouts });
    const client = await stage.connect();
    client.stopReading();
    client.send(request);
    await stage.quiet();
    await meanwhile(stage, client);
    await stage.pass(2 * clientTimeouts.writeMs + 10_000);
    assert.equal(stage.worker.counters.connectionsActive, 0);
    assert.deepEqual(await stage.close(), []);
  });
}

void test("ends: garbage behind an early answer is not answered", async () => {
  const stage = await Stage.open({
    onHead(_head, connection) {
      connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      return true;
    },
    onRequest() {},
  });
  const client = await stage.connect();
  client.send(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  assert.equal(await client.answer({ status: 403, body: Buffer.from("no") }), "whole");
  client.send("garbage\r\n");
  await stage.pass(5_000);
  assert.equal(client.takeAll().toString(), "");
  assert.notEqual(client.ending, undefined);
  client.close();
  assert.deepEqual(await stage.close(), []);
});

void test("ends: a head in parts is read behind a body that nobody consumed", async () => {
  const stage = await Stage.open({
    onHead({ startLine }, connection) {
      connection.channel.pause();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      return startLine.startsWith("POST");
    },
    onRequest() {},
  });
  const client = await stage.connect();
  const long = Buffer.alloc(250_000);
  client.send(`POST / HTTP/1.1\r\n${host}Content-Length: ${long.length}\r\n\r\n`, long);
  const ok = { status: 200, body: Buffer.from("ok") };
  assert.equal(await client.answer(ok), "whole");
  client.send("GET / HT");
  await stage.quiet();
  client.send(`TP/1.1\r\n${host}\r\n`);
  assert.equal(await client.answer(ok), "whole");
  client.close();
  assert.deepEqual(await stage.close(), []);
});

void test("ends: an answer that ends with the connection is not cut by a FIN", async () => {
  const stage = await Stage.open({
    onHead(_head, connection) {
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
      return true;
    },
    onRequest() {},
  });
  const client = await stage.connect();
  client.send(`POST / HTTP/1.0\r\n${host}Content-Length: 1000\r\n\r\nfirst`);
  await stage.quiet();
  client.end();
  const whole = { status: 200, body: Buffer.from("half, and the rest") };
  assert.equal(await client.answer(whole), "broken");
  assert.equal(client.ending, "reset");
  assert.deepEqual(client.violations, []);
  assert.deepEqual(await stage.close(), []);
});

void test("ends: a request that is not repeatable is not said again", async () => {
  const stage = await Stage.open({
    onRequest(_request, connection) {
      if (connection.servedCount > 0) connection.cut();
      else connection.send(head, body);
    },
  });
  const client = await stage.connect();
  client.send(`GET / HTTP/1.1\r\n${host}\r\n`);
  assert.equal(await client.answer(wanted), "whole");
  client.send(`POST / HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`);
  assert.equal(await client.answer(wanted), "refused");
  assert.equal(stage.server.requests.length, 2);
  client.close();
  assert.deepEqual(await stage.close(), []);
});

void test("ends: a connection that comes too late for its client is not lost", async () => {
  const stage = await Stage.open(server);
  const dial = stage.transport.dial.bind(stage.transport);
  const late: (() => void)[] = [];
  stage.transport.dial = (target, receiver) => {
    late.push(() => void dial(target, receiver));
    return () => {};
  };
  const client = new ToyClient();
  const connected = client.connect(stage.transport, stage.worker.listeners[0]?.port ?? 0);
  for (const go of late.splice(0)) go();
  await connected;
  client.send(`GET / HTTP/1.1\r\n${host}\r\n`);
  await stage.quiet();
  client.reset();
  await stage.quiet();
  for (const go of late.splice(0)) go();
  await stage.pass(10_000);
  assert.equal(stage.server.connections.size, 0, "it was kept, and closed when nobody wanted it");
  assert.equal(stage.worker.upstreamConnectionCount(), 0);
  assert.deepEqual(await stage.close(), []);
});

void test("ends: a stop leaves no connection that was being dialled", async () => {
  const stage = await Stage.open(server);
  const client = await stage.connect();
  const dial = stage.transport.dial.bind(stage.transport);
  const late: (() => void)[] = [];
  stage.transport.dial = (target, receiver) => {
    late.push(() => void dial(target, receiver));
    return () => {};
  };
  client.send(`GET / HTTP/1.1\r\n${host}\r\n`);
  await stage.quiet();
  await stage.worker.stop(0);
  for (const go of late) go();
  await stage.quiet();
  assert.equal(stage.worker.upstreamConnectionCount(), 0);
  assert.deepEqual(await stage.close(), []);
});
