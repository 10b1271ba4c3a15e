/** Which exchanges are logged: by what came of them, and by chance as a script. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { accessLogDefaults, type SelectionOptions } from "../../src/observe/options.ts";
import { Selection, selectionOf, type Outcome } from "../../src/observe/selection.ts";

const none: SelectionOptions = { statuses: [], slowerThanMs: Infinity, failed: false };

interface Case {
  readonly name: string;
  readonly only?: Partial<SelectionOptions>;
  readonly sampleShare?: number;
  readonly outcome: Partial<Outcome>;
  /** What chance says; by default it must not be asked. */
  readonly random?: number;
  readonly want: boolean;
}

const clientErrors = { statuses: [[400, 499]] } as const;
const one = { statuses: [[404, 404]] } as const;
const slow = { slowerThanMs: 500 };

const cases: readonly Case[] = [
  { name: "a status of a class", only: clientErrors, outcome: { status: 499 }, want: true },
  { name: "the first of a class", only: clientErrors, outcome: { status: 400 }, want: true },
  { name: "a status beside a class", only: clientErrors, outcome: { status: 500 }, want: false },
  { name: "one status", only: one, outcome: { status: 404 }, want: true },
  { name: "another status", only: one, outcome: { status: 403 }, want: false },
  { name: "no status", only: clientErrors, outcome: { status: 0 }, want: false },
  { name: "slow enough", only: slow, outcome: { durationMs: 500 }, want: true },
  { name: "too quick", only: slow, outcome: { durationMs: 499.9 }, want: false },
  {
    name: "one of two wishes is enough",
    only: { ...slow, ...one },
    outcome: { status: 200, durationMs: 900 },
    want: true,
  },
  { name: "failed", only: { failed: true }, outcome: { failed: true }, want: true },
  { name: "not failed", only: { failed: true }, outcome: {}, want: false },
  { name: "a failure nobody asked for", only: one, outcome: { failed: true }, want: false },
  { name: "inside the sample", sampleShare: 0.1, random: 0.0999, outcome: {}, want: true },
  { name: "outside of the sample", sampleShare: 0.1, random: 0.1, outcome: {}, want: false },
  {
    name: "a 4xx is sampled",
    sampleShare: 0.1,
    random: 0.5,
    outcome: { status: 404 },
    want: false,
  },
  { name: "a 5xx is always in it", sampleShare: 0, outcome: { status: 500 }, want: true },
  { name: "a failure is always in it", sampleShare: 0, outcome: { failed: true }, want: true },
  {
    name: "a sample of what is asked for",
    only: one,
    sampleShare: 0.5,
    random: 0.4,
    outcome: { status: 404 },
    want: true,
  },
  {
    name: "no sample of what is not asked for",
    only: one,
    sampleShare: 0.5,
    outcome: { status: 503, failed: true },
    want: false,
  },
];

for (const { name, only, sampleShare = 1, outcome, random, want } of cases) {
  void test(`selection: ${name}`, () => {
    const wishes = only === undefined ? undefined : { ...none, ...only };
    const selection = new Selection({ only: wishes, sampleShare });
    const chance = (): number => {
      assert.ok(random !== undefined, "chance is not asked");
      return random;
    };
    const seen = { status: 200, durationMs: 1, failed: false, ...outcome };
    assert.equal(selection.has(seen, chance), want);
  });
}

void test("selection: none is needed if every exchange is logged", () => {
  assert.equal(selectionOf(accessLogDefaults), undefined);
  assert.ok(selectionOf({ ...accessLogDefaults, sampleShare: 0.5 }) !== undefined);
  assert.ok(selectionOf({ ...accessLogDefaults, only: none }) !== undefined);
});
