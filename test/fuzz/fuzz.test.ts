/** The fuzzer, for as long as a test may take, and always with the same wires. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { runFuzz } from "./run-fuzz.ts";

for (const seed of [1, 2_026]) {
  void test(`fuzz: 3000 wires from seed ${seed}`, () => {
    const { found, shapes, passed } = runFuzz({ seed, goesOn: (count) => count < 3_000 });
    assert.deepEqual(
      found.map(
        ({ wire, error }) => `${JSON.stringify(wire.toString("latin1"))}: ${String(error)}`,
      ),
      [],
    );
    assert.equal(passed, 3_000);
    assert.ok(shapes > 100, "the wires are read in many ways");
  });
}
