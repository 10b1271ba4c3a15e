/** What must hold of every message and of any bytes, tried with random ones (fast-check). */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { Fields } from "../../../src/http/fields.ts";
import type { BodyKind } from "../../../src/http/head.ts";
import { clientLimits } from "../../../src/limits/options.ts";
import { ChunkedDecoder } from "../../../src/wire/http1/chunked.ts";
import { ClientMachine } from "../../../src/wire/http1/client-machine.ts";
import { readEvent } from "../../../src/wire/http1/message-reader.ts";
import { MessageWriter } from "../../../src/wire/http1/message-writer.ts";
import { ServerMachine } from "../../../src/wire/http1/server-machine.ts";
import {
  aTarget,
  aToken,
  cutInParts,
  indented,
  someBody,
  someCuts,
  somePairs,
  someTrailers,
} from "./arbitraries.ts";
import { get, ok, post } from "./cases.ts";
import { aRequest, aResponse } from "./heads.ts";
import { readRequests, readResponse } from "./transcript.ts";

const aBodyKind: fc.Arbitrary<BodyKind> = fc.constantFrom("none", "sized", "stream");

/** A body kind that fits: nothing has no size. */
function kindOf(kind: BodyKind, length: number): BodyKind {
  return length === 0 && kind === "sized" ? "none" : kind;
}

function write(writer: MessageWriter, pieces: readonly Buffer[]): Buffer[] {
  return pieces.flatMap((piece) => {
    if (writer.piece(piece)) return [];
    return [Buffer.from(writer.takeText(), "latin1"), piece];
  });
}

function bodyLine(body: Buffer): readonly string[] {
  return body.length === 0 ? [] : [`body ${JSON.stringify(body.toString("latin1"))}`];
}

void test("property: a request that was written is read as the same, however it is cut", () => {
  const parts = fc.tuple(aToken, aTarget, somePairs, aBodyKind, someBody, someTrailers, someCuts);
  fc.assert(
    fc.property(parts, ([method, target, pairs, kind, pieces, trailers, cuts]) => {
      fc.pre(method !== "CONNECT");
      const body = kind === "none" ? Buffer.alloc(0) : Buffer.concat(pieces);
      const framing = kindOf(kind, body.length);
      const contentLength = framing === "sized" ? body.length : -1;
      const head = aRequest({
        method,
        target,
        fields: Fields.of(pairs),
        body: framing,
        contentLength,
      });
      const machine = new ClientMachine();
      machine.sendHead(head);
      const wire = write(machine.writer, framing === "none" ? [] : pieces);
      machine.sendEnd(framing === "stream" ? Fields.of(trailers) : undefined);
      wire.push(Buffer.from(machine.writer.takeText(), "latin1"));

      const length = contentLength < 0 ? "" : `:${contentLength}`;
      assert.deepEqual(readRequests(cutInParts(Buffer.concat(wire), cuts)), [
        `${method} ${target} HTTP/1.1 a.example ${framing}${length}`,
        ...indented(pairs),
        ...bodyLine(body),
        "end keep",
        ...(framing === "stream" ? indented(trailers) : []),
      ]);
    }),
  );
});

void test("property: a response that was written is read as the same, however it is cut", () => {
  const status = fc.integer({ min: 200, max: 599 }).filter((code) => code !== 204 && code !== 304);
  const parts = fc.tuple(status, somePairs, aBodyKind, someBody, someTrailers, someCuts);
  fc.assert(
    fc.property(parts, ([code, pairs, kind, pieces, trailers, cuts]) => {
      const body = kind === "none" ? Buffer.alloc(0) : Buffer.concat(pieces);
      const framing = kindOf(kind, body.length);
      const contentLength = framing === "stream" ? -1 : body.length;
      const machine = new ServerMachine(clientLimits);
      machine.reader.receive(Buffer.from(get()));
      while (machine.next() !== readEvent.need);
      const fields = Fields.of(pairs);
      machine.sendHead(aResponse({ status: code, fields, body: framing, contentLength }));
      const wire = write(machine.writer, framing === "none" ? [] : pieces);
      machine.sendEnd(framing === "stream" ? Fields.of(trailers) : undefined);
      wire.push(Buffer.from(machine.writer.takeText(), "latin1"));

      const length = contentLength < 0 ? "" : `:${contentLength}`;
      assert.deepEqual(readResponse(cutInParts(Buffer.concat(wire), cuts)), [
        `${code} "OK" HTTP/1.1 ${framing}${length}`,
        ...indented(pairs),
        ...bodyLine(body),
        "end",
        ...(framing === "stream" ? indented(trailers) : []),
        "reusable",
      ]);
    }),
  );
});

void test("property: any bytes give events or a failure, the same at any split", () => {
  const heads = fc.constantFrom(
    "",
    get(),
    post("Transfer-Encoding: chunked"),
    ok(),
    "HTTP/1.1 200",
  );
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 400 }), someCuts, (head, bytes, cuts) => {
      const wire = Buffer.concat([Buffer.from(head), bytes]);
      assert.deepEqual(readRequests(cutInParts(wire, cuts)), readRequests(cutInParts(wire, [])));
      assert.deepEqual(readResponse(cutInParts(wire, cuts)), readResponse(cutInParts(wire, [])));
    }),
    { numRuns: 500 },
  );
});

void test("property: one byte changed in a good message gives events or a failure", () => {
  const body = '5;a="b"\r\nhello\r\n0\r\nA: b\r\n\r\n';
  const good = post("Transfer-Encoding: chunked", "X: y") + body + get();
  const place = fc.integer({ min: 0, max: good.length - 1 });
  fc.assert(
    fc.property(place, fc.integer({ min: 0, max: 255 }), someCuts, (at, byte, cuts) => {
      const wire = Buffer.from(good, "latin1");
      wire[at] = byte;
      assert.deepEqual(readRequests(cutInParts(wire, cuts)), readRequests(cutInParts(wire, [])));
    }),
    { numRuns: 500 },
  );
});

void test("property: what is coded in chunks is decoded as the same", () => {
  fc.assert(
    fc.property(someBody, someCuts, fc.uint8Array({ maxLength: 20 }), (pieces, cuts, behind) => {
      const writer = new MessageWriter();
      writer.begin("", "chunked", 0);
      const coded = write(writer, pieces);
      writer.end(undefined);
      coded.push(Buffer.from(writer.takeText(), "latin1"), Buffer.from(behind));

      const decoder = new ChunkedDecoder();
      const body: Buffer[] = [];
      let left = 0;
      for (const input of cutInParts(Buffer.concat(coded), cuts)) {
        let at = 0;
        while (at < input.length && !decoder.isDone) {
          at = decoder.feed(input, at, input.length);
          assert.ok(at >= 0);
          body.push(Buffer.from(input.subarray(decoder.pieceStart, decoder.pieceEnd)));
        }
        left += input.length - at;
      }
      assert.deepEqual(Buffer.concat(body), Buffer.concat(pieces));
      assert.equal(left, behind.length + "\r\n".length, "the trailer section and what follows it");
    }),
  );
});

void test("property: no more body than the framing says, whatever comes behind it", () => {
  const anySize = fc.integer({ min: 1, max: 600 });
  fc.assert(
    fc.property(anySize, fc.uint8Array({ maxLength: 900 }), someCuts, (size, bytes, cuts) => {
      const wire = Buffer.concat([Buffer.from(post(`Content-Length: ${size}`)), bytes]);
      const [head, ...rest] = readRequests(cutInParts(wire, cuts));
      assert.equal(head, `POST / HTTP/1.1 a.example sized:${size}`);
      const body = Buffer.from(bytes.subarray(0, size));
      const isWhole = bytes.length >= size;
      const want = [...bodyLine(body), isWhole ? "end keep" : "cut"];
      assert.deepEqual(rest.slice(0, want.length), want);
    }),
  );
});
