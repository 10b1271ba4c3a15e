/** The fuzzer, for as long as a test may take: always the same wires, so always the same outcome. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { runFuzz } from "./run-fuzz.ts";

for (const seed of [1, 2_026]) {
  void test(`fuzz: 1500 wires from seed ${seed}`, () => {
    const { found, shapes, passed } = runFuzz({ seed, goesOn: (count) => count < 1_500 });
    assert.deepEqual(
      found.map(
        ({ wire, error }) => `${JSON.stringify(wire.toString("latin1"))}: ${String(error)}`,
      ),
      [],
    );
    assert.equal(passed, 1_500);
    assert.ok(shapes > 300, "the wires are read in many ways");
  });
}
