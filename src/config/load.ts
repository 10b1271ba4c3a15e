/**
 * From a file, from standard input, or from what a command line says, to a plan or to everything
 * that is wrong with it.
 */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";

import { codeKindOf } from "./code-file.ts";
import { compile, nothingCompiled, type CompiledConfig } from "./compile.ts";
import { decodeText } from "./decode-text.ts";
import { configFiles, findConfig } from "./find-config.ts";
import { nowhere, problemCodes, type Problem, type ProblemKind } from "./problems.ts";
import { readCode, type CodeUse } from "./read-code.ts";
import { readDocument } from "./read-document.ts";
import type { SourceText } from "./secrets.ts";

export interface LoadedConfig extends CompiledConfig {
  /** As the user named it; "" if none was found. */
  readonly file: string;
  /** By the name of the file: what the places of problems are in. */
  readonly texts: ReadonlyMap<string, SourceText>;
}

export const standardInput = "-";

const noConfigHelp = "start without one by `npx foregate 3000`, or name one with -c FILE";

/** `path` undefined: looks in the usual places. Never rejects: what is wrong is a problem. */
export async function loadConfig(
  path: string | undefined,
  codeUse: CodeUse = "evaluate",
): Promise<LoadedConfig> {
  const places = { folder: process.cwd(), environment: process.env };
  const file = path ?? findConfig(places);
  if (file === undefined) {
    const message = `found no config: looked for ${configFiles(places).join(", ")}`;
    return failed("", "not-found", message, noConfigHelp);
  }
  try {
    if (file === standardInput) return readConfig(await buffer(process.stdin), "<stdin>", ".");
    const bytes = readFileSync(file);
    if (codeKindOf(file) !== undefined) return await loadCode(bytes, file, codeUse);
    return readConfig(bytes, file, dirname(file));
  } catch (error) {
    return unreadable(file, error);
  }
}

/** `folder` is what relative file names in the config start from. */
export function readConfig(bytes: Buffer, file: string, folder: string): LoadedConfig {
  const text = decodeText(bytes);
  if (typeof text !== "string") return failed(file, "syntax", text.message, text.help);
  const { document, problems: found, secrets } = readDocument(text);
  const problems = found.map(({ kind, related, ...rest }): Problem => ({
    ...rest,
    code: problemCodes[kind],
    severity: "error",
    file,
    path: "",
    related: related.map((place) => ({ ...place, file })),
  }));
  const texts = new Map([[file, { text, secrets }]]);
  if (document === undefined) return { file, texts, ...nothingCompiled, problems };
  const { value, spanOf } = document;
  const source = { file, folder: resolve(folder), spanOf };
  return { file, texts, ...compile(value, source, problems) };
}

async function loadCode(bytes: Buffer, file: string, use: CodeUse): Promise<LoadedConfig> {
  const text = decodeText(bytes);
  if (typeof text !== "string") return failed(file, "syntax", text.message, text.help);
  const { document, problems, texts } = await readCode({ file, text }, use);
  if (document === undefined) return { file, texts, ...nothingCompiled, problems };
  const source = { file, folder: resolve(dirname(file)), spanOf: document.spanOf };
  return { file, texts, ...compile(document.value, source, problems) };
}

/** A config that is written nowhere: `name` stands for the file in messages. */
export function compileValue(value: unknown, name: string): LoadedConfig {
  const source = { file: name, folder: process.cwd(), spanOf: () => undefined };
  return { file: name, texts: new Map(), ...compile(value, source, []) };
}

function unreadable(file: string, error: unknown): LoadedConfig {
  const { code = "", message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return failed(file, "not-found", "there is no such file", noConfigHelp);
    case "EISDIR":
      return failed(
        file,
        "unreadable",
        "it is a folder",
        `name the file: -c ${file}/foregate.yaml`,
      );
    case "EACCES":
      return failed(file, "unreadable", "this process may not read it", `chmod +r ${file}`);
    default:
      return failed(file, "unreadable", `cannot read it: ${message}`, undefined);
  }
}

function failed(
  file: string,
  kind: ProblemKind,
  message: string,
  help: string | undefined,
): LoadedConfig {
  const problem: Problem = {
    code: problemCodes[kind],
    severity: "error",
    message,
    file,
    ...nowhere,
    path: "",
    hint: undefined,
    help,
    related: [],
  };
  return { file, texts: new Map(), ...nothingCompiled, problems: [problem] };
}
