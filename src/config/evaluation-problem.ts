/** What went wrong when a config in code was evaluated, in words and with its place. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import { describe } from "../base/reader.ts";
import type { Evaluated } from "./evaluate-config.ts";

export type Failed = Exclude<Evaluated, { readonly type: "value" }>;
type Thrown = Extract<Failed, { readonly type: "thrown" }>;

export interface EvaluationProblem {
  readonly kind: "code" | "syntax";
  readonly message: string;
  readonly help: string | undefined;
  readonly place: CodePlace | undefined;
}

/** Where, as far as the runtime says. */
export interface CodePlace {
  /** The path of a file; "": the config's own. */
  readonly path: string;
  /** `undefined`: where this text is. */
  readonly at: { readonly line: number; readonly column: number } | undefined;
  readonly text: string | undefined;
}

/** How much is quoted of what a config throws, in characters. */
const quotedMax = 300;

/** `path` is the config's, as the runtime knows it. */
export function evaluationProblem(failed: Failed, path: string): EvaluationProblem {
  const unplaced = { kind: "code", help: undefined, place: undefined } as const;
  switch (failed.type) {
    case "thrown":
      return thrownProblem(failed, path);
    case "no-export": {
      const help = 'end it with: export default defineConfig({ sites: { "*": "localhost:3000" } })';
      return { ...unplaced, message: "it has no default export", help };
    }
    case "unsettled": {
      const message = "it waits for something that never comes";
      return { ...unplaced, message, help: "look for an await of a promise that nobody settles" };
    }
    case "late": {
      const message = `it was not done after ${failed.limitMs / 1_000} s`;
      return { ...unplaced, message, help: "look for a loop without an end, or a long wait" };
    }
    case "ended": {
      const message = `it ended with ${failed.exitCode} before it had a value`;
      return { ...unplaced, message, help: "throw an error instead of calling process.exit" };
    }
    case "memory": {
      const message = `it took more than ${failed.heapMbMax} MB of memory`;
      return { ...unplaced, message, help: "look for a loop without an end" };
    }
  }
}

function thrownProblem(thrown: Thrown, path: string): EvaluationProblem {
  const missing = missingImport(thrown);
  if (missing !== undefined) return missing;
  const { name, message, stack } = thrown;
  const [told = ""] = (name === "SyntaxError" ? withoutData(message) : message).split("\n");
  const said = told.length > quotedMax ? `${told.slice(0, quotedMax)}…` : told;
  const head = headPlace(stack);
  if (name === "SyntaxError" && (head !== undefined || isFromReader(stack))) {
    const help = helpByCode[thrown.code ?? ""];
    return { kind: "syntax", message: `cannot read it: ${said}`, help, place: head };
  }
  const frames = framesOf(stack);
  const own = frames.find((frame) => frame.path === path);
  const [first] = frames;
  const isElsewhere = first !== undefined && first !== own;
  const where = isElsewhere ? ` (at ${shownPath(first.path)}:${placeText(first)})` : "";
  const what = name === "" ? describe(said) : `${name}: ${said}`;
  return { kind: "code", message: `it threw ${what}${where}`, help: undefined, place: own };
}

/** What is no JSON may be a password; the runtimes quote from it. */
function withoutData(message: string): string {
  const isOfData = message.endsWith(" is not valid JSON") || message.startsWith("JSON Parse error");
  return isOfData ? "what it parses is not valid JSON" : message;
}

const helpByCode: Readonly<Record<string, string>> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: "types are only removed: write it in plain JavaScript",
};

function missingImport({ code, failedImport }: Thrown): EvaluationProblem | undefined {
  if (code !== "ERR_MODULE_NOT_FOUND" || failedImport === undefined) return undefined;
  const { specifier, importer } = failedImport;
  const isFile = /^(?:\.{0,2}\/|file:)/.test(specifier);
  const [, scoped, plain] = /^(@[^/]+\/[^/]+)|^([^/]+)/.exec(specifier) ?? [];
  const packageName = scoped ?? plain ?? specifier;
  const path = importer === undefined ? "" : pathOf(importer);
  const kind = isFile ? "file" : "package";
  return {
    kind: "code",
    message: `it imports ${describe(specifier)}, and there is no such ${kind}`,
    help: isFile
      ? "a file is named with its extension, from the one that imports it"
      : `npm install ${packageName}, in the folder of the config`,
    place: { path, at: undefined, text: specifier },
  };
}

/** `FILE:LINE`, the line, and carets below it: how the runtime shows what it cannot read. */
function headPlace(stack: string): CodePlace | undefined {
  const found = /([^\n]*):(\d+)\n[^]*?\n( *)\^+ *$/my.exec(stack);
  if (found === null) return undefined;
  const [, file = "", line, indent = ""] = found;
  const path = pathOf(file);
  return { path, at: { line: Number(line), column: indent.length + 1 }, text: undefined };
}

function pathOf(place: string): string {
  try {
    return place.startsWith("file:") ? fileURLToPath(place) : place;
  } catch {
    // A stack is text, and anybody's: this names no file.
    return place;
  }
}

/** Nothing of the user's was running. */
const isFromReader = (stack: string): boolean => framesOf(stack).length === 0;

interface Frame extends CodePlace {
  readonly at: { readonly line: number; readonly column: number };
}

const framePattern = /^ {4}at (?:async )?([^\n]*):(\d+):(\d+)\)?$/gm;

/** Our own are no part of the way. */
function framesOf(stack: string): readonly Frame[] {
  return Array.from(stack.matchAll(framePattern), ([, where = "", line, column]) => ({
    // Of `where (file:///…` what is in the bracket.
    path: pathOf(where.slice(Math.max(where.lastIndexOf("(file://"), where.lastIndexOf("(/")) + 1)),
    at: { line: Number(line), column: Number(column) },
    text: undefined,
  })).filter(({ path }) => path.startsWith("/") && !ownFiles.has(path));
}

const ownFiles = new Set(
  ["./config-thread", "../code/config-of-module", "./plain-value", "../code/program-name"].flatMap(
    (name) => [".ts", ".js"].map((end) => fileURLToPath(new URL(`${name}${end}`, import.meta.url))),
  ),
);

const placeText = ({ at: { line, column } }: Frame): string => `${line}:${column}`;

/** As somebody in the working folder would name it. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}
