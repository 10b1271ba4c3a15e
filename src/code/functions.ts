/**
 * The functions of a config. Its data is evaluated once, on a thread of its own, and functions
 * cannot leave that: in a plan stand stubs, and each worker imports the module once more and takes
 * its functions from where the stubs are.
 */

import { Console } from "node:console";

import { CodeError } from "./code-error.ts";
import { configOfModule } from "./config-of-module.ts";
import { placeFunction, type FunctionPlace } from "./function-label.ts";
import type { ModuleText } from "./kept-modules.ts";
import { hookProgramName, keepModules, ofGeneration } from "./program-name.ts";

/** How long a config may take, in ms: time for heavy imports, and an end for endless loops. */
export const evaluationMs = 10_000;

/** The code of a config that has functions. */
export interface ConfigCode {
  readonly url: string;
  /** It, and what it imports, as they were. Empty: they are on the disk. */
  readonly modules: readonly ModuleText[];
}

/** Where functions come from. */
export interface CodeSource extends ConfigCode {
  /** How often it was imported before; 0 the first time. */
  readonly generation: number;
}

/** What a plan's functions are, by their places. Throws if there is none. */
export type FindFunction = (place: FunctionPlace) => object;

/** Puts a stub at each place: whoever compiles sees a function. `value` is ours to change. */
export function stubFunctions(value: unknown, found: readonly FunctionPlace[]): unknown {
  return found.reduce((root, place) => placed(root, place.steps, stubOf(place)), value);
}

/** Stands for a function where nobody calls it. */
export function stubOf(place: FunctionPlace): object {
  const stub = (): never => {
    throw new Error(`Cannot call ${place.label}: this is only its place`);
  };
  placeFunction(stub, place);
  return stub;
}

/**
 * Imports the module for its functions. It came to its end on another thread, so it will here, by
 * all odds. Rejects, as the finder throws, with what is wrong.
 */
export async function importFunctions(code: CodeSource): Promise<FindFunction> {
  const { url, modules, generation } = code;
  hookProgramName(url);
  keepModules(modules, generation);
  let root: unknown;
  try {
    root = await aside(() => inTime(configOfModule(ofGeneration(url, generation))));
  } catch (error) {
    throw new CodeError(`it threw ${String(error)}`, { cause: error });
  }
  return (place) => {
    const found = place.steps.reduce(valueAt, root);
    if (typeof found !== "function") throw new CodeError(`it has no function at ${place.label}`);
    placeFunction(found, place);
    return found;
  };
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
function placed(root: unknown, steps: FunctionPlace["steps"], given: unknown): unknown {
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
