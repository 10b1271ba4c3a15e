/** The coarse clock shows what it was fed, and its monotonic half never runs backward. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../../src/base/clock.ts";

void test("clock: shows what it was fed", () => {
  const clock = new Clock(10, 1_000);
  assert.deepEqual([clock.nowMs, clock.wallMs()], [10, 1_000]);
  clock.advance(110, 1_100);
  assert.deepEqual([clock.nowMs, clock.wallMs()], [110, 1_100]);
});

void test("clock: the wall may jump back, the monotonic time may not", () => {
  const clock = new Clock(100, 5_000);
  clock.advance(50, 4_000);
  assert.deepEqual([clock.nowMs, clock.wallMs()], [100, 4_000]);
});
