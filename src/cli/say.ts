/** Two voices: data goes to standard output, talk to standard error. */

import { isError, type Problem } from "../config/problems.ts";

/** The last that was said to each; when it is written, so is all before it. */
const said = new Map<NodeJS.WriteStream, Promise<void>>();

export function print(line: string): void {
  tell(process.stdout, line);
}

export function say(line: string): void {
  tell(process.stderr, line);
}

function tell(stream: NodeJS.WriteStream, line: string): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Nobody reads it any more: then there is nothing to wait for.
  stream.write(`${line}\n`, () => resolve());
  said.set(stream, promise);
}

/** Resolves when all of it is written: a pipe takes 64 KB at once, and an exit drops the rest. */
export async function heard(): Promise<void> {
  await Promise.all(said.values());
}

/** `1 error`, `2 errors`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** `2 errors, 1 warning`; "" if there are none. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  return [
    ...(errors === 0 ? [] : [count(errors, "error")]),
    ...(warnings === 0 ? [] : [count(warnings, "warning")]),
  ].join(", ");
}
