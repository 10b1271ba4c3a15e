/**
 * Server-sent events: none of them waits for the next one, and a stream may be silent for longer
 * than any ordinary answer. Time is scripted: 61 s is one more than an answer's longest silence.
 */

import assert from "node:assert/strict";
import { createServer, get, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { test } from "node:test";

import {
  expect,
  expectEnd,
  expectGone,
  expectMatch,
  pass,
  say,
  scenario,
  signal,
  wait,
} from "../support/scenario.ts";
import { within } from "../support/within.ts";
import { startDemoSite } from "./demo-site.ts";
import { everythingTo, startForegate } from "./foregate-program.ts";
import { listening } from "./listening.ts";

/** One more than the 60 s that Foregate waits for ordinary answers. */
const silentMs = 61_000;

const request = "GET /events HTTP/1.1\r\nHost: story.test\r\nAccept: text/event-stream\r\n\r\n";
const streamHead =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const pageHead = streamHead.replace("event-stream", "html");

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

void test("story: each event arrives before the next one is sent", async (t) => {
  // The upstream sends an event only when the test says so, and the test waits for the one before.
  let sendEvent: (text: string) => void = () => assert.fail("nobody has asked for events");
  const { port } = await listening(
    t,
    createServer((_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
      response.flushHeaders();
      sendEvent = (text) => response.write(text);
    }),
  );
  const { url } = await startForegate(t, everythingTo(port));
  const asked = get(`${url}/events`, { agent: false });
  t.after(() => asked.destroy());
  // The head alone, before any event.
  const [stream] = (await within(once(asked, "response"), "the stream opens")) as [IncomingMessage];
  for (let count = 1; count <= 100; count++) {
    const event = `id: ${count}\ndata: {"count": ${count}}\n\n`;
    const heard = once(stream, "data");
    sendEvent(event);
    assert.equal(String((await within(heard, `event ${count} arrives`))[0]), event);
  }
});

void test("story: a client that comes back to the demo's clock goes on where it was", async (t) => {
  const { url } = await startDemoSite(t);
  const headers = { "last-event-id": "41" };
  const asked = get(`${url}/clock/events?ms=20`, { agent: false, headers });
  t.after(() => asked.destroy());
  const [stream] = (await within(once(asked, "response"), "the stream opens")) as [IncomingMessage];
  let text = "";
  stream.on("data", (piece: Buffer) => (text += piece.toString()));
  while (!text.includes("id: 44\n")) await within(once(stream, "data"), "an event", () => text);
  assert.match(text, /^retry: 1000\n\nid: 42\nevent: tick\n/);
});

scenario("story: a stream of events that is silent for 61 s goes on", {
  scriptsTime: true,
  client: [
    say(request),
    expectMatch(/^HTTP\/1\.1 200 OK\r\n/),
    expect("data: 1\n\n"),
    signal("heard one"),
    expect("data: 2\n\n"),
    expectMatch(/0\r\n\r\n$/),
  ],
  a: [
    expect("\r\n\r\n"),
    say(streamHead, chunk("data: 1\n\n")),
    wait("heard one"),
    pass(silentMs),
    pass(10 * silentMs),
    say(chunk("data: 2\n\n"), "0\r\n\r\n"),
  ],
});

scenario("story: an ordinary answer that does not begin for 61 s is a 504", {
  scriptsTime: true,
  client: [
    say(request.replace("text/event-stream", "*/*")),
    expectMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/),
  ],
  a: [expect("\r\n\r\n"), pass(silentMs), expectGone()],
});

scenario("story: an ordinary answer that is silent in the middle for 61 s is cut visibly", {
  scriptsTime: true,
  client: [
    say(request.replace("text/event-stream", "*/*")),
    expectMatch(/^HTTP\/1\.1 200 OK\r\n/),
    expect("half of it"),
    signal("heard half"),
    // No last chunk before the end: it looks broken, and not short.
    expectEnd(/^(?:\r\n)?$/),
  ],
  a: [
    expect("\r\n\r\n"),
    say(pageHead, chunk("half of it")),
    wait("heard half"),
    pass(silentMs),
    expectGone(),
  ],
});
