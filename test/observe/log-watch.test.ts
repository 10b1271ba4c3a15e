/** The watch on a log: a loss is told once when it begins and once when it is over. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { LogWatch } from "../../src/observe/log-watch.ts";

void test("log watch: says nothing as long as nothing is lost", () => {
  const watch = new LogWatch();
  for (let at = 0; at < 200; at++) assert.equal(watch.look(0, "EAGAIN"), undefined);
});

void test("log watch: tells of each loss once, and how much it was", () => {
  const watch = new LogWatch();
  const told: string[] = [];
  const look = (droppedLines: number, trouble?: string): void => {
    const change = watch.look(droppedLines, trouble);
    if (change !== undefined) told.push(change);
  };
  for (let dropped = 0; dropped <= 100; dropped += 10) look(dropped, "ENOSPC");
  // No more is lost, for nobody calls; but it is not over.
  for (let at = 0; at < 200; at++) look(100, "ENOSPC");
  assert.deepEqual(told, ["loses lines: it cannot be written (ENOSPC)"]);
  for (let at = 0; at < 200; at++) look(100);
  look(103);
  for (let at = 0; at < 200; at++) look(103);
  assert.deepEqual(told.slice(1), [
    "is written again: 100 lines were lost",
    "loses lines: it cannot be written (it is too slow)",
    "is written again: 3 lines were lost",
  ]);
});
