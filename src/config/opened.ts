/**
 * One file of a config from bytes to a value with its placeholders filled, and what is found while
 * several files are opened one after the other.
 */

import { resolve } from "node:path";

import type { ConfigCode } from "../code/functions.ts";
import { blankComments } from "./blank-comments.ts";
import { decodeText } from "./decode-text.ts";
import { expandDocument, type FailedExpansion } from "./expand.ts";
import type { Piece } from "./placeholders.ts";
import { nowhere, problemCodes, type Problem, type ProblemKind } from "./problems.ts";
import { readDocument } from "./read-document.ts";
import type { SourceText } from "./secrets.ts";
import type { Source } from "./sources.ts";

export interface ConfigText {
  readonly bytes: Buffer;
  /** As the user named it. */
  readonly file: string;
  /** What relative file names in it start from. */
  readonly folder: string;
}

export interface Opened {
  readonly value: unknown;
  readonly source: Source;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export class Findings {
  readonly problems: Problem[] = [];
  /** By the names of the files, in the order in which they were read. */
  readonly texts = new Map<string, SourceText>();
  /** What was filled in, of all files. */
  readonly pieces: Piece[] = [];
  readonly failed: (FailedExpansion & { readonly file: string })[] = [];
  /** A part could not be read: what would be said of the rest may be wrong. */
  isBroken = false;
  /** Files that code has imported. */
  imported: readonly string[] = [];
  /** Where the functions are that are stubs in the value. */
  code: ConfigCode | undefined;

  /** What keeps a whole file, or a part of one, from being read. */
  break(problem: Problem): void {
    this.problems.push(problem);
    this.isBroken = true;
  }
}

/** undefined: it is no text, and that was said. */
export function textOf({ bytes, file }: ConfigText, findings: Findings): string | undefined {
  const text = decodeText(bytes);
  if (typeof text === "string") return text;
  findings.break(problemOfFile(file, "syntax", text));
  return undefined;
}

/** undefined: it cannot be read, and that was said. */
export function openText(
  given: ConfigText,
  environment: Environment,
  findings: Findings,
): Opened | undefined {
  const { file, folder } = given;
  const text = textOf(given, findings);
  if (text === undefined) return undefined;
  const plain = file.endsWith(".jsonc") ? blankComments(text) : text;
  const { document, problems, secrets } = readDocument(plain, text);
  findings.texts.set(file, { text, secrets });
  for (const { kind, related, ...rest } of problems) {
    const code = problemCodes[kind];
    const others = related.map((place) => ({ ...place, file }));
    findings.problems.push({ ...rest, code, severity: "error", file, path: "", related: others });
  }
  if (document === undefined) {
    findings.isBroken = true;
    return undefined;
  }
  const surroundings = { environment, folder: resolve(folder) };
  const { value, expansions, failed } = expandDocument(document, surroundings);
  for (const { pieces } of expansions) findings.pieces.push(...pieces);
  findings.failed.push(...failed.map((one) => ({ ...one, file })));
  const { spanOf } = document;
  return { value, source: { file, folder: surroundings.folder, spanOf, expansions } };
}

/** What is wrong with a file as a whole. */
export function problemOfFile(
  file: string,
  kind: ProblemKind,
  { message, help }: { readonly message: string; readonly help?: string | undefined },
): Problem {
  return {
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
}
