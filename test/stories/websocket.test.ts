/**
 * WebSocket through Foregate: the client that Node has, the client of `ws`, and a raw one that says
 * what no library would (RFC 6455).
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { WebSocket as WsClient, WebSocketServer } from "ws";

import { connectClient } from "../support/scripted-client.ts";
import { startRecorder } from "../support/recorder.ts";
import { within } from "../support/within.ts";
import { startDemoSite } from "./demo-site.ts";
import { everythingTo, startForegate, type ForegateProgram } from "./foregate-program.ts";
import { listening } from "./listening.ts";

const megabyte = 1024 * 1024;

/** Its peer for handshakes that are written down: `dGhlIHNhbXBsZSBub25jZQ==` is RFC 6455's own. */
const handshake = (version: number): string =>
  [
    "GET /echo/ws HTTP/1.1",
    "Host: story.test",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Sec-WebSocket-Version: ${version}`,
    "",
    "",
  ].join("\r\n");

function echoAddress({ port }: ForegateProgram): string {
  return `ws://127.0.0.1:${port}/echo/ws`;
}

void test("story: Node's own WebSocket says text and a megabyte, and hears it back", async (t) => {
  const { foregate } = await startDemoSite(t);
  const socket = new WebSocket(echoAddress(foregate));
  socket.binaryType = "arraybuffer";
  await within(once(socket, "open"), "the WebSocket opens");

  socket.send("grüß dich");
  assert.equal(await heard(socket), "grüß dich");
  const bytes = randomBytes(megabyte);
  socket.send(bytes);
  const back = await heard(socket);
  assert.ok(back instanceof ArrayBuffer && bytes.equals(Buffer.from(back)));

  socket.close(3001, "enough");
  const [closing] = await within(once(socket, "close"), "the WebSocket closes");
  assert.deepEqual(closed(closing), { code: 3001, reason: "enough", wasClean: true });
});

void test("story: ws says and hears the same, in many messages at once", async (t) => {
  const { foregate } = await startDemoSite(t);
  const socket = new WsClient(echoAddress(foregate));
  t.after(() => socket.terminate());
  await within(once(socket, "open"), "the WebSocket opens");

  const messages = Array.from({ length: 50 }, (_, at) => randomBytes(at * 1_000));
  const back: Buffer[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    back.push(data);
    if (back.length === messages.length) resolve();
  });
  for (const message of messages) socket.send(message);
  await within(all, "every message comes back", () => `${back.length} did`);
  assert.deepEqual(back, messages);
});

void test("story: pings, pongs and close codes go both ways", async (t) => {
  const { server, port } = await listening(t, createServer());
  const sockets = new WebSocketServer({ server });
  const foregate = await startForegate(t, everythingTo(port));
  const client = new WsClient(`ws://127.0.0.1:${foregate.port}/`);
  const [[peer]] = (await within(
    Promise.all([once(sockets, "connection"), once(client, "open")]),
    "the WebSocket opens",
  )) as [[WsClient], unknown];

  for (const [from, to] of [
    [client, peer],
    [peer, client],
  ] as const) {
    const [pinged, ponged] = [once(to, "ping"), once(from, "pong")];
    from.ping("are you there?");
    assert.equal(String((await within(pinged, "a ping"))[0]), "are you there?");
    assert.equal(String((await within(ponged, "a pong"))[0]), "are you there?");
  }

  const [atClient, atPeer] = [once(client, "close"), once(peer, "close")];
  peer.close(4002, "we move");
  assert.deepEqual(codeOf(await within(atClient, "the client is closed")), [4002, "we move"]);
  assert.deepEqual(codeOf(await within(atPeer, "the upstream is closed")), [4002, "we move"]);
});

void test("story: an upstream that dies takes its WebSockets with it", async (t) => {
  const { server, port } = await listening(t, createServer());
  const sockets = new WebSocketServer({ server });
  const foregate = await startForegate(t, everythingTo(port));
  const client = new WsClient(`ws://127.0.0.1:${foregate.port}/`);
  const [[peer]] = (await within(
    Promise.all([once(sockets, "connection"), once(client, "open")]),
    "the WebSocket opens",
  )) as [[WsClient], unknown];
  const gone = once(client, "close");
  peer.terminate();
  // 1006: no close frame came, so nothing looks like an end in order.
  assert.deepEqual(codeOf(await within(gone, "the client is closed")), [1006, ""]);
});

void test("story: frames sent right behind the handshake are not lost", async (t) => {
  const { foregate } = await startDemoSite(t);
  const client = await connectClient(foregate.port);
  t.after(() => client.close());
  client.say(handshake(13) + textFrame("early"));
  await client.expectMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
  assert.equal(await client.expectBytes(7), "\x81\x05early");
});

void test("story: a handshake of another version is refused, and no tunnel opens", async (t) => {
  // `ws` answers 400 here; a server that follows RFC 6455 §4.4 to the letter says 426.
  const recorder = await startRecorder(({ line }) =>
    line.startsWith("GET /echo/ws")
      ? "HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n"
      : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain",
  );
  t.after(() => recorder.close());
  const { port } = await startForegate(t, everythingTo(recorder.upstream.port));
  const client = await connectClient(port);
  t.after(() => client.close());
  client.say(handshake(7));
  const head = await client.expectMatch(/^HTTP\/1\.1 426 [^]*\r\n\r\n/);
  assert.match(head, /\r\nsec-websocket-version: 13\r\n/i);

  // What follows is read as HTTP, and a frame would be no request.
  client.say("GET /page HTTP/1.1\r\nHost: story.test\r\n\r\n");
  await client.expectMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nplain$/);
  assert.equal(recorder.last.line, "GET /page HTTP/1.1");
  client.say(textFrame("no request"));
  await client.expectMatch(/^HTTP\/1\.1 400 /);
  await client.expectEnd();
  assert.equal(recorder.requests.length, 2);
});

/** A text frame as clients send it, under a mask of zeros (RFC 6455 §5.2). */
function textFrame(text: string): string {
  return `\x81${String.fromCharCode(0x80 | text.length)}\0\0\0\0${text}`;
}

async function heard(socket: WebSocket): Promise<unknown> {
  const [event] = await within(once(socket, "message"), "the WebSocket hears something");
  return (event as { readonly data: unknown }).data;
}

function closed(event: unknown): Readonly<Record<string, unknown>> {
  const { code, reason, wasClean } = event as CloseEvent;
  return { code, reason, wasClean };
}

/** What `ws` says about a close. */
function codeOf([code, reason]: readonly unknown[]): readonly unknown[] {
  return [code, String(reason)];
}
