/** Counters: statuses by class, and snapshots that stand still. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { failures } from "../../src/base/failure.ts";
import { newCounters, snapshotOf } from "../../src/observe/counters.ts";

const statuses = [
  { status: 200, counts: "status2xx" },
  { status: 206, counts: "status2xx" },
  { status: 304, counts: "status3xx" },
  { status: 404, counts: "status4xx" },
  { status: 599, counts: "status5xx" },
  { status: 101, counts: "statusOther" },
  { status: 0, counts: "statusOther" },
] as const;

for (const { status, counts } of statuses) {
  void test(`counters: ${status} is ${counts}`, () => {
    const counters = newCounters();
    counters.countStatus(status);
    assert.deepEqual(snapshotOf(counters), { ...snapshotOf(newCounters()), [counts]: 1 });
  });
}

void test("counters: a snapshot is plain data and does not change", () => {
  const counters = newCounters();
  counters.exchangesBegun += 1;
  counters.failures["connect-refused"] += 1;
  const snapshot = snapshotOf(counters);
  counters.exchangesBegun += 1;
  counters.failures["connect-refused"] += 1;
  assert.equal(snapshot.exchangesBegun, 1);
  assert.equal(snapshot.failures["connect-refused"], 1);
  assert.deepEqual(Object.keys(snapshot.failures), Object.keys(failures));
  assert.deepEqual(structuredClone(snapshot), snapshot);
});
