/** Buckets of latencies: which one a time falls into, and what is kept of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { boundsSeconds, bucketOf, Latencies, latencyCells } from "../../src/observe/latencies.ts";

const cases: readonly (readonly [ms: number, boundSeconds: number])[] = [
  [0, 0.00025],
  [-0.1, 0.00025],
  [0.25, 0.00025],
  [0.2500001, 0.0005],
  [0.5, 0.0005],
  [0.51, 0.001],
  [1, 0.001],
  [1.01, 0.002],
  [2, 0.002],
  [3, 0.004],
  [60_000, 65.536],
  [65_536, 65.536],
  [65_536.1, Infinity],
  [1e15, Infinity],
];

for (const [ms, bound] of cases) {
  void test(`latencies: ${ms} ms is at most ${bound} s`, () => {
    assert.equal(boundsSeconds[bucketOf(ms)] ?? Infinity, bound);
  });
}

void test("latencies: a bucket is the first whose bound is not below", () => {
  const times = fc.oneof(
    fc.double({ min: 0, max: 100_000, noNaN: true }),
    fc.constantFrom(...boundsSeconds).map((seconds) => seconds * 1_000),
  );
  fc.assert(
    fc.property(times, (ms) => {
      const slow = boundsSeconds.findIndex((bound) => ms <= bound * 1_000);
      assert.equal(bucketOf(ms), slow === -1 ? boundsSeconds.length : slow);
    }),
    { numRuns: 2_000 },
  );
});

void test("latencies: rows are apart", () => {
  const latencies = new Latencies(new Float64Array(3 * latencyCells));
  latencies.add(1, 0.3);
  latencies.add(1, 70_000);
  latencies.add(2, 0.1);
  const counts = [0, 1, 2].map((row) => [...latencies.bucketsOf(row)]);
  const none = Array.from({ length: boundsSeconds.length + 1 }, () => 0);
  assert.deepEqual(counts[0], none);
  assert.deepEqual(counts[1], none.with(1, 1).with(boundsSeconds.length, 1));
  assert.deepEqual(counts[2], none.with(0, 1));
  assert.deepEqual(
    [0, 1, 2].map((row) => latencies.sumMsOf(row)),
    [0, 70_000.3, 0.1],
  );
});
