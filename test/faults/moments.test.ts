/**
 * Leaving, stopping and breaking at every moment of every scenario: after each single operation of
 * the worker somebody acts. Answers stay whole or visibly broken, and nothing stays behind.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { actions, runMoment } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";
import { StrayErrors } from "./stray-errors.ts";

/** More operations than any scenario has. */
const operationsMax = 2_000;

const stray = new StrayErrors();

for (const scenario of scenarios) {
  for (const action of actions) {
    void test(`moments: ${scenario.name}: ${action}`, async () => {
      const problems: string[] = [];
      for (let at = 0, isReached = true; isReached; at++) {
        assert.ok(at < operationsMax, "no end of them");
        const outcome = await runMoment(scenario, { at, action });
        isReached = outcome.hasStruck;
        const found = [...outcome.problems, ...stray.take()];
        problems.push(...found.map((problem) => `after ${at}: ${problem}`));
      }
      assert.deepEqual(problems, []);
    });
  }
}
