/**
 * The test runner behind `npm test`, whichever runtime it was started with.
 *
 *   npm test                          everything under test/
 *   npm test -- test/wire             a folder, a file or a pattern
 *   npm test -- --test-name-pattern=chunked
 *
 * Node runs its own `node --test`: one process a file, so that a file that leaks a socket or a
 * timer does not end, and fails. Bun has no such command: `bun-test.ts` does the same by hand.
 */

import { spawn } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

import { runWithBun } from "./bun-test.ts";
import { ensureDebian } from "./debian.ts";

/** Longest time for one file: a test that waits for something that never comes must not hold CI. */
const fileMsMax = 120_000;

/** Files at a time: CI has two cores, and so may you. */
const filesAtOnceCount = 2;

/** libuv's pool has 4 threads for file access and names together, fewer than the tests use. */
const poolThreads = "16";

/** Two hundred files load the same modules: their types are stripped once, and not for each. */
const compiledFolder = join(import.meta.dirname, "../node_modules/.cache/foregate/compiled");

/** What some tests start, and the name of the Debian package that brings it. */
const programs = ["chromium", "openssl", "curl"];

process.env["UV_THREADPOOL_SIZE"] ??= poolThreads;
process.env["NODE_COMPILE_CACHE"] ??= compiledFolder;

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("-"));
const asked = words.filter((word) => !word.startsWith("-"));
const files = findTests(asked.length === 0 ? ["test"] : asked);

if (files.length === 0) {
  console.error(`foregate: no test file (*.test.ts) matches ${asked.join(" ") || "test/"}`);
  process.exitCode = 1;
} else {
  ensurePrograms();
  process.exitCode =
    process.versions["bun"] === undefined
      ? await runWithNode()
      : await runWithBun({ files, options, fileMsMax, filesAtOnceCount });
}

function findTests(places: readonly string[]): readonly string[] {
  const found = places.flatMap((place) => globSync(isFolder(place) ? testsIn(place) : place));
  return [...new Set(found)].sort();
}

function testsIn(folder: string): string {
  return join(folder, "**", "*.test.ts");
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Only what the chosen files speak of: one file of tables should not install a browser. */
function ensurePrograms(): void {
  const sources = files.map((file) => readFileSync(file, "utf8").toLowerCase());
  const needed = programs.filter((name) => sources.some((source) => source.includes(name)));
  const missing = ensureDebian(needed);
  if (missing.length > 0) {
    console.error(`foregate: tests that need ${missing.join(", ")} fail: install it to run them`);
  }
}

/** The same words for every version, with node's summary at the end. */
function runWithNode(): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      "--test",
      "--test-reporter=spec",
      `--test-timeout=${fileMsMax}`,
      `--test-concurrency=${filesAtOnceCount}`,
      ...options,
      ...files,
    ],
    { stdio: "inherit" },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}
