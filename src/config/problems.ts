/**
 * Problems: everything that can be wrong with a config, as a list with places. Nothing stops at the
 * first one: a reader reports and goes on, and a plan is made only if there was no error.
 */

import type { WrongKind } from "../base/reader.ts";

/** Stable: people search for them, and scripts compare them. Each has its section in the docs. */
export const problemCodes = {
  "not-found": "FG1001",
  unreadable: "FG1002",
  syntax: "FG1003",
  "unknown-key": "FG1004",
  value: "FG1005",
  unavailable: "FG1006",
  twice: "FG1007",
  missing: "FG1008",
  pool: "FG1009",
  together: "FG1010",
  file: "FG1011",
  placeholder: "FG1012",
  include: "FG1013",
  writable: "FG1014",
  code: "FG1020",
  "no-exec": "FG1021",
  "never-taken": "FG1201",
  overlap: "FG1202",
  "client-host": "FG1203",
  "redirect-loop": "FG1204",
  "unused-pool": "FG1205",
  "second-config": "FG1206",
} as const satisfies Record<WrongKind | WarningKind | FileKind, string>;

/** What is found before a part of the config is read. */
type FileKind =
  | "not-found"
  | "unreadable"
  | "syntax"
  | "unknown-key"
  | "code"
  | "no-exec"
  | "placeholder"
  | "include"
  | "writable";

/** What a config may do, and nobody means. */
export type WarningKind =
  | "never-taken"
  | "overlap"
  | "client-host"
  | "redirect-loop"
  | "unused-pool"
  | "second-config";

export type ProblemKind = keyof typeof problemCodes;
export type ProblemCode = (typeof problemCodes)[ProblemKind];

/** From the first character to the one behind the last; lines and columns from 1. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Another place that has to do with it. */
export interface RelatedPlace extends Span {
  /** What is there: `first written here`. */
  readonly message: string;
  readonly file: string;
}

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** As the user named it; "" if there is none. */
  readonly file: string;
  /** From 1; all four undefined: the whole file is meant, or there is none. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly endLine: number | undefined;
  readonly endColumn: number | undefined;
  /** `pools.api.to[1]`; "" is the whole config. */
  readonly path: string;
  /** How to mend it in a few words, to stand right behind the place. */
  readonly hint: string | undefined;
  /** How to mend it; with `hint` undefined as well, the message says it. */
  readonly help: string | undefined;
  readonly related: readonly RelatedPlace[];
}

export const nowhere = {
  line: undefined,
  column: undefined,
  endLine: undefined,
  endColumn: undefined,
} as const;

/** All that is said on how to mend it. */
export function adviceOn({ hint, help }: Problem): string | undefined {
  return hint === undefined || help === undefined ? (hint ?? help) : `${hint} — ${help}`;
}

/** Where a code is explained, from the folder of the package. */
export const docsOf = (code: string): string => `docs/errors.md#${code}`;

/** One line: `foregate.yaml:9:5: error[FG1004]: unknown key … — did you mean …?` */
export function writeProblem(problem: Problem): string {
  const { file, line, column, severity, code, message } = problem;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const advice = adviceOn(problem);
  const text = `${severity}[${code}]: ${message}${advice === undefined ? "" : ` — ${advice}`}`;
  return place === "" ? text : `${place}: ${text}`;
}

/** File by file, each in its order; what concerns a whole file comes first. */
export function inFileOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const ranks = new Map(files.map((file, rank) => [file, rank]));
  const rank = ({ file }: Problem): number => ranks.get(file) ?? 0;
  const at = (number: number | undefined): number => number ?? 0;
  return problems.toSorted(
    (a, b) => rank(a) - rank(b) || at(a.line) - at(b.line) || at(a.column) - at(b.column),
  );
}

export const isError = (problem: Problem): boolean => problem.severity === "error";
