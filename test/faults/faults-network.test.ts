/**
 * The faulty twin once more, around real sockets: fewer kinds of fault, since what they do to the
 * worker is known from memory, but all of what the kernel and Node add to it.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Fault, FaultKind, Operation } from "./faulty-transport.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarios, type Scenario } from "./scenarios.ts";
import { StrayErrors } from "./stray-errors.ts";

const kinds: Readonly<Record<Operation, readonly FaultKind[]>> = {
  read: ["ECONNRESET", "fin", "throw"],
  write: ["EPIPE", "half", "stall"],
  dial: ["ECONNREFUSED", "never", "reset-after"],
  close: ["ECONNRESET", "late"],
};

/** Scenarios wait most of the time: so many are played side by side. */
const atOnceCount = 12;

const operationsMax = 400;

const stray = new StrayErrors();

for (const scenario of scenarios) {
  void test(`faults on the network: ${scenario.name}`, async () => {
    const problems: string[] = [];
    for (const operation of Object.keys(kinds) as Operation[]) {
      for (const kind of kinds[operation]) {
        if (kind === "fin" && scenario.endsByClose === true) continue;
        problems.push(...(await strike(scenario, operation, kind)));
      }
    }
    assert.deepEqual(problems, []);
    stray.assertNone();
  });
}

/** Every place at which this kind of fault can strike. */
async function strike(
  scenario: Scenario,
  operation: Operation,
  kind: FaultKind,
): Promise<readonly string[]> {
  const problems: string[] = [];
  let isReached = true;
  for (let from = 0; isReached; from += atOnceCount) {
    assert.ok(from < operationsMax, `${operation}: no end of them`);
    const faults = Array.from({ length: atOnceCount }, (_, step): Fault => {
      return { operation, at: from + step, kind };
    });
    const outcomes = await Promise.all(
      faults.map(async (fault) => {
        const outcome = await runScenario(scenario, "network", fault);
        for (const problem of outcome.problems)
          problems.push(`${JSON.stringify(fault)}: ${problem}`);
        return outcome;
      }),
    );
    isReached = outcomes.every(({ hasStruck }) => hasStruck);
  }
  return problems;
}
