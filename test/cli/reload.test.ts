/** Reloads that are asked for while one is going on, and those that fail. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Reloads, type Reloading } from "../../src/cli/reload.ts";
import type { PlannedConfig } from "../../src/cli/planned-config.ts";
import { compileValue, type LoadedConfig } from "../../src/config/load.ts";
import type { ProgramEvent } from "../../src/observe/events.ts";
import { turns } from "../support/within.ts";

const configOf = (value: unknown): LoadedConfig => compileValue(value, "test");
const good = { sites: { "*": { respond: "good" } } };

interface Hearing {
  readonly heard: Pick<Reloading, "tell" | "withhold" | "revision">;
  readonly said: string[];
}

function hearing(): Hearing {
  const said: string[] = [];
  const heard = {
    revision: 1,
    tell: ({ level, message }: ProgramEvent) => void said.push(`${level} ${message}`),
    withhold: () => undefined,
  };
  return { heard, said };
}

const planned = (value: unknown): PlannedConfig => configOf(value) as PlannedConfig;

void test("reload: whoever asks while one is going on gets one more, not one each", async () => {
  const { heard, said } = hearing();
  let loads = 0;
  const gates: (() => void)[] = [];
  const load = async (): Promise<LoadedConfig> => {
    loads += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
    return configOf(good);
  };
  const apply = (): Promise<void> => Promise.resolve();
  const reloads = new Reloads({ config: planned(good), load, apply, ...heard });
  void reloads.ask();
  await turns(1);
  const done = reloads.ask();
  void reloads.ask();
  gates[0]?.();
  await turns(3);
  assert.equal(loads, 2);
  gates[1]?.();
  await done;
  assert.deepEqual(said, ["info reloaded", "info reloaded"]);
  assert.equal(loads, 2);
});

void test("reload: what is wrong leaves the config before in force", async () => {
  const { heard, said } = hearing();
  const applied: unknown[] = [];
  const given = [
    () => Promise.resolve(configOf({ sites: {} })),
    () => Promise.reject(new Error("the disk is gone")),
    () => Promise.resolve(undefined),
    () => Promise.resolve(configOf(good)),
  ];
  let loads = 0;
  const load = (): Promise<LoadedConfig | undefined> => given[loads++]!();
  const apply = (plan: unknown): Promise<void> => {
    applied.push(plan);
    return Promise.reject(Object.assign(new Error("in use"), { label: ":80" }));
  };
  const config = planned(good);
  const reloads = new Reloads({ config, load, apply, ...heard });
  for (const _ of given) await reloads.ask();
  assert.equal(reloads.config, config);
  assert.equal(applied.length, 1);
  assert.match(said[0] ?? "", /^error .*sites/);
  assert.deepEqual(said.slice(1), [
    "error the config before stays in force: 1 error in the new one",
    "error the config before stays in force",
    "error the config before stays in force: an address cannot be had",
  ]);
});

void test("reload: what only a restart changes is said", async () => {
  const { heard, said } = hearing();
  const next = { ...good, metrics: 9_090, logs: { level: "warn" }, workers: 3 };
  const load = (): Promise<LoadedConfig> => Promise.resolve(configOf(next));
  const apply = (): Promise<void> => Promise.resolve();
  await new Reloads({ config: planned(good), load, apply, ...heard }).ask();
  assert.deepEqual(said, [
    "info reloaded",
    "warn what changed of metrics, logs.events, workers takes effect with a restart",
  ]);
});

void test("reload: secrets of the config in force are withheld, whatever was wrong", async () => {
  const { heard, said } = hearing();
  let mask = (text: string): string => text;
  const withhold = (all: readonly LoadedConfig[]): void => {
    mask = (text) => all.reduce((masked, each) => each.withhold(masked), text);
  };
  const hiding = (secret: string, value: unknown): LoadedConfig => ({
    ...configOf(value),
    withhold: (text) => text.replaceAll(secret, "***"),
  });
  const given = [
    hiding("two", { sites: {} }),
    hiding("three", { sites: {} }),
    hiding("four", good),
  ];
  const load = (): Promise<LoadedConfig | undefined> => Promise.resolve(given.shift());
  const apply = (): Promise<void> => Promise.resolve();
  const reloads = new Reloads({
    config: hiding("one", good) as PlannedConfig,
    load,
    apply,
    ...heard,
    withhold,
  });
  await reloads.ask();
  await reloads.ask();
  assert.equal(mask("one three"), "*** ***");
  await reloads.ask();
  assert.equal(mask("one four"), "*** ***");
  assert.equal(said.at(-1), "info reloaded");
});
