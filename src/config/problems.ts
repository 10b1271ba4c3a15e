/**
 * Problems: everything that can be wrong with a config, as a list with places. Nothing stops at the
 * first one: a reader reports and goes on, and a plan is made only if there was no error.
 */

import type { WrongKind } from "../base/reader.ts";

/** Stable: people search for them, and scripts compare them. */
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
} as const satisfies Record<
  WrongKind | "not-found" | "unreadable" | "syntax" | "unknown-key",
  string
>;

export type ProblemKind = keyof typeof problemCodes;
export type ProblemCode = (typeof problemCodes)[ProblemKind];

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** As the user named it. */
  readonly file: string;
  /** From 1; undefined: the whole file is meant, or there is none. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** `pools.api.to[1]`; "" is the whole config. */
  readonly path: string;
  /** How to mend it; undefined if the message says it. */
  readonly help: string | undefined;
}

/** One line: `foregate.yaml:9:5: error[FG1004]: unknown key … — did you mean …?` */
export function writeProblem(problem: Problem): string {
  const { file, line, column, severity, code, message, help } = problem;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return `${place}: ${severity}[${code}]: ${message}${help === undefined ? "" : ` — ${help}`}`;
}

/** In the order of the file; what concerns the whole file comes first. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  const at = (number: number | undefined): number => number ?? 0;
  return problems.toSorted((a, b) => at(a.line) - at(b.line) || at(a.column) - at(b.column));
}

export const isError = (problem: Problem): boolean => problem.severity === "error";
