/**
 * What is made of the config's description is fresh, and the description is whole: no key without a
 * word about it, no default that is not in force, no reader that takes something else.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import {
  quantityPatterns,
  readByteCount,
  readByteRate,
  readDurationMs,
} from "../../src/base/quantity.ts";
import { effectiveConfig } from "../../src/config/effective.ts";
import { readConfig } from "../../src/config/load.ts";
import { topKeys } from "../../src/config/schema.ts";
import { homes } from "../../src/config/unknown-key.ts";
import { generatedFiles, readGenerated } from "./generated.ts";
import { typeOf } from "./generated/config-type.ts";
import { describeConfig, type Node } from "./generated/description.ts";
import { plain } from "./generated/json-schema.ts";
import { findPlaces } from "./generated/places.ts";

const description = describeConfig();
const { definitions } = description;

for (const [path, text] of await generatedFiles()) {
  void test(`${path} is fresh: node test/config/generated.ts --write`, () => {
    assert.equal(readGenerated(path), text);
  });
}

void test("every key of the config is described", () => {
  const count = definitions.reduce((sum, { keys }) => sum + Object.keys(keys).length, 0);
  assert.ok(count > topKeys.length + 80, `only ${count} keys`);
  const problems = definitions.flatMap(({ name, keys }) =>
    Object.entries(keys).flatMap(([key, node]) =>
      problemsOf(node).map((problem) => `${name}.${key}: ${problem}`),
    ),
  );
  assert.deepEqual(problems, []);
});

function problemsOf(node: Node): readonly string[] {
  const { description: words = "", examples = [] } = node;
  const shapes = [node.type, node.enum, node.anyOf, node.allOf, node.$ref, node.typescript];
  return [
    ...(/^[^a-z].*[^ ]\.$/s.test(words) ? [] : ["want sentences about it"]),
    ...(words.includes("\n") ? ["want its sentences on one line"] : []),
    ...(examples.length > 0 ? [] : ["want an example"]),
    ...(shapes.some((shape) => shape !== undefined) ? [] : ["want the shape of its value"]),
  ];
}

void test("what only a program can write is in its type, and not in the schema for editors", () => {
  const hook: Node = { typescript: "() => void", description: "Called." };
  const file: Node = { type: "string", called: "a file" };
  assert.deepEqual(plain({ anyOf: [file, hook] }), { anyOf: [{ type: "string" }] });
  assert.deepEqual(plain({ properties: { hook } }), { properties: {} });
  assert.equal(typeOf({ anyOf: [file, hook] }), "string | (() => void)");
});

void test("keys that are told to belong elsewhere are known there", () => {
  const known = new Set(definitions.flatMap(({ keys }) => Object.keys(keys)));
  assert.deepEqual(
    Object.keys(homes).filter((key) => !known.has(key)),
    [],
  );
});

void test("the top's keys are in the order of the alphabet, as messages list them", () => {
  assert.deepEqual([...topKeys], topKeys.toSorted());
});

const usual = `
pools: { api: "localhost:3000" }
sites:
  "*":
    routes:
      - { path: /a, respond: ok }
      - { path: /b, redirect: /c }
      - { path: /d, proxy: { to: "localhost:3001" } }
`;

void test("defaults that are told are in force", () => {
  const { plan, siteOptions, poolNames, events, workers, admin, problems } = readConfig(
    Buffer.from(usual),
    "f",
    ".",
  );
  assert.ok(plan !== undefined, JSON.stringify(problems));
  const printed = effectiveConfig(plan, siteOptions, {
    poolNames,
    events,
    workers,
    admin,
    hidesSecrets: false,
  });
  const places = findPlaces(description);
  const found = definitions.flatMap(({ name, keys }) => {
    const paths = name === "Config" ? [[]] : (places.get(name) ?? []).map(({ path }) => path);
    const maps = paths.flatMap((path) => valuesAt(printed, path));
    return Object.entries(keys).flatMap(([key, { default: told }]) =>
      maps.map((map) => ({ at: `${name}.${key}`, told, printed: printedIn(map, key) })),
    );
  });
  const comparable = found.filter(({ told, printed: value }) => {
    return told !== undefined && value !== undefined && !isMap(value);
  });
  assert.ok(comparable.length >= 25, `only ${comparable.length} were printed`);
  for (const { at, told, printed: value } of comparable) {
    assert.equal(counted(value), counted(told), at);
  }
});

const guide = readGenerated("docs/config.md");
/** A key, perhaps below another, some words, and a default that is one value. */
const guideRow = /^\| `(?:\w+\.)*(\w+)` \|.*\| (?:`([^`|]+)`|(\d+)) \|$/gm;

void test("docs/config.md tells the same defaults", () => {
  const rows = [...guide.matchAll(guideRow)].map(([, key = "", text, count = ""]) => {
    const defaults = definitions
      .map(({ keys }) => keys[key]?.default)
      .filter((usual) => usual !== undefined);
    const told = counted(text ?? count);
    return { key, told, defaults: defaults.map((usual) => counted(usual)) };
  });
  const known = rows.filter(({ defaults }) => defaults.length > 0);
  assert.ok(known.length >= 25, `only ${known.length} rows`);
  for (const { key, told, defaults } of known) {
    assert.ok(defaults.map(String).includes(String(told)), `${key}: ${defaults.join(" or ")}`);
  }
});

/** A list of one is printed for that one. */
function printedIn(map: unknown, key: string): unknown {
  const [value] = valuesAt(map, [key]);
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

/** `60s` is `1m`. */
function counted(value: unknown): unknown {
  const text = String(value);
  return readDurationMs(text) ?? readByteRate(text) ?? readByteCount(text) ?? value;
}

function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  if (Array.isArray(value)) {
    return step === "[]" ? value.flatMap((item: unknown) => valuesAt(item, rest)) : [];
  }
  if (!isMap(value)) return [];
  const found = step === "*" ? Object.values(value) : [value[step]];
  return found.flatMap((below) => valuesAt(below, rest));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const quantityText = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.tuple(fc.nat(99), fc.constantFrom("ms", "s", "m", "h", "d", "B", "KiB", "MB/s", ".5s")),
    )
    .map((parts) => parts.map(([count, unit]) => `${count}${unit}`).join("")),
  fc.constantFrom("1.5h", "10 MB", "10 MB/s", "1h30m", "30m1h", "5", "5m5ms", "1kB", "", "s"),
);

const quantities = [
  ["time", readDurationMs],
  ["size", readByteCount],
  ["rate", readByteRate],
] as const;

for (const [kind, read] of quantities) {
  void test(`the pattern of a ${kind} takes what its reader takes`, () => {
    const pattern = new RegExp(quantityPatterns[kind]);
    fc.assert(
      fc.property(quantityText, (text) =>
        assert.equal(pattern.test(text), read(text) !== undefined),
      ),
    );
  });
}
