/** A model of what readers of a spool see, with a store that takes its time and fails. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { Spool, type SpoolReader } from "../../src/base/spool.ts";
import { FakeStore } from "../support/fake-store.ts";
import { Supplies } from "./spool-supplies.ts";

type Step =
  | { readonly type: "append"; readonly bytes: number }
  | { readonly type: "allow"; readonly bytes: number }
  | { readonly type: "read" | "pass" | "close"; readonly reader: number }
  | { readonly type: "begin" | "answer" | "look" | "end" | "release" };

const someReader = fc.nat({ max: 3 });
const someStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      bytes: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 3_000 }), fc.nat({ max: 90_000 })),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom("read" as const, "pass" as const),
      reader: someReader,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("close" as const), reader: someReader }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("allow" as const),
      bytes: fc.constantFrom(0, 16_384, 100_000, 1_000_000),
    }),
  },
  { weight: 6, arbitrary: fc.constantFrom({ type: "answer" as const }, { type: "look" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "begin" as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: "end" as const }, { type: "release" as const }) },
);

interface ModelReader {
  readonly reader: SpoolReader<string>;
  at: number;
  /** What was given and not passed: it must not change. */
  views: { view: Buffer; at: number }[];
}

/** The model: all bytes that were taken, and where each reader stands. */
class Model {
  readonly supplies: Supplies;
  readonly spool: Spool<string>;
  readonly readers: ModelReader[] = [];
  body: Buffer = Buffer.alloc(0);
  state: "open" | "ended" | "released" = "open";
  #next = 0;

  constructor(failing: readonly number[]) {
    this.supplies = new Supplies(100_000, new FakeStore(failing));
    this.spool = new Spool<string>(this.supplies, 400_000);
  }

  step(step: Step): void {
    switch (step.type) {
      case "append":
        return this.#append(step.bytes);
      case "allow":
        this.supplies.allowanceBytes = step.bytes;
        return;
      case "read":
        return this.#read(step.reader);
      case "pass":
        return this.#pass(step.reader);
      case "close":
        return this.#close(step.reader);
      case "begin":
        if (!this.spool.isWhole) return;
        this.readers.push({ reader: this.spool.reader(), at: 0, views: [] });
        return;
      case "answer":
        this.supplies.store.answer();
        return;
      case "look":
        return this.spool.look();
      case "end":
        this.spool.end("trailers");
        if (this.state === "open") this.state = "ended";
        return;
      case "release":
        this.spool.release();
        this.state = "released";
    }
  }

  #append(bytes: number): void {
    if (this.state !== "open") return;
    const piece = Buffer.from(Array.from({ length: bytes }, () => this.#next++ % 251));
    this.spool.append(piece);
    if (!this.spool.failed) this.body = Buffer.concat([this.body, piece]);
    piece.fill(255);
  }

  #read(at: number): void {
    const entry = this.readers[at];
    const view = entry?.reader.read(40_000);
    if (entry === undefined || view === undefined) return;
    assert.ok(view.length > 0);
    entry.views.push({ view, at: entry.at });
    entry.at += view.length;
    assert.equal(entry.reader.offset, entry.at);
  }

  #pass(at: number): void {
    const entry = this.readers[at];
    if (entry === undefined) return;
    this.checkViews();
    entry.views = [];
    entry.reader.pass();
  }

  #close(at: number): void {
    const entry = this.readers[at];
    if (entry === undefined) return;
    this.checkViews();
    entry.reader.close();
    entry.reader.close();
    this.readers.splice(at, 1);
  }

  checkViews(): void {
    for (const { views } of this.readers) {
      for (const { view, at } of views) {
        assert.ok(view.equals(this.body.subarray(at, at + view.length)), "a view has changed");
      }
    }
  }

  check(): void {
    const { spool, supplies } = this;
    this.checkViews();
    if (!spool.failed) assert.equal(spool.length, this.body.length);
    for (const { reader, at } of this.readers) {
      const isAtEnd = at === this.body.length && !spool.failed;
      if (isAtEnd) assert.equal(reader.ended, this.state === "ended");
      // A reader at the very start means that nothing was dropped.
      if (reader.passedOffset === 0 && this.state === "open" && !spool.failed) {
        assert.ok(spool.isWhole);
      }
    }
    const passed = this.readers.every(({ reader }) => reader.passedOffset === this.body.length);
    if (this.state !== "ended" || this.readers.length === 0 || !passed) return;
    if (supplies.store.waitingCount === 0) assert.equal(supplies.memory.bytesUsed, 0);
  }

  /** All that a reader has not read yet still comes, in order, unless it is lost. */
  drain(): void {
    for (const entry of this.readers) {
      for (let turn = 0; turn < 10_000 && !entry.reader.isCaughtUp; turn++) {
        this.#read(this.readers.indexOf(entry));
        this.#pass(this.readers.indexOf(entry));
        this.supplies.store.answer();
        if (entry.reader.failed || this.state === "released") return;
      }
      assert.ok(entry.reader.isCaughtUp, "a reader that waits is told");
    }
  }
}

void test("spool: readers see what was written, whatever the order", () => {
  const steps = fc.array(someStep, { maxLength: 80 });
  const failing = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 4 });
  fc.assert(
    fc.property(steps, failing, (all, calls) => {
      const model = new Model(calls);
      for (const step of all) {
        model.step(step);
        model.check();
      }
      model.drain();
      model.spool.release();
      model.supplies.store.answerAll();
      assert.equal(model.supplies.memory.bytesUsed, 0);
      assert.equal(model.supplies.store.extentCount, 0);
      assert.equal(model.supplies.live.size, 0);
    }),
    { numRuns: 500 },
  );
});
