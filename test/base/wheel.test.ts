/** The deadline wheel: scripted clocks, and a model of what may fire when. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { unwatched, Wheel, type Timed } from "../../src/base/wheel.ts";

class Entry implements Timed {
  deadlineMs = Infinity;
  lookMs = unwatched;
  firedMs: number[] = [];
  whenFired: (nowMs: number) => void = () => undefined;

  onDeadline(nowMs: number): void {
    this.firedMs.push(nowMs);
    this.whenFired(nowMs);
  }
}

function watched(wheel: Wheel, deadlineMs: number): Entry {
  const entry = new Entry();
  entry.deadlineMs = deadlineMs;
  wheel.watch(entry);
  return entry;
}

function advanceTo(wheel: Wheel, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100) wheel.advance(nowMs);
}

interface Case {
  readonly name: string;
  /** Deadlines by the time at which they are set. */
  readonly deadlines: Readonly<Record<number, number>>;
  readonly fires: readonly number[];
}

const cases: readonly Case[] = [
  { name: "at its tick", deadlines: { 0: 500 }, fires: [500] },
  { name: "never before it", deadlines: { 0: 501 }, fires: [600] },
  { name: "already passed: with the next tick", deadlines: { 300: 100 }, fires: [400] },
  { name: "none", deadlines: { 0: Infinity }, fires: [] },
  { name: "moved later", deadlines: { 0: 500, 300: 900 }, fires: [900] },
  {
    name: "moved later again and again",
    deadlines: { 0: 500, 400: 800, 700: 1500 },
    fires: [1500],
  },
  { name: "moved earlier", deadlines: { 0: 5000, 300: 700 }, fires: [700] },
  {
    name: "moved later, then earlier than ever",
    deadlines: { 0: 500, 100: 900, 200: 400 },
    fires: [400],
  },
  { name: "taken away", deadlines: { 0: 500, 300: Infinity }, fires: [] },
  {
    name: "taken away and set again",
    deadlines: { 0: 500, 300: Infinity, 900: 1200 },
    fires: [1200],
  },
  { name: "set again after it fired", deadlines: { 0: 500, 600: 900 }, fires: [500, 900] },
  { name: "beyond the horizon", deadlines: { 0: 250_050 }, fires: [250_100] },
  { name: "moved in from beyond the horizon", deadlines: { 0: 3_600_000, 500: 900 }, fires: [900] },
];

for (const { name, deadlines, fires } of cases) {
  void test(`wheel: ${name}`, () => {
    const wheel = new Wheel(0);
    const entry = new Entry();
    for (let nowMs = 0; nowMs <= 260_000; nowMs += 100) {
      wheel.advance(nowMs);
      const deadlineMs = deadlines[nowMs];
      if (deadlineMs === undefined) continue;
      entry.deadlineMs = deadlineMs;
      wheel.watch(entry);
    }
    assert.deepEqual(entry.firedMs, fires);
    assert.equal(wheel.size, 0);
  });
}

void test("wheel: what was forgotten is gone at once", () => {
  const wheel = new Wheel(0);
  const entry = watched(wheel, 500);
  wheel.watch(entry);
  assert.equal(wheel.size, 1);
  wheel.forget(entry);
  wheel.forget(entry);
  assert.deepEqual([wheel.size, entry.lookMs], [0, unwatched]);
  advanceTo(wheel, 100, 1_000);
  assert.deepEqual(entry.firedMs, []);
});

void test("wheel: a worker that stood still for hours calls every entry once", () => {
  const wheel = new Wheel(0);
  const entries = Array.from({ length: 5_000 }, (_, at) => watched(wheel, at * 1_000));
  wheel.advance(10_000_000);
  for (const entry of entries) assert.deepEqual(entry.firedMs, [10_000_000]);
  assert.equal(wheel.size, 0);
});

void test("wheel: an entry that wants to be called at once is called with the next tick", () => {
  const wheel = new Wheel(0);
  const entry = watched(wheel, 100);
  entry.whenFired = () => wheel.watch(entry);
  wheel.advance(200_000);
  wheel.advance(200_100);
  assert.deepEqual(entry.firedMs, [200_000, 200_100]);
});

void test("wheel: one entry may forget another of the same tick", () => {
  for (const [first, second] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const wheel = new Wheel(0);
    const entries = [watched(wheel, 500), watched(wheel, 500)] as const;
    entries[first].whenFired = () => wheel.forget(entries[second]);
    entries[second].whenFired = () => wheel.forget(entries[first]);
    wheel.advance(500);
    assert.equal(entries[0].firedMs.length + entries[1].firedMs.length, 1);
    assert.equal(wheel.size, 0);
  }
});

void test("wheel: one entry may move another of the same tick", () => {
  const wheel = new Wheel(0);
  const mover = watched(wheel, 500);
  const moved = watched(wheel, 500);
  mover.whenFired = () => {
    moved.deadlineMs = 700;
    wheel.watch(moved);
  };
  advanceTo(wheel, 100, 1_000);
  assert.deepEqual(moved.firedMs, [700]);
});

void test("wheel: an entry's fault hurts no other, and is not lost", () => {
  const wheel = new Wheel(0);
  const entries = [500, 500, 600].map((deadlineMs) => watched(wheel, deadlineMs));
  entries[0]!.whenFired = () => {
    throw new Error("first");
  };
  entries[2]!.whenFired = () => {
    throw new Error("third");
  };
  assert.throws(() => wheel.advance(1_000), AggregateError);
  for (const entry of entries) assert.deepEqual(entry.firedMs, [1_000]);

  const alone = watched(wheel, 1_500);
  alone.whenFired = () => {
    throw new Error("alone");
  };
  assert.throws(() => wheel.advance(2_000), /^Error: alone$/);
});

void test("wheel: a deadline that is no number is a bug", () => {
  assert.throws(() => watched(new Wheel(0), Number.NaN), /a deadline is a number/);
});

type Step =
  | { readonly type: "set"; readonly entry: number; readonly inMs: number }
  | { readonly type: "forget"; readonly entry: number }
  | { readonly type: "pass"; readonly ms: number };

const entryCount = 8;
const someEntry = fc.nat({ max: entryCount - 1 });
const someStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("set" as const),
    entry: someEntry,
    inMs: fc.oneof(fc.integer({ min: -200, max: 2_000 }), fc.nat({ max: 400_000 })),
  }),
  fc.record({ type: fc.constant("forget" as const), entry: someEntry }),
  fc.record({
    type: fc.constant("pass" as const),
    ms: fc.oneof(fc.nat({ max: 250 }), fc.nat({ max: 5_000 }), fc.nat({ max: 150_000 })),
  }),
);

void test("wheel: nothing fires before its deadline, nor two ticks after it", () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e7 }), fc.array(someStep, { maxLength: 60 }), (startMs, steps) => {
      const wheel = new Wheel(startMs);
      const entries = Array.from({ length: entryCount }, () => new Entry());
      /** What must fire, and when: the model. */
      const due = new Map<Entry, number>();
      let nowMs = startMs;
      for (const step of steps) {
        if (step.type === "set") {
          const entry = entries[step.entry]!;
          entry.deadlineMs = nowMs + step.inMs;
          // One that is set in the past is due from now on.
          due.set(entry, Math.max(entry.deadlineMs, nowMs));
          wheel.watch(entry);
        } else if (step.type === "forget") {
          due.delete(entries[step.entry]!);
          wheel.forget(entries[step.entry]!);
        } else {
          nowMs += step.ms;
          wheel.advance(nowMs);
          checkFired(entries, due, nowMs);
        }
        assert.equal(wheel.size, due.size);
      }
      wheel.advance(nowMs + 1_000_000);
      assert.equal(wheel.size, 0);
    }),
    { numRuns: 500 },
  );
});

function checkFired(entries: readonly Entry[], due: Map<Entry, number>, nowMs: number): void {
  for (const entry of entries) {
    const deadlineMs = due.get(entry);
    if (entry.firedMs.length > 0) {
      assert.ok(deadlineMs !== undefined && deadlineMs <= nowMs, "fired before its deadline");
      assert.deepEqual(entry.firedMs, [nowMs]);
      due.delete(entry);
      entry.firedMs = [];
    } else if (deadlineMs !== undefined) {
      assert.ok(nowMs < deadlineMs + 200, "late by two ticks");
    }
  }
}
