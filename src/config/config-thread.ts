/**
 * The thread of `evaluate-config.ts`: evaluates one config, says what came of it, and is over. What
 * the config may do here, it may not do to the thread that serves: not end it, nor hold it up.
 */

import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { parentPort, workerData } from "node:worker_threads";

import { bunFailedImport, bunSyntaxError } from "./bun-errors.ts";
import { codeKindOf } from "./code-file.ts";
import { modulesRead, type ModuleText } from "../code/kept-modules.ts";
import { configOfModule, NoDefaultExport } from "../code/config-of-module.ts";
import { plainValue, type PlainValue } from "./plain-value.ts";
import {
  failedImport,
  filesRead,
  hookProgramName,
  type FailedImport,
} from "../code/program-name.ts";

export interface ConfigJob {
  readonly file: string;
  readonly url: string;
}

/** What the thread says; the source comes first, if it has types to be without. */
export type ConfigMessage =
  | { readonly type: "stripped"; readonly text: string }
  | ({ readonly type: "value"; readonly modules: readonly ModuleText[] } & PlainValue)
  | { readonly type: "no-export" }
  /** Nothing is left to wait for, and it is not there. */
  | { readonly type: "unsettled" }
  | ThrownMessage;

export interface ThrownMessage {
  readonly type: "thrown";
  /** As the runtime would show it: where, what, and the way there. */
  readonly stack: string;
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  /** What an import was looking for and did not find. */
  readonly failedImport: FailedImport | undefined;
}

/** Bun keeps it to itself; then types are in the way of some places. */
const canStrip = typeof nodeModule.stripTypeScriptTypes === "function";

/** The way from a helper of a helper back to the config. */
const framesMax = 50;

const { file, url } = workerData as ConfigJob;

const say = (message: ConfigMessage): void => parentPort?.postMessage(message);

async function evaluate(): Promise<void> {
  hookProgramName(url);
  try {
    if (canStrip && codeKindOf(file) === "typescript")
      say({ type: "stripped", text: withoutTypes(file) });
    const value = await configOfModule(url);
    say({ type: "value", modules: modulesRead(), ...plainValue(value) });
  } catch (error) {
    say(error instanceof NoDefaultExport ? { type: "no-export" } : thrown(error));
  }
}

function thrown(given: unknown): ThrownMessage {
  if (!(given instanceof Error)) {
    return { ...untold, message: asText(given) };
  }
  const error = bunSyntaxError(given) ?? given;
  const { name, message, code } = error as unknown as Readonly<Record<string, unknown>>;
  const stack = placedStack(error);
  const missing = failedImport() ?? bunFailedImport(error);
  return {
    type: "thrown",
    stack,
    name: asText(name),
    message: asText(message),
    code: typeof code === "string" ? code : undefined,
    failedImport: missing,
  };
}

/** An error's properties may be anything. */
const asText = (given: unknown): string =>
  typeof given === "string" ? given : inspect(given, { depth: 1 });

const untold = {
  type: "thrown",
  stack: "",
  name: "",
  code: undefined,
  failedImport: undefined,
} as const;

/** The runtime keeps to itself where a syntax error is; the reader of types tells. */
function placedStack(error: Error): string {
  const stack = asText(error.stack);
  const isPlaced = /^ *\^+ *$/m.test(stack);
  const isThrown = filesRead().some((path) => stack.includes(pathToFileURL(path).href));
  if (error.name !== "SyntaxError" || isPlaced || isThrown || !canStrip) return stack;
  for (const path of filesRead()) {
    try {
      withoutTypes(path);
    } catch (placed) {
      // Without a name of its own for the file, it begins with the colon of `FILE:LINE`.
      if (placed instanceof Error) return path + String(placed.stack);
    }
  }
  return stack;
}

/** Every character stays where it is. */
function withoutTypes(path: string): string {
  const text = new TextDecoder().decode(readFileSync(path));
  const warnings = Object.getOwnPropertyDescriptor(process, "emitWarning");
  // The runtime calls it an experiment: that is nothing for whoever writes a config.
  process.emitWarning = () => undefined;
  try {
    return nodeModule.stripTypeScriptTypes(text);
  } finally {
    if (warnings !== undefined) Object.defineProperty(process, "emitWarning", warnings);
  }
}

Error.stackTraceLimit = framesMax;
process.once("beforeExit", () => say({ type: "unsettled" }));
void evaluate().then(() => process.exit(0));
