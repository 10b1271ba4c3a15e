/** In turn: even, and never twice for one exchange. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { pickInTurn } from "../../src/balancing/in-turn.ts";

interface Case {
  readonly name: string;
  readonly count: number;
  readonly turn: number;
  readonly tried?: readonly number[];
  readonly want: number | undefined;
}

const cases: readonly Case[] = [
  { name: "the first", count: 3, turn: 0, want: 0 },
  { name: "the next", count: 3, turn: 1, want: 1 },
  { name: "round again", count: 3, turn: 7, want: 1 },
  { name: "steps over one", count: 3, turn: 1, tried: [1], want: 2 },
  { name: "steps over the end", count: 3, turn: 2, tried: [2, 0], want: 1 },
  { name: "all were tried", count: 2, turn: 5, tried: [0, 1], want: undefined },
  { name: "one is enough", count: 1, turn: 9, want: 0 },
  { name: "none", count: 0, turn: 0, want: undefined },
  { name: "after years", count: 3, turn: Number.MAX_SAFE_INTEGER - 3, want: 1 },
  { name: "over 32 of them", count: 40, turn: 39, tried: [39], want: 0 },
];

for (const { name, count, turn, tried = [], want } of cases) {
  void test(`in turn: ${name}`, () => assert.equal(pickInTurn(count, turn, tried), want));
}

void test("in turn: everybody gets the same", () => {
  const counts = [0, 0, 0, 0];
  for (let turn = 0; turn < 400; turn++) counts[pickInTurn(4, turn, [])!]! += 1;
  assert.deepEqual(counts, [100, 100, 100, 100]);
});
