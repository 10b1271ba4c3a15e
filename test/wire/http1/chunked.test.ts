/** The chunked coding by itself; threats 37 to 45 run through it in `threats-body.test.ts`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ChunkedDecoder } from "../../../src/wire/http1/chunked.ts";
import { everySplit } from "../../support/every-split.ts";

interface Case {
  readonly name: string;
  readonly wire: string;
  readonly body?: string;
  /** What is left for the next reader. */
  readonly rest?: string;
  /** Or: the index of the byte that is out of place. */
  readonly wrongAt?: number;
}

const cases: readonly Case[] = [
  { name: "one chunk", wire: "5\r\nhello\r\n0\r\n", body: "hello" },
  { name: "two chunks", wire: "2\r\nhe\r\n3\r\nllo\r\n0\r\n", body: "hello" },
  { name: "no body", wire: "0\r\n", body: "" },
  { name: "leading zeros", wire: "0005\r\nhello\r\n000\r\n", body: "hello" },
  { name: "extension is skipped", wire: '5;a="b;c"\r\nhello\r\n0\r\n', body: "hello" },
  { name: "high bytes in an extension", wire: "5;\xe4\r\nhello\r\n0\r\n", body: "hello" },
  {
    name: "trailers are left",
    wire: "1\r\nx\r\n0\r\nA: y\r\n\r\n",
    body: "x",
    rest: "A: y\r\n\r\n",
  },
  { name: "the next request is left", wire: "0\r\nGET / HTTP/1.1\r\n", rest: "GET / HTTP/1.1\r\n" },
  { name: "size without end", wire: "5", body: "" },
  { name: "data without end", wire: "5\r\nhel", body: "hel" },

  { name: "bare LF after size", wire: "5\nhello\r\n0\r\n", wrongAt: 1 },
  { name: "no size", wire: "\r\n", wrongAt: 0 },
  { name: "sign", wire: "+5\r\nhello", wrongAt: 0 },
  { name: "0x prefix", wire: "0x5\r\nhello", wrongAt: 1 },
  { name: "space after size", wire: "5 \r\nhello", wrongAt: 1 },
  { name: "chunk longer than its size", wire: "4\r\nhello\r\n", body: "hell", wrongAt: 7 },
  { name: "thirteen digits", wire: "0000000000001\r\n", wrongAt: 12 },
  { name: "LF in quotes", wire: '1;a="\n"\r\n', wrongAt: 5 },
];

for (const { name, wire, body = "", rest = "", wrongAt } of cases) {
  void test(`chunked: ${name}`, () => {
    for (const pieces of everySplit(wire)) {
      assert.deepEqual(decode(pieces), { body, rest, wrongAt });
    }
  });
}

function decode(pieces: readonly Buffer[]): {
  readonly body: string;
  readonly rest: string;
  readonly wrongAt: number | undefined;
} {
  const decoder = new ChunkedDecoder();
  let body = "";
  let rest = "";
  let before = 0;
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length && !decoder.isDone) {
      at = decoder.feed(piece, at, piece.length);
      if (at < 0) return { body, rest, wrongAt: before - 1 - at };
      body += piece.toString("latin1", decoder.pieceStart, decoder.pieceEnd);
    }
    rest += piece.toString("latin1", at);
    before += piece.length;
  }
  return { body, rest, wrongAt: undefined };
}

void test("chunked: a decoder that starts again knows nothing of the body before", () => {
  const decoder = new ChunkedDecoder();
  for (const wire of ["5;abc", "FFF", "3\r\nab", "0\r\n"]) {
    decoder.feed(Buffer.from(wire), 0, wire.length);
    decoder.restart();
    assert.equal(decoder.isDone, false);
  }
  assert.equal(decoder.feed(Buffer.from("2\r\nhi"), 0, 5), 5);
  assert.deepEqual([decoder.pieceStart, decoder.pieceEnd], [3, 5]);
});
