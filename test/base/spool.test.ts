/** The spool's memory half: cases one can read, and a model of what readers see. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { Spool, type SpoolBudget, type SpoolReader } from "../../src/base/spool.ts";

const newBudget = (bytesMax = 1_000_000): SpoolBudget => ({ bytesMax, bytesUsed: 0 });

function readAll(reader: SpoolReader<unknown>): string {
  let text = "";
  for (let view = reader.read(); view !== undefined; view = reader.read()) text += view.toString();
  return text;
}

void test("spool: what goes in comes out, and the piece is the caller's again", () => {
  const spool = new Spool<string>(newBudget(), 65_536);
  const reader = spool.reader();
  const piece = Buffer.from("hello ");
  assert.ok(spool.append(piece));
  piece.fill("x");
  assert.ok(spool.append(Buffer.from("world")));
  assert.equal(readAll(reader), "hello world");
  assert.equal(reader.ended, false);
  spool.end("trailers");
  assert.equal(reader.ended, true);
  assert.equal(spool.trailers, "trailers");
});

void test("spool: a reader that stands still keeps all of it for a replay", () => {
  const budget = newBudget();
  const spool = new Spool(budget, 65_536);
  const holder = spool.reader();
  const first = spool.reader();
  const body = "x".repeat(40_000);
  assert.ok(spool.append(Buffer.from(body)));
  assert.equal(readAll(first), body);
  assert.ok(spool.isWhole);
  const second = spool.reader();
  holder.close();
  assert.equal(readAll(second), body);
  assert.equal(spool.isWhole, false);
  assert.throws(() => spool.reader(), /while the start is still kept/);
});

void test("spool: what every reader has passed is given back", () => {
  const budget = newBudget();
  const spool = new Spool(budget, 20_000);
  const reader = spool.reader();
  for (let round = 0; round < 1_000; round++) {
    assert.ok(spool.append(Buffer.alloc(10_000)));
    while (reader.read() !== undefined);
    assert.ok(budget.bytesUsed <= 30_000, `${budget.bytesUsed} bytes are held`);
  }
  spool.end();
  assert.equal(reader.ended, true);
  assert.equal(budget.bytesUsed, 0);
});

void test("spool: more than the share overflows, whole pieces only", () => {
  const spool = new Spool(newBudget(), 10);
  const reader = spool.reader();
  assert.equal(spool.append(Buffer.from("0123456789")), true);
  assert.equal(spool.append(Buffer.from("a")), false);
  assert.equal(spool.append(Buffer.alloc(0)), false);
  assert.deepEqual([spool.overflowed, spool.isWhole, spool.length], [true, false, 10]);
  assert.equal(readAll(reader), "0123456789");
  spool.end();
  assert.equal(reader.ended, false);
});

void test("spool: a body of exactly the share fits, in pieces of one byte as well", () => {
  const budget = newBudget();
  const spool = new Spool(budget, 65_536);
  for (let at = 0; at < 65_536; at++) assert.ok(spool.append(Buffer.from("x")));
  assert.ok(budget.bytesUsed < 2 * 65_536, `${budget.bytesUsed} bytes are held`);
  assert.equal(spool.append(Buffer.from("x")), false);
});

void test("spool: the budget is shared, and given back by the one that ends", () => {
  const budget = newBudget(20_000);
  const first = new Spool(budget, 65_536);
  const second = new Spool(budget, 65_536);
  assert.ok(first.append(Buffer.alloc(15_000)));
  assert.equal(second.append(Buffer.alloc(10_000)), false);
  first.release();
  first.release();
  second.release();
  assert.equal(budget.bytesUsed, 0);
  assert.equal(first.append(Buffer.from("x")), false);
  assert.ok(new Spool(budget, 65_536).append(Buffer.alloc(20_000)));
});

void test("spool: a view stays good after its block was dropped and the spool released", () => {
  const spool = new Spool(newBudget(), 65_536);
  const reader = spool.reader();
  spool.append(Buffer.from("hello"));
  const view = reader.read();
  spool.append(Buffer.alloc(60_000, "x"));
  while (reader.read() !== undefined);
  spool.release();
  assert.equal(view?.toString(), "hello");
  assert.equal(reader.read(), undefined);
});

void test("spool: appending after the end is a bug", () => {
  const spool = new Spool(newBudget(), 10);
  spool.end();
  assert.throws(() => spool.append(Buffer.from("x")), /that has ended/);
  assert.throws(() => spool.end(), /ends once/);
});

type Step =
  | { readonly type: "append"; readonly bytes: number }
  | { readonly type: "read" | "close"; readonly reader: number }
  | { readonly type: "begin" | "end" | "release" };

const shareBytes = 40_000;
const someStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      bytes: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 3_000 }), fc.nat({ max: 30_000 })),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("read" as const), reader: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("close" as const), reader: fc.nat({ max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ type: "begin" as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: "end" as const }, { type: "release" as const }) },
);

/** The model: all bytes that were taken, and where each reader stands. */
class Model {
  readonly budget = newBudget(50_000);
  readonly spool = new Spool<string>(this.budget, shareBytes);
  readonly readers: { reader: SpoolReader<string>; at: number }[] = [];
  body: Buffer = Buffer.alloc(0);
  state: "open" | "ended" | "overflowed" | "released" = "open";
  #next = 0;

  step(step: Step): void {
    if (step.type === "append") this.#append(step.bytes);
    else if (step.type === "read") this.#read(step.reader);
    else if (step.type === "close") this.#close(step.reader);
    else if (step.type === "begin") this.#begin();
    else if (step.type === "end") this.#end();
    else {
      this.spool.release();
      this.state = "released";
    }
    this.#check();
  }

  #append(bytes: number): void {
    if (this.state === "ended") return;
    const piece = Buffer.from(Array.from({ length: bytes }, () => this.#next++ & 0xff));
    const unread =
      this.body.length - Math.min(this.body.length, ...this.readers.map((it) => it.at));
    const taken = this.spool.append(piece);
    if (this.state !== "open") assert.equal(taken, false);
    if (taken) this.body = Buffer.concat([this.body, piece]);
    else if (this.state === "open") {
      // A block that one has begun to read is still kept: it may be as long as a piece.
      assert.ok(this.readers.length === 0 || unread + bytes + 30_000 + 16_384 > shareBytes);
      this.state = "overflowed";
    }
  }

  #read(at: number): void {
    const entry = this.readers[at];
    if (entry === undefined) return;
    const view = entry.reader.read();
    const wanted = this.state === "released" ? Buffer.alloc(0) : this.body.subarray(entry.at);
    assert.equal(view === undefined, wanted.length === 0);
    if (view === undefined) return;
    assert.ok(view.equals(wanted.subarray(0, view.length)));
    entry.at += view.length;
    assert.equal(entry.reader.offset, entry.at);
  }

  #close(at: number): void {
    const entry = this.readers[at];
    if (entry === undefined) return;
    entry.reader.close();
    entry.reader.close();
    this.readers.splice(at, 1);
  }

  #begin(): void {
    if (this.spool.isWhole) this.readers.push({ reader: this.spool.reader(), at: 0 });
  }

  #end(): void {
    if (this.state === "ended") return;
    this.spool.end("trailers");
    if (this.state === "open") this.state = "ended";
  }

  #check(): void {
    const { budget, spool } = this;
    assert.ok(budget.bytesUsed >= 0 && budget.bytesUsed <= budget.bytesMax);
    assert.ok(spool.keptBytes <= Math.min(shareBytes, budget.bytesUsed));
    assert.equal(spool.length, this.body.length);
    assert.equal(spool.overflowed, this.state === "overflowed");
    if (this.state === "released") assert.equal(budget.bytesUsed, 0);
    for (const { reader, at } of this.readers) {
      assert.equal(reader.ended, this.state === "ended" && at === this.body.length);
      // A reader at the very start means that nothing was dropped.
      if (at === 0 && this.state === "open") assert.ok(spool.isWhole);
    }
    const atEnd = this.readers.every(({ at }) => at === this.body.length);
    if (this.state === "ended" && this.readers.length > 0 && atEnd)
      assert.equal(budget.bytesUsed, 0);
  }
}

void test("spool: readers see what was written, whatever the order", () => {
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 60 }), (steps) => {
      const model = new Model();
      for (const step of steps) model.step(step);
      model.spool.release();
      assert.equal(model.budget.bytesUsed, 0);
    }),
    { numRuns: 500 },
  );
});
