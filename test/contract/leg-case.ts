/** One row of the leg contract, and the steps that many rows have in common. */

import assert from "node:assert/strict";

import { Failure } from "../../src/base/failure.ts";
import { Recorder, type BenchExchange, type LegBench } from "./leg-bench.ts";

/** One read of HTTP/1, one window of HTTP/2: how far delivery may be ahead of `consumed`. */
export const aheadBytesMax = 64 * 1024;

export const failure: Failure = new Failure("internal", "ended by a test");
export const long: Buffer = Buffer.alloc(300_000, "0123456789abcdef");

export interface LegCase {
  readonly name: string;
  readonly shape?: "bodies" | "tunnel";
  /** Only where it can happen. */
  readonly role?: LegBench["role"];
  readonly run: (x: BenchExchange, bench: LegBench) => Promise<void>;
}

/** Both heads have passed, and delivery is on. */
export async function begin(x: BenchExchange): Promise<void> {
  await x.answer(200);
  x.leg.attach(x.receiver);
}

export async function beginTunnel(x: BenchExchange): Promise<void> {
  await x.answer(101);
  x.leg.attach(x.receiver);
}

/** Both messages are whole. */
export async function finish(x: BenchExchange, bench: LegBench, text: string): Promise<void> {
  x.remote.sendBody(Buffer.from(text));
  x.remote.sendEnd();
  x.leg.sendBody(Buffer.from(text));
  if (bench.role === "upstream") x.leg.sendEnd();
  await bench.quiet();
  assert.equal(x.receiver.body.toString(), text);
  assert.equal(x.receiver.events.at(-1), "end");
  if (bench.role === "client") x.leg.sendEnd();
  await bench.quiet();
  assert.equal(x.remote.body.toString(), text);
  assert.equal(x.remote.state, "ended");
}

/** All that can be said to a leg. */
export function sayLate(x: BenchExchange): void {
  const late = new Recorder();
  x.leg.sendBody(Buffer.from("late"));
  x.leg.consumed(1_000_000);
  x.leg.attach(late);
  x.leg.flush();
  x.leg.sendEnd();
  x.leg.abort(failure);
  assert.deepEqual(late.events, []);
}

export function withoutHeads(receiver: Recorder): readonly string[] {
  return receiver.events.filter((event) => !event.startsWith("head "));
}

/** After an end a leg may still say that the other side went. */
export function goneIfTold(receiver: Recorder): readonly string[] {
  return receiver.events.at(-1) === "gone" ? ["gone"] : [];
}
