/**
 * `tools/setup.mjs` stands between npm and every program of the repository: what it starts gets the
 * arguments and the signals, and its own end is the end of what it started.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "foregate-setup-"));
after(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly name: string;
  /** Runs after the program has said that it is ready. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly signal?: NodeJS.Signals;
  readonly code: number;
  readonly output?: string;
}

const cases: readonly Case[] = [
  { name: "the exit code is the program's", program: "process.exit(7)", code: 7 },
  {
    name: "arguments arrive as they are",
    program: "console.log(JSON.stringify(process.argv.slice(2)))",
    args: ["-x", "a b", "$HOME"],
    code: 0,
    output: '["-x","a b","$HOME"]',
  },
  {
    name: "the runtime strips types",
    program: "const one: number = 1; console.log(one)",
    code: 0,
    output: "1",
  },
  {
    name: "a program that a signal ends has 128 and its number",
    program: 'process.kill(process.pid, "SIGKILL")',
    code: 137,
  },
  ...(["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2"] as const).map((signal) => ({
    name: `${signal} reaches the program`,
    program: `process.on("${signal}", () => process.exit(3)); setInterval(() => {}, 1000)`,
    signal,
    code: 3,
  })),
];

for (const { name, program, args = [], signal, code, output = "" } of cases) {
  void test(`setup: ${name}`, async () => {
    const file = join(folder, `program-${name.replaceAll(/\W+/g, "-")}.ts`);
    writeFileSync(file, `${program};\nconsole.log("ready");\n`);
    // Not on a terminal, where Ctrl-C would reach the program without us.
    const setup = spawn(process.execPath, ["tools/setup.mjs", file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    setup.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (signal !== undefined && text.includes("ready")) setup.kill(signal);
    });
    const [found] = await once(setup, "close");
    assert.equal(found, code);
    if (signal === undefined) assert.equal(text.replace("ready\n", "").trim(), output);
  });
}

void test("setup: an unknown runtime is an error that names the known ones", async () => {
  const args = ["tools/setup.mjs", "tools/test.ts", "--runtime=deno"];
  const setup = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  setup.stderr.on("data", (piece: Buffer) => (text += piece.toString()));
  const [code] = await once(setup, "close");
  assert.equal(code, 1);
  assert.match(text, /want node24 or bun, found "deno"/);
});
