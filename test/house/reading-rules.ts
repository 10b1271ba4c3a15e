/**
 * What a reader has to hold in mind: the length of functions, the number of their parameters, and
 * the words that name things.
 */

import { basename } from "node:path";

import { allowedTerms, bannedWords, limits, wireExceptions } from "./floors.ts";
import type { FunctionSize, SourceFile } from "./source-file.ts";

export function sizeProblems(file: SourceFile): readonly string[] {
  return file.functions.flatMap((size) => {
    const { name = "a callback", line, linesCount, parametersCount } = size;
    const [linesMax, parametersMax] = boundsOf(file.path, size);
    const where = `line ${line}: ${name} has`;
    return [
      ...(linesCount > linesMax ? [`${where} ${linesCount} lines, over ${linesMax}`] : []),
      ...(parametersCount > parametersMax
        ? [`${where} ${parametersCount} parameters, over ${parametersMax}`]
        : []),
    ];
  });
}

export function wordProblems(file: SourceFile): readonly string[] {
  return [...file.declared, basename(file.path, ".ts")].flatMap((name) =>
    wordsOf(name)
      .filter((word) => bannedWords.has(word) || bannedWords.has(word.replace(/s$/, "")))
      .map((word) => `"${word}" in ${name} is not one of our words (docs/glossary.md)`),
  );
}

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Lines and parameters that this function may have. */
function boundsOf(path: string, { name }: FunctionSize): readonly [number, number] {
  return wireExceptions[`${path} ${name ?? ""}`] === undefined
    ? [limits.functionLinesMax, limits.parametersMax]
    : [limits.wireFunctionLinesMax, limits.wireParametersMax];
}

/** "hasTLSSession" is "has", "tls", "session". */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(allowedTerms, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
