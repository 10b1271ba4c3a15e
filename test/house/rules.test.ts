/**
 * The house rules themselves: each one is shown a file that breaks it. A rule that finds nothing
 * looks the same as a house in order.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { importProblems, loadProblems, purityProblems } from "./import-rules.ts";
import { median, sizeProblems, wordProblems } from "./reading-rules.ts";
import type { SourceFile } from "./source-file.ts";

const empty: Omit<SourceFile, "path"> = {
  text: "",
  lines: [],
  imports: [],
  functions: [],
  uses: new Set(),
  declared: new Set(),
};

interface ImportCase {
  readonly from: string;
  readonly to: string;
  readonly typeOnly?: boolean;
  /** What is wrong with it; undefined for nothing. */
  readonly problem?: RegExp;
}

const importCases: readonly ImportCase[] = [
  { from: "src/wire/http1/reader.ts", to: "../../http/fields.ts" },
  { from: "src/wire/http1/reader.ts", to: "./head.ts" },
  { from: "src/main.ts", to: "./cli/run.ts" },
  { from: "src/config/load.ts", to: "../limits/schema.ts" },
  { from: "src/base/hash.ts", to: "node:buffer" },
  { from: "src/routing/schema.ts", to: "zod" },
  { from: "src/admin/admin-server.ts", to: "node:http", typeOnly: true },
  { from: "src/limits/options.ts", to: "../base/ip.ts", typeOnly: true },

  { from: "src/http/head.ts", to: "../wire/reader.ts", problem: /http may not import wire/ },
  { from: "src/limits/rate.ts", to: "../access/allow.ts", problem: /may not import access/ },
  { from: "src/http/leg.ts", to: "../net/door.ts", typeOnly: true, problem: /may not import net/ },
  { from: "src/cli/run.ts", to: "../main.ts", problem: /cli may not import/ },
  { from: "src/extra.ts", to: "./base/hash.ts", problem: /on the roof/ },
  { from: "src/admin/admin-server.ts", to: "node:http", problem: /take it from/ },
  { from: "src/cli/version.ts", to: "../../package.json", problem: /not published/ },
  { from: "src/limits/limits.ts", to: "./schema.ts", problem: /only config\/ may/ },
  { from: "src/limits/options.ts", to: "../base/ip.ts", problem: /nothing but types/ },
  { from: "src/base/hash.ts", to: "node:crypto", problem: /uses node:crypto, but base is pure/ },
  { from: "src/routing/router.ts", to: "zod", problem: /uses zod, but routing is pure/ },
];

for (const { from, to, typeOnly = false, problem } of importCases) {
  const word = problem ? "refuses" : "allows";
  void test(`rules: ${word} ${from} ▶ ${to}${typeOnly ? " (type)" : ""}`, () => {
    const imports = [{ specifier: to, isTypeOnly: typeOnly }];
    const file: SourceFile = { ...empty, path: from, imports };
    const found = [...importProblems(file), ...purityProblems(file)].join("\n");
    if (problem) assert.match(found, problem);
    else assert.equal(found, "");
  });
}

void test("rules: a room without a floor is an error", () => {
  const imports = [{ specifier: "../base/hash.ts", isTypeOnly: false }];
  assert.throws(() => importProblems({ ...empty, path: "src/attic/box.ts", imports }), /attic/);
});

void test("rules: a pure room names neither time nor chance", () => {
  const uses = new Set(["Date", "Math.random", "Math.floor", "Buffer"]);
  assert.deepEqual(purityProblems({ ...empty, path: "src/wire/reader.ts", uses }), [
    "uses Date, but wire is pure",
    "uses Math.random, but wire is pure",
  ]);
  assert.deepEqual(purityProblems({ ...empty, path: "src/net/door.ts", uses }), []);
});

void test("rules: length and parameters of a function", () => {
  const sizes = [
    { name: "fine", line: 1, linesCount: 70, parametersCount: 4 },
    { name: "long", line: 2, linesCount: 71, parametersCount: 1 },
    { name: undefined, line: 3, linesCount: 1, parametersCount: 5 },
  ];
  assert.deepEqual(sizeProblems({ ...empty, path: "src/net/door.ts", functions: sizes }), [
    "line 2: long has 71 lines, over 70",
    "line 3: a callback has 5 parameters, over 4",
  ]);
});

for (const [name, count] of [
  ["backends", 1],
  ["tlsSession", 1],
  ["TLSSession", 1],
  ["original", 0],
  ["originForm", 0],
  ["contextual", 0],
] as const) {
  void test(`rules: ${name} has ${count} banned words`, () => {
    const file = { ...empty, path: "src/net/door.ts", declared: new Set([name]) };
    assert.equal(wordProblems(file).length, count);
  });
}

void test("rules: what an entry loads is walked, and types do not count", () => {
  const worker = fileThatImports("src/worker.ts", "./net/door.ts");
  const door = fileThatImports("src/net/door.ts", "zod");
  const unwanted = new Set(["zod"]);
  assert.deepEqual(loadProblems("src/worker.ts", unwanted, [worker, door]), [
    "src/worker.ts > src/net/door.ts imports zod",
  ]);
  const types: SourceFile = { ...door, imports: [{ specifier: "zod", isTypeOnly: true }] };
  assert.deepEqual(loadProblems("src/worker.ts", unwanted, [worker, types]), []);
  assert.deepEqual(loadProblems("src/worker.ts", unwanted, []), []);
});

void test("rules: median", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([]), 0);
});

function fileThatImports(path: string, specifier: string): SourceFile {
  return { ...empty, path, imports: [{ specifier, isTypeOnly: false }] };
}
