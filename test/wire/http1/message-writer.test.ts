/** What goes out, and in how many writes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AssertionFailed } from "../../../src/base/assert.ts";
import { Fields } from "../../../src/http/fields.ts";
import { MessageWriter, type SentFraming } from "../../../src/wire/http1/message-writer.ts";

const head = "HEAD\r\n\r\n";

interface Case {
  readonly name: string;
  readonly framing: SentFraming;
  readonly pieces: readonly string[];
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "none", framing: "none", pieces: [], want: head },
  { name: "none, and a piece of nothing", framing: "none", pieces: [""], want: head },
  { name: "sized", framing: "sized", pieces: ["ab", "", "c"], want: `${head}abc` },
  {
    name: "chunked",
    framing: "chunked",
    pieces: ["ab", "", "c"],
    want: `${head}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`,
  },
  { name: "chunked, empty", framing: "chunked", pieces: [], want: `${head}0\r\n\r\n` },
  {
    name: "chunked, 255 bytes",
    framing: "chunked",
    pieces: ["x".repeat(255)],
    want: `${head}ff\r\n${"x".repeat(255)}\r\n0\r\n\r\n`,
  },
  { name: "until close", framing: "close", pieces: ["ab", "c"], want: `${head}abc` },
  { name: "a tunnel", framing: "raw", pieces: ["ab", "c"], want: `${head}abc` },
];

for (const { name, framing, pieces, want } of cases) {
  void test(`message writer: ${name}`, () => {
    const writer = new MessageWriter();
    writer.begin(head, framing, pieces.join("").length);
    for (const piece of pieces) assert.equal(writer.piece(Buffer.from(piece, "latin1")), true);
    writer.end(undefined);
    assert.equal(writer.textLength, want.length);
    assert.equal(writer.takeText(), want);
    assert.equal(writer.textLength, 0);
    assert.equal(writer.takeText(), "");
  });
}

void test("message writer: bytes over 0x7f stay one byte", () => {
  const writer = new MessageWriter();
  writer.begin("", "raw", 0);
  writer.piece(Buffer.from([0x80, 0xff, 0x00]));
  assert.deepEqual(Buffer.from(writer.takeText(), "latin1"), Buffer.from([0x80, 0xff, 0x00]));
});

void test("message writer: a large piece is not copied, and goes out behind the text", () => {
  const writer = new MessageWriter();
  const large = Buffer.alloc(100_000, "x");
  writer.begin(head, "chunked", 0);
  assert.equal(writer.piece(Buffer.from("ab")), true);
  assert.equal(writer.piece(large), false);
  assert.equal(writer.takeText(), `${head}2\r\nab\r\n186a0\r\n`);
  assert.equal(writer.piece(Buffer.from("cd")), true);
  writer.end(Fields.of([["A", "b"]]));
  assert.equal(writer.takeText(), "\r\n2\r\ncd\r\n0\r\nA: b\r\n\r\n");
});

void test("message writer: small pieces are copied, but not without end", () => {
  const writer = new MessageWriter();
  const small = Buffer.alloc(1_000, "x");
  writer.begin("", "close", 0);
  let copied = 0;
  while (writer.piece(small)) copied += 1;
  assert.ok(copied >= 4 && copied <= 64, `${copied} KB wait as text`);
  assert.equal(writer.takeText().length, copied * small.length);
});

void test("message writer: interim heads come before the final one", () => {
  const writer = new MessageWriter();
  writer.interim("A\r\n\r\n");
  writer.interim("B\r\n\r\n");
  writer.begin(head, "none", 0);
  assert.equal(writer.takeText(), `A\r\n\r\nB\r\n\r\n${head}`);
});

void test("message writer: what one message left open does not reach the next", () => {
  const writer = new MessageWriter();
  writer.begin("1:", "chunked", 0);
  writer.piece(Buffer.from("ab"));
  writer.begin("2:", "chunked", 0);
  writer.end(undefined);
  assert.equal(writer.takeText(), "1:2\r\nab2:0\r\n\r\n");
});

void test("message writer: a size that is not kept is our mistake", () => {
  const writer = new MessageWriter();
  writer.begin(head, "sized", 3);
  writer.piece(Buffer.from("ab"));
  assert.throws(() => writer.end(undefined), AssertionFailed);
  assert.throws(() => writer.piece(Buffer.from("cd")), AssertionFailed);
});

void test("message writer: a body where there is none is our mistake", () => {
  const writer = new MessageWriter();
  writer.begin(head, "none", 0);
  assert.throws(() => writer.piece(Buffer.from("a")), AssertionFailed);
});

void test("threat 43: a framing field in trailers is our mistake", () => {
  const writer = new MessageWriter();
  writer.begin(head, "chunked", 0);
  const trailers = Fields.of([["Transfer-Encoding", "chunked"]]);
  assert.throws(() => writer.end(trailers), AssertionFailed);
});
