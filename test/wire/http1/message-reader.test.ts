/** The reader by itself: who owns which bytes, what is left, what the end of the input means. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { clientLimits } from "../../../src/limits/options.ts";
import {
  MessageReader,
  readEvent,
  type BodyFraming,
} from "../../../src/wire/http1/message-reader.ts";
import { get } from "./cases.ts";

const { need, head, piece, end } = readEvent;

function readerOf(wire: string): MessageReader {
  const reader = new MessageReader(false, clientLimits);
  reader.receive(Buffer.from(wire, "latin1"));
  return reader;
}

/** A reader that is behind a head. */
function inBody(framing: BodyFraming, bytes: number, body: string): MessageReader {
  const reader = readerOf(get() + body);
  assert.equal(reader.next(), head);
  reader.beginBody(framing, bytes);
  return reader;
}

interface EndCase {
  readonly name: string;
  readonly reader: () => MessageReader;
  readonly proper: boolean;
}

const ends: readonly EndCase[] = [
  { name: "nothing", reader: () => readerOf(""), proper: true },
  { name: "an empty line", reader: () => drained(readerOf("\r\n")), proper: true },
  { name: "half a head", reader: () => drained(readerOf("GE")), proper: false },
  { name: "bytes that nobody looked at", reader: () => readerOf("GE"), proper: false },
  { name: "no body", reader: () => inBody("none", 0, ""), proper: true },
  { name: "half a sized body", reader: () => drained(inBody("sized", 2, "h")), proper: false },
  { name: "a sized body", reader: () => drained(inBody("sized", 2, "hi")), proper: true },
  { name: "half a chunk", reader: () => drained(inBody("chunked", 0, "2\r\nh")), proper: false },
  {
    name: "no trailer section",
    reader: () => drained(inBody("chunked", 0, "0\r\n")),
    proper: false,
  },
  { name: "half a trailer", reader: () => drained(inBody("chunked", 0, "0\r\nX")), proper: false },
  { name: "chunked", reader: () => drained(inBody("chunked", 0, "0\r\n\r\n")), proper: true },
  { name: "until close", reader: () => drained(inBody("until-close", 0, "hi")), proper: true },
  { name: "a tunnel", reader: () => drained(inBody("tunnel", 0, "hi")), proper: true },
];

for (const { name, reader, proper } of ends) {
  void test(`message reader: the input ends behind ${name}`, () => {
    assert.equal(reader().receiveEnd(), proper);
  });
}

function drained(reader: MessageReader): MessageReader {
  while (reader.next() !== need);
  return reader;
}

for (const framing of ["until-close", "tunnel"] as const) {
  void test(`message reader: ${framing} gives what is left, then its end once`, () => {
    const reader = inBody(framing, 0, "hi");
    assert.equal(reader.receiveEnd(), true);
    assert.deepEqual([reader.next(), reader.next(), reader.next()], [piece, end, need]);
    assert.equal(reader.isDone, true);
  });
}

void test("message reader: the end of a connection is forgotten with its message", () => {
  const reader = inBody("until-close", 0, "");
  reader.receiveEnd();
  assert.equal(reader.next(), end);
  reader.restart();
  reader.receive(Buffer.from(get()));
  assert.equal(reader.next(), head);
  reader.beginBody("tunnel", 0);
  assert.equal(reader.next(), need);
});

void test("message reader: a body is given as views of what was received", () => {
  const wire = Buffer.from(`${get()}hello`);
  const reader = new MessageReader(false, clientLimits);
  reader.receive(wire);
  reader.next();
  reader.beginBody("sized", 5);
  assert.equal(reader.next(), piece);
  assert.equal(reader.piece.buffer, wire.buffer);
  assert.equal(reader.piece.toString(), "hello");
});

void test("message reader: what nobody asked for yet is kept in order", () => {
  const reader = inBody("sized", 6, "ab");
  reader.receive(Buffer.from("cd"));
  assert.equal(reader.pendingBytes, 4);
  reader.receive(Buffer.from("ef-rest"));
  assert.equal(reader.next(), piece);
  assert.equal(reader.piece.toString(), "abcdef");
  assert.deepEqual([reader.next(), reader.next()], [end, need]);
  assert.equal(reader.pendingBytes, 5);
});

void test("message reader: a head in pieces takes nothing of what lies behind it", () => {
  const wire = get();
  const reader = readerOf(wire.slice(0, -1));
  assert.equal(reader.next(), need);
  assert.deepEqual([reader.pendingBytes, reader.isInsideHead], [0, true]);
  reader.receive(Buffer.from(`\nbody${get()}`));
  assert.equal(reader.next(), head);
  assert.equal(reader.headText, wire);
  reader.beginBody("sized", 4);
  assert.equal(reader.next(), piece);
  assert.equal(reader.piece.toString(), "body");
  assert.equal(reader.next(), end);
  reader.restart();
  assert.equal(reader.next(), head);
  assert.equal(reader.pendingBytes, 0);
});

void test("message reader: empty lines do not begin a head", () => {
  const reader = drained(readerOf("\r\n"));
  assert.equal(reader.isInsideHead, false);
  reader.receive(Buffer.from("G"));
  assert.equal(reader.next(), need);
  assert.equal(reader.isInsideHead, true);
});

void test("threat 30: of a head without end no more is kept than its limit", () => {
  const reader = new MessageReader(false, clientLimits);
  const wire = Buffer.from(get().slice(0, -2) + "X: y\r\n".repeat(20_000));
  assert.throws(() => {
    for (let at = 0; at < wire.length; at += 100) {
      reader.receive(wire.subarray(at, at + 100));
      reader.next();
      assert.ok(at <= clientLimits.headBytesMax, "it should have been refused by now");
    }
  }, /limit/);
});

void test("message reader: trailers of one message are gone with the next", () => {
  const reader = drained(inBody("chunked", 0, "0\r\nA: b\r\n\r\n"));
  assert.equal(reader.trailers?.write(), "A: b\r\n");
  reader.restart();
  assert.equal(reader.trailers, undefined);
});
