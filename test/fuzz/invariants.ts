/** What must hold of any bytes; every function throws where it does not. */

import assert from "node:assert/strict";

import { clientLimits } from "../../src/limits/options.ts";
import { responseLimits, type HeadLimits } from "../../src/wire/http1/limits.ts";
import { ServerMachine } from "../../src/wire/http1/server-machine.ts";
import { ClientMachine } from "../../src/wire/http1/client-machine.ts";
import { aRequest } from "../wire/http1/heads.ts";
import {
  readRequests,
  readResponse,
  type Drive,
  type Transcript,
} from "../wire/http1/transcript.ts";
import { Failure } from "../../src/base/failure.ts";
import { cut } from "./mutate.ts";
import { requestsPassedOn, responsePassedOn } from "./pass-on.ts";
import type { Random } from "./random.ts";

/** Byte by byte is dear: only for wires up to this length. */
const byteByByteBytesMax = 800;

/** Limits that a wire of the usual length meets, one after the other. */
const smallLimits: HeadLimits = {
  headBytesMax: 150,
  fieldBytesMax: 50,
  fieldsMax: 5,
  targetBytesMax: 20,
};

const drives: readonly Drive[] = [
  (pieces) => readRequests(pieces, smallLimits),
  (pieces) => readRequests(pieces),
  (pieces) => readResponse(pieces),
  (pieces) => readResponse(pieces, aRequest({ method: "HEAD" })),
  (pieces) => readResponse(pieces, aRequest({ upgrade: "websocket" })),
];

/** Checks everything; returns what was seen, with its words but without its numbers. */
export function checkWire(wire: Buffer, random: Random): string {
  const seen = drives.map((drive) => checkSplits(wire, random, drive));
  checkRequests(wire);
  for (const method of ["GET", "HEAD"]) checkResponse(wire, method);
  if (wire.length > clientLimits.headBytesMax) checkMemory(wire);
  return seen.map(shapeOf).join("|");
}

/** The same events and the same failure, however the bytes come; nothing thrown but failures. */
function checkSplits(wire: Buffer, random: Random, drive: Drive): Transcript {
  const whole = drive([Buffer.from(wire)]);
  assert.deepEqual(drive(cut(wire, random)), whole, "a random split");
  assert.deepEqual(drive(cut(wire, random)), whole, "another split");
  if (wire.length <= byteByByteBytesMax) {
    assert.deepEqual(drive(Array.from(wire, (byte) => Buffer.from([byte]))), whole, "byte by byte");
  }
  return whole;
}

/** What goes on to an upstream is one request, read back as itself. */
function checkRequests(wire: Buffer): void {
  for (const sent of requestsPassedOn(wire)) {
    const again = requestsPassedOn(sent);
    assert.equal(again.length, 1, "what was accepted goes on as one request");
    assert.equal(again[0]?.toString("latin1"), sent.toString("latin1"), "and unchanged");
    const [last] = readRequests([Buffer.from(sent)]).filter((line) => /^(?:end|cut)/.test(line));
    assert.match(last ?? "", /^end/, "and to its end");
  }
}

/** What goes on to a client is one response, read back as itself, with nothing behind it. */
function checkResponse(wire: Buffer, method: string): void {
  const sent = responsePassedOn(wire, method);
  if (sent === undefined) return;
  const again = responsePassedOn(sent, method);
  assert.equal(again?.toString("latin1"), sent.toString("latin1"), "a response goes on unchanged");
  const seen = readResponse([Buffer.from(sent)], aRequest({ method }));
  assert.equal(seen.at(-1), "reusable", "with nothing behind it");
}

/** A head without end is given up at its limit: nobody holds more than that of it. */
function checkMemory(wire: Buffer): void {
  const server = new ServerMachine(clientLimits);
  checkBound(wire, server, clientLimits.headBytesMax);
  const client = new ClientMachine();
  client.sendHead(aRequest());
  checkBound(wire, client, responseLimits.headBytesMax);
}

function checkBound(wire: Buffer, machine: ServerMachine | ClientMachine, bytesMax: number): void {
  const step = 1_000;
  let inHead = 0;
  try {
    for (let at = 0; at < wire.length; at += step) {
      machine.reader.receive(Buffer.from(wire.subarray(at, at + step)));
      let event = machine.next();
      if (event === 0 && machine.reader.isInsideHead) inHead += step;
      else inHead = 0;
      assert.ok(inHead <= bytesMax + step, "more than the limit of a head is held");
      while (event !== 0) event = machine.next();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

/** New shapes are worth keeping in the corpus: they are where new ways of failing begin. */
function shapeOf(lines: Transcript): string {
  return lines
    .slice(0, 12)
    .map((line) =>
      line
        .replaceAll(/".*"/g, '""')
        .replaceAll(/[0-9]+/g, "0")
        .slice(0, 24),
    )
    .join(";");
}
