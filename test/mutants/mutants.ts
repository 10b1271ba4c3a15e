/**
 * Do the tests of the wire notice? A copy of the source gets one fault at a time, and the tests run
 * over it: a fault that they let pass is a test that is missing.
 *
 *   npm run mutants                      all faults
 *   npm run mutants -- chunk             those with "chunk" in their name or file
 *
 * Exit code 1 if a fault survives, or if its text is not in the source any more.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { faults, type Fault } from "./faults.ts";

/** A fault that makes the tests run for ever is noticed too. */
const runMsMax = 60_000;

/** What the tests of the wire need, and those tests. */
const copied = ["src", "test/wire", "test/http", "test/support", "package.json"];
const tests = [
  "test/wire/**/*.test.ts",
  "test/http/fields.test.ts",
  "test/http/authority.test.ts",
  "test/http/field-names.test.ts",
];

type Verdict = "caught" | "survived" | "does not apply";

const root = resolve(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "foregate-mutants-"));
let running: ChildProcess | undefined;
let loaded = 0;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    running?.kill("SIGKILL");
    rmSync(copy, { recursive: true, force: true });
    process.exit(130);
  });
}

try {
  process.exitCode = await main(process.argv[2] ?? "");
} finally {
  rmSync(copy, { recursive: true, force: true });
}

async function main(word: string): Promise<number> {
  const chosen = faults.filter(({ name, file }) => `${name} ${file}`.includes(word));
  console.log(`trying ${chosen.length} faults on the tests of the wire, one after another`);
  for (const path of copied) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  if (!(await testsPass())) {
    console.error("foregate: the tests fail without any fault: mend that first");
    return 1;
  }
  const bad: string[] = [];
  for (const fault of chosen) {
    const verdict = await tryFault(fault);
    console.log(`${verdict.padEnd(14)} ${fault.file}: ${fault.name}`);
    if (verdict !== "caught") bad.push(fault.name);
  }
  console.log(`${chosen.length - bad.length} caught, ${bad.length} not`);
  return bad.length === 0 && chosen.length > 0 ? 0 : 1;
}

async function tryFault({ file, from, to }: Fault): Promise<Verdict> {
  const path = join(copy, "src", file);
  const source = readFileSync(path, "utf8");
  const pattern = new RegExp(from.split(" ").map(escaped).join("\\s+"), "g");
  if (source.match(pattern)?.length !== 1) return "does not apply";
  writeFileSync(
    path,
    source.replace(pattern, () => to),
  );
  try {
    // A file that does not even load fails every test, and says nothing about them.
    await import(`${pathToFileURL(path).href}?fault=${(loaded += 1)}`);
    return (await testsPass()) ? "survived" : "caught";
  } finally {
    writeFileSync(path, source);
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Ends at the first test that fails. */
function testsPass(): Promise<boolean> {
  const options = ["--test", "--test-isolation=none", "--test-reporter=tap"];
  const child = spawn(process.execPath, [...options, ...tests], {
    cwd: copy,
    stdio: ["ignore", "pipe", "ignore"],
  });
  running = child;
  const timer = setTimeout(() => child.kill("SIGKILL"), runMsMax);
  let seen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen = (seen + text).slice(-text.length - 16);
    if (/^\s*not ok /m.test(seen)) child.kill("SIGKILL");
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}
