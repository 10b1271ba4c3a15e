/** What the operator is told of failing hooks: the first at once, then a count once a second. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../../src/base/clock.ts";
import { HookTrouble } from "../../src/exchange/hook-trouble.ts";

void test("hook trouble: a thousand failures are a few lines", () => {
  const clock = new Clock(0, 0);
  const told: string[] = [];
  const trouble = new HookTrouble(clock, (what, error) => told.push(`${what}: ${String(error)}`));
  trouble.tend();
  for (let ms = 0; ms < 2_500; ms += 5) {
    clock.advance(ms, 0);
    if (ms < 2_000) trouble.tell("a hook", ms);
    if (ms % 100 === 0) trouble.tend();
  }
  assert.deepEqual(told, [
    "a hook: 0",
    "a hook (the last of 200 such troubles): 1000",
    "a hook (the last of 199 such troubles): 1995",
  ]);
  clock.advance(10_000, 0);
  trouble.tend();
  trouble.tell("another", "x");
  assert.deepEqual(told.slice(3), ["another: x"]);
});
