/**
 * Evaluates a config in code on a thread of its own, with a limit to its time and its memory. It
 * may loop, end itself or break in any way: what comes back is data, or what went wrong.
 *
 * Its own words go to standard error, whichever stream it takes: standard output is ours.
 */

import { extname } from "node:path";
import { Worker } from "node:worker_threads";

import { evaluationMs } from "../code/functions.ts";
import type { ConfigJob, ConfigMessage } from "./config-thread.ts";

export interface EvaluationLimits {
  readonly limitMs: number;
  /** What a config may hold, in MB. */
  readonly heapMbMax: number;
}

/** More memory than any config holds, and less than what hurts a machine. */
const usualLimits: EvaluationLimits = { limitMs: evaluationMs, heapMbMax: 512 };

/** How long a thread that has said all may take to end, in ms. */
const endMs = 2_000;

export type Evaluated =
  | Exclude<ConfigMessage, { readonly type: "stripped" }>
  | { readonly type: "late"; readonly limitMs: number }
  | { readonly type: "ended"; readonly exitCode: number }
  | { readonly type: "memory"; readonly heapMbMax: number };

export interface Evaluation {
  readonly evaluated: Evaluated;
  /** Without its types, every character where it was; undefined: it has none, or is broken. */
  readonly stripped: string | undefined;
}

/** The source, or what it was made into. */
const threadFile = new URL(`./config-thread${extname(import.meta.url)}`, import.meta.url);

/** Resolves when the thread is gone. Rejects only if no thread can be had. */
export function evaluateConfig(
  job: ConfigJob,
  { limitMs, heapMbMax }: EvaluationLimits = usualLimits,
): Promise<Evaluation> {
  const { promise, resolve, reject } = Promise.withResolvers<Evaluation>();
  const thread = new Worker(threadFile, {
    name: "config",
    workerData: job,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
  });
  let stripped: string | undefined;
  let evaluated: Evaluated | undefined;
  const end = (): void => void thread.terminate().catch(reject);
  const timer = setTimeout(() => {
    evaluated ??= { type: "late", limitMs };
    end();
  }, limitMs);
  thread.on("message", (message: ConfigMessage) => {
    if (message.type === "stripped") stripped = message.text;
    else {
      evaluated ??= message;
      setTimeout(end, endMs).unref();
    }
  });
  thread.once("error", (error) => {
    evaluated ??= failureOf(error, heapMbMax);
  });
  thread.once("exit", (exitCode) => {
    clearTimeout(timer);
    resolve({ evaluated: evaluated ?? { type: "ended", exitCode }, stripped });
  });
  for (const stream of [thread.stdout, thread.stderr]) {
    stream.on("data", (bytes: Buffer) => process.stderr.write(bytes));
  }
  return promise;
}

/** What nobody on the thread caught. */
function failureOf(error: unknown, heapMbMax: number): Evaluated {
  const { code, name, message, stack } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return { type: "memory", heapMbMax };
  const isError = error instanceof Error;
  return {
    type: "thrown",
    name: isError ? String(name) : "",
    message: String(isError ? message : error),
    stack: isError ? String(stack) : "",
    code: typeof code === "string" ? code : undefined,
    failedImport: undefined,
  };
}
