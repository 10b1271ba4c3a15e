#!/usr/bin/env node
/** Where the program begins: picks the command, and is the last to hear of what nobody caught. */

import { extname } from "node:path";

import { keepCompiledCode } from "./cli/compile-cache.ts";
import { exitCodes } from "./cli/exit-codes.ts";
import type { Voice } from "./cli/event-voice.ts";
import type { FirstThreads, ThreadFiles } from "./cli/first-thread.ts";
import type { Running, Wanted } from "./cli/start.ts";
import { tuneCollector } from "./cli/tune-collector.ts";

process.on("uncaughtException", (error) => {
  // Whoever read our output has enough of it, as in `foregate check | head -1`.
  if (error instanceof Error && "code" in error && error.code === "EPIPE")
    process.exit(exitCodes.failed);
  void sayBug(error);
});

/** What a running program speaks with. */
let voice: Voice | undefined;

/** The source, or what it was made into. */
const fileOf = (name: string): URL => new URL(name + extname(import.meta.url), import.meta.url);

const files: ThreadFiles = { worker: fileOf("./worker-thread"), office: fileOf("./office-thread") };

let first: FirstThreads | undefined;

/** Of the interfaces that are used below it, the newest came with this one. */
const oldestNode = [24, 12] as const;

try {
  refuseOldNode();
  tuneCollector();
  keepCompiledCode(process.env);
  const { runCommandLine } = await import("./cli/command-line.ts");
  const exitCode = await runCommandLine(process.argv.slice(2), { expectPlan, startPlan });
  process.exit(exitCode);
} catch (error) {
  process.stderr.write(`foregate: ${describeError(error)}\n`);
  process.exit(exitCodes.failed);
}

/** Threads take their time to come up: that of reading the config. */
async function expectPlan(hasConfig: boolean): Promise<void> {
  const { startFirstThreads } = await import("./cli/first-thread.ts");
  first = startFirstThreads(files, hasConfig);
}

async function startPlan(wanted: Wanted): Promise<Running> {
  voice = wanted.voice;
  const { tell } = voice;
  const { troubleEvent } = await import("./observe/events.ts");
  process.on("unhandledRejection", (reason) =>
    tell(troubleEvent("a bug: nobody handled a rejected promise", reason)),
  );
  const { startCrew } = await import("./cli/start-crew.ts");
  return await startCrew(wanted, { files, first });
}

/** Where standard error is for programs a bug is an event as well, and the last one. */
async function sayBug(error: unknown): Promise<void> {
  const speaker = voice;
  // What goes wrong while it is said is not waited for.
  voice = undefined;
  const isForPrograms = speaker?.isForPrograms === true;
  try {
    if (!isForPrograms) process.stderr.write(`foregate: this is a bug: ${describeError(error)}\n`);
    if (speaker === undefined || speaker.isBesideBanner) return;
    const { troubleEvent } = await import("./observe/events.ts");
    await speaker.close(troubleEvent("this is a bug", error));
  } finally {
    process.exit(exitCodes.failed);
  }
}

function refuseOldNode(): void {
  if (process.versions["bun"] !== undefined) return;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const found = process.versions.node;
  process.stderr.write(`foregate: want Node ${oldestNode.join(".")} or later, found ${found}\n`);
  process.exit(exitCodes.failed);
}

/** The system's errors say what is wrong in one line; of our own mistakes the stack is wanted. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "syscall" in error ? error.message : (error.stack ?? error.message);
}
