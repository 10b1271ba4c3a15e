/**
 * Runs test files with Bun, as `node --test` would: one process a file, a few at a time, each with
 * a time limit, and one line of summary. Bun's runner puts all files into one process instead,
 * where one that fails to end, or changes a global, spoils the ones after it.
 */

import { spawn } from "node:child_process";
import { relative } from "node:path";

/** Folders and files that do not run under Bun, and why; everything else does. */
const skipped: Readonly<Record<string, string>> = {
  "test/house": "reads the source and never runs it; the runtime makes no difference",
  "test/demo": "the demo runs on Node only; files of Bun's FormData have a charset in their type",
  "test/docs": "types the commands of pages, which pick their own runtime",
  "test/tools": "starts the scripts of package.json, which pick their own runtime",
};

interface Run {
  readonly files: readonly string[];
  /** Passed on to `bun test`. */
  readonly options: readonly string[];
  readonly fileMsMax: number;
  readonly filesAtOnceCount: number;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** Returns the exit code. */
export async function runWithBun(run: Run): Promise<number> {
  for (const [place, reason] of Object.entries(skipped)) {
    console.log(`skipped ${place}: ${reason}`);
  }
  const waiting = run.files.filter((file) => !isSkipped(file));
  const outcomes: Outcome[] = [];

  async function lane(): Promise<void> {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      outcomes.push(await runFile(file, run));
    }
  }
  await Promise.all(Array.from({ length: run.filesAtOnceCount }, lane));

  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function isSkipped(file: string): boolean {
  const path = relative(".", file);
  return Object.keys(skipped).some((place) => path === place || path.startsWith(`${place}/`));
}

async function runFile(file: string, { options, fileMsMax }: Run): Promise<Outcome> {
  // Without the "./" Bun takes the word for a pattern and not for a file.
  const words = ["test", `--timeout=${fileMsMax}`, ...options, `./${relative(".", file)}`];
  const { text, code } = await output(words, fileMsMax);
  const passed = countOf(text, "pass");

  // A file that does not load, or does not end, has no failed test to count.
  const failed = code === 0 ? 0 : Math.max(1, countOf(text, "fail"));
  console.log(code === 0 ? `ok ${file}: ${passed} passed` : `failed ${file}\n${text}`);
  return { passed, failed };
}

function output(
  words: readonly string[],
  timeout: number,
): Promise<{ readonly text: string; readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    child.stderr.on("data", (piece: Buffer) => (text += piece.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ text, code }));
  });
}

/** Bun ends with lines such as " 12 pass" and " 0 fail". */
function countOf(text: string, word: "pass" | "fail"): number {
  return Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(text)?.[1] ?? 0);
}
