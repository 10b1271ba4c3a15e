/** When connections write what they have to say: together, soon, and never too many at once. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FlushList, type Flushable } from "../../src/transport/flush-list.ts";

interface Case {
  readonly name: string;
  /** How many connections are added, each named by its number. */
  readonly count: number;
  /** The connection that throws. */
  readonly bad?: number;
  /** Who has been flushed before, and who after, the turn that was asked for. */
  readonly before: number;
  readonly after: number;
  readonly turns: number;
}

const cases: readonly Case[] = [
  { name: "nobody, no turn", count: 0, before: 0, after: 0, turns: 0 },
  { name: "one waits for its turn", count: 1, before: 0, after: 1, turns: 1 },
  { name: "all wait for the same turn", count: 15, before: 0, after: 15, turns: 1 },
  { name: "sixteen do not wait", count: 16, before: 16, after: 16, turns: 1 },
  { name: "what comes behind them waits", count: 18, before: 16, after: 18, turns: 1 },
  { name: "one that throws holds nobody up", count: 3, bad: 1, before: 0, after: 2, turns: 1 },
  { name: "also where nobody waits", count: 16, bad: 0, before: 15, after: 15, turns: 1 },
];

for (const { name, count, bad, before, after, turns } of cases) {
  void test(`flush list: ${name}`, () => {
    const scheduled: (() => void)[] = [];
    const faults: unknown[] = [];
    const flushed: number[] = [];
    const list = new FlushList(
      (run) => scheduled.push(run),
      (error) => faults.push(error),
    );
    for (let at = 0; at < count; at++) list.add(connection(at, at === bad, flushed));
    assert.equal(flushed.length, before);
    assert.equal(scheduled.length, turns);
    for (const run of scheduled) run();
    assert.equal(flushed.length, after);
    assert.deepEqual(
      flushed,
      flushed.toSorted((a, b) => a - b),
      "in the order of asking",
    );
    assert.equal(faults.length, bad === undefined ? 0 : 1);
  });
}

void test("flush list: a turn is asked for again after it was had", () => {
  const scheduled: (() => void)[] = [];
  const flushed: number[] = [];
  const list = new FlushList((run) => scheduled.push(run), failed);
  for (let at = 0; at < 3; at++) {
    list.add(connection(at, false, flushed));
    scheduled.pop()?.();
    assert.equal(flushed.length, at + 1);
  }
});

void test("flush list: one that is added while others are flushed waits for a turn", () => {
  const scheduled: (() => void)[] = [];
  const flushed: number[] = [];
  const list = new FlushList((run) => scheduled.push(run), failed);
  list.add({ flushNow: () => list.add(connection(7, false, flushed)) });
  scheduled.shift()?.();
  assert.deepEqual(flushed, []);
  scheduled.shift()?.();
  assert.deepEqual(flushed, [7]);
});

function connection(name: number, throws: boolean, flushed: number[]): Flushable {
  return {
    flushNow() {
      if (throws) throw new Error("a bug");
      flushed.push(name);
    },
  };
}

function failed(error: unknown): void {
  assert.ifError(error);
}
