/**
 * The house rules, checked by reading the source: floors, purity, sizes, names, and what the
 * worker's thread loads. `floors.ts` says what they are; the linter checks the rest.
 */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { bannedFiles, limits, notInMain, notInWorker, wireExceptions } from "./floors.ts";
import { importProblems, loadProblems, purityProblems } from "./import-rules.ts";
import { median, sizeProblems, wordProblems } from "./reading-rules.ts";
import { readSourceFiles } from "./source-file.ts";

const source = readSourceFiles(globSync("src/**/*.ts").sort());
const everything = globSync("{src,test,demo,bench,tools}/**/*.ts", {
  exclude: (path) => path.includes("node_modules"),
}).sort();

for (const file of source) {
  void test(`house: ${file.path}`, () => {
    const problems = [
      ...importProblems(file),
      ...purityProblems(file),
      ...sizeProblems(file),
      ...wordProblems(file),
    ];
    assert.deepEqual(problems, []);
  });
}

void test("house: every file opens by saying what it is for", () => {
  const silent = everything.filter((path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, "utf8")));
  assert.deepEqual(silent, []);
});

void test("house: files are short and lines are narrow", () => {
  const problems = everything.flatMap((path) => {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const wide = lines.flatMap((line, at) =>
      line.length > limits.columnsMax ? [`${path}:${at + 1}: ${line.length} columns`] : [],
    );
    const isLong = lines.length > limits.fileLinesMax;
    return isLong ? [`${path}: ${lines.length} lines`, ...wide] : wide;
  });
  assert.deepEqual(problems, []);
});

void test("house: a file's name says what is inside", () => {
  const vague = everything.filter((path) => bannedFiles.has(basename(path).split(".")[0] ?? ""));
  assert.deepEqual(vague, []);
});

void test("house: the usual file is short, and so is the usual function", (t) => {
  const fileLines = median(source.map((file) => file.lines.length));
  const named = source.flatMap((file) => file.functions).filter(({ name }) => name !== undefined);
  const functionLines = median(named.map(({ linesCount }) => linesCount));
  t.diagnostic(`median lines: ${fileLines} a file, ${functionLines} a function`);
  assert.ok(fileLines <= limits.fileLinesMedianMax, `the median file has ${fileLines} lines`);
  assert.ok(
    functionLines < limits.functionLinesMedianMax,
    `the median function has ${functionLines} lines`,
  );
});

void test("house: the worker's thread loads nothing that reads a config", () => {
  assert.deepEqual(loadProblems("src/worker-thread.ts", notInWorker, source), []);
});

void test("house: what starts workers loads nothing that serves an exchange", () => {
  assert.deepEqual(loadProblems("src/cli/start-crew.ts", notInMain, source), []);
});

void test("house: every exception for wire/ is still needed", () => {
  const long = source.flatMap((file) =>
    file.functions
      .filter(
        ({ linesCount, parametersCount }) =>
          linesCount > limits.functionLinesMax || parametersCount > limits.parametersMax,
      )
      .map(({ name }) => `${file.path} ${name ?? ""}`),
  );
  assert.deepEqual(
    Object.keys(wireExceptions).filter((name) => !long.includes(name)),
    [],
  );
});
