/** The problems of a config, for people and for machines. */

import type { LoadedConfig } from "../config/load.ts";
import { adviceOn, docsOf, type Problem } from "../config/problems.ts";
import { paintFor, type ColourChoice } from "./colour.ts";
import { picture, type Look } from "./picture.ts";
import { SourceLines } from "./source-line.ts";

/** Where nobody says how wide it is: a file, a pipe, a log of a build. */
const usualWidth = 120;

export function lookOf(stream: NodeJS.WriteStream, choice: ColourChoice): Look {
  const surface = { isTerminal: stream.isTTY, environment: process.env };
  return { width: stream.columns || usualWidth, paint: paintFor(choice, surface) };
}

/** A picture for each, with an empty line behind it. */
export function problemLines(
  { problems, texts }: Pick<LoadedConfig, "problems" | "texts">,
  look: Look,
): string[] {
  const sources = new Map([...texts].map(([file, text]) => [file, new SourceLines(text)]));
  return problems.flatMap((problem) => [...picture(problem, sources, look), ""]);
}

/** One stable form: every key is there, and what is not known is null. */
export function plainProblem(problem: Problem): object {
  return {
    code: problem.code,
    severity: problem.severity,
    message: problem.message,
    file: problem.file || null,
    line: problem.line ?? null,
    column: problem.column ?? null,
    endLine: problem.endLine ?? null,
    endColumn: problem.endColumn ?? null,
    path: problem.path,
    help: adviceOn(problem) ?? null,
    docs: docsOf(problem.code),
    related: problem.related.map(({ message, file: place, line, column, endLine, endColumn }) => ({
      message,
      file: place,
      line,
      column,
      endLine,
      endColumn,
    })),
  };
}

export function problemsAsJson(
  file: string,
  problems: readonly Problem[],
  isValid: boolean,
): string {
  const plain = problems.map(plainProblem);
  return JSON.stringify({ file: file || null, valid: isValid, problems: plain }, undefined, 2);
}
