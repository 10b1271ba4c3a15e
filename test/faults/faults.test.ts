/**
 * The faulty transport twin: in each scenario, for every kind of operation, the first one fails,
 * then the second, and so on until the scenario has no more of them. Whatever fails, the client
 * gets a whole or a visibly broken answer, and nothing stays behind.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { faultKinds, type Fault, type FaultKind, type Operation } from "./faulty-transport.ts";
import { runScenario, type Outcome } from "./run-scenario.ts";
import { scenarios, type Scenario } from "./scenarios.ts";
import { StrayErrors } from "./stray-errors.ts";

/** More operations than any scenario has: a scenario that gets there goes in circles. */
const operationsMax = 2_000;

/** A read is cut at each of its first places (a head), and at some of the others. */
const cutsFirst = 40;
const cutsAfter = 12;

const stray = new StrayErrors();

for (const scenario of scenarios) {
  void test(`faults: ${scenario.name}: no fault`, async () => {
    for (const ground of ["memory", "network"] as const) {
      const outcome = await runScenario(scenario, ground, undefined);
      assert.deepEqual(complaints(outcome), []);
      assert.ok(outcome.verdicts.length > 0);
      assert.ok(outcome.verdicts.every((verdict) => verdict === "whole"));
    }
  });
  for (const operation of Object.keys(faultKinds) as Operation[]) {
    void test(`faults: ${scenario.name}: every ${operation}`, async () => {
      const problems: string[] = [];
      for (const kind of faultKinds[operation]) {
        for await (const problem of strike(scenario, operation, kind)) problems.push(problem);
      }
      assert.deepEqual(problems, []);
    });
  }
}

/** Every place at which this kind of fault can strike. */
async function* strike(
  scenario: Scenario,
  operation: Operation,
  kind: FaultKind,
): AsyncGenerator<string> {
  if (kind === "fin" && scenario.endsByClose === true) return;
  for (let at = 0; at < operationsMax; at++) {
    const fault: Fault = { operation, at, kind, cutBytes: 1 };
    const outcome = await runScenario(scenario, "memory", fault);
    yield* told(fault, outcome);
    if (!outcome.hasStruck) return;
    if (kind !== "in-two") continue;
    for (const cutBytes of cutsOf(outcome.readBytes)) {
      const cut = { ...fault, cutBytes };
      yield* told(cut, await runScenario(scenario, "memory", cut));
    }
  }
  yield `${operation} ${kind}: no end of them`;
}

function* told(fault: Fault, outcome: Outcome): Generator<string> {
  for (const problem of complaints(outcome)) yield `${JSON.stringify(fault)}: ${problem}`;
}

function complaints(outcome: Outcome): readonly string[] {
  return [...outcome.problems, ...stray.take()];
}

function* cutsOf(bytes: number): Generator<number> {
  for (let at = 2; at < Math.min(bytes, cutsFirst); at++) yield at;
  const step = Math.ceil((bytes - cutsFirst) / cutsAfter);
  for (let at = cutsFirst; at < bytes; at += step) yield at;
}
