/** The problems of a config, for people and for machines. */

import { isError, writeProblem, type Problem } from "../config/problems.ts";
import { count } from "./say.ts";

/** A line for each, and one that sums up. */
export function problemLines(problems: readonly Problem[]): string[] {
  return [...problems.map(writeProblem), `${countProblems(problems)} — config not loaded`];
}

export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  const counted = count(errors, "error");
  return warnings === 0 ? counted : `${counted}, ${count(warnings, "warning")}`;
}

/** One stable form: every key is there, and what is not known is null. */
export function problemsAsJson(file: string, problems: readonly Problem[]): string {
  const isValid = !problems.some(isError);
  const plain = problems.map((problem) => ({
    ...problem,
    line: problem.line ?? null,
    column: problem.column ?? null,
    help: problem.help ?? null,
  }));
  return JSON.stringify({ file, valid: isValid, problems: plain }, undefined, 2);
}
