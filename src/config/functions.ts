/**
 * The functions of a config. Its data comes from another thread, and functions cannot: they are
 * stubs, or the module is imported once more, here, and its functions are put where the stubs were.
 */

import { Console } from "node:console";

import { labelFunction } from "../rewriting/function-label.ts";
import { configOfModule } from "./config-of-module.ts";
import { evaluationMs } from "./evaluate-config.ts";
import { hookProgramName, ofGeneration } from "./program-name.ts";
import type { Path } from "./spans.ts";

export interface LabelledPath {
  readonly steps: Path;
  /** `foregate.config.ts:14:9` */
  readonly label: string;
}

/** Puts a stub at each path: whoever compiles sees a function. `value` is ours to change. */
export function stubFunctions(value: unknown, paths: readonly LabelledPath[]): unknown {
  return paths.reduce((root, { steps, label }) => {
    const stub = (): never => {
      throw new Error(`Cannot call ${label}: this is only its place`);
    };
    labelFunction(stub, label);
    return placed(root, steps, stub);
  }, value);
}

export interface ImportedFunctions {
  readonly value: unknown;
  /** What is wrong. */
  readonly missing: string | undefined;
}

/**
 * Never rejects. The module came to its end on another thread: so it will here, by all odds.
 * `generation` above 0: it was imported here before, and may have changed since.
 */
export async function importFunctions(
  url: string,
  value: unknown,
  paths: readonly LabelledPath[],
  generation = 0,
): Promise<ImportedFunctions> {
  hookProgramName(url);
  let real: unknown;
  try {
    real = await aside(() => inTime(configOfModule(ofGeneration(url, generation))));
  } catch (error) {
    return { value, missing: `it threw ${String(error)}` };
  }
  let root = value;
  for (const { steps, label } of paths) {
    const found = steps.reduce(valueAt, real);
    if (typeof found !== "function") return { value, missing: `it has no function at ${label}` };
    labelFunction(found, label);
    root = placed(root, steps, found);
  }
  return { value: root, missing: undefined };
}

/** What the config says goes to standard error, as on its thread: standard output is ours. */
async function aside<T>(act: () => Promise<T>): Promise<T> {
  const { console } = globalThis;
  globalThis.console = new Console(process.stderr);
  try {
    return await act();
  } finally {
    globalThis.console = console;
  }
}

async function inTime<T>(given: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new Error(`Cannot import the config: not done after ${evaluationMs / 1_000} s`);
  const timer = setTimeout(() => reject(late), evaluationMs);
  try {
    return await Promise.race([given, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The root itself, if there are no steps. */
function placed(root: unknown, steps: Path, given: unknown): unknown {
  const last = steps.at(-1);
  if (last === undefined) return given;
  const parent = steps.slice(0, -1).reduce(valueAt, root) as Record<string | number, unknown>;
  parent[last] = given;
  return root;
}

const valueAt = (value: unknown, step: string | number): unknown =>
  typeof value === "object" && value !== null
    ? (value as Readonly<Record<string | number, unknown>>)[step]
    : undefined;
