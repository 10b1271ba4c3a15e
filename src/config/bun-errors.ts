/** What Bun says when a module cannot be read, in the form in which Node says it. */

import type { FailedImport } from "../code/program-name.ts";

interface BuildMessage {
  readonly message: string;
  readonly position?: { readonly file: string; readonly line: number; readonly column: number };
}

interface BunError {
  /** Of several mistakes in one file. */
  readonly errors?: readonly BuildMessage[];
  readonly specifier?: string;
  readonly referrer?: string;
}

/** `undefined`: it is another error, or another runtime's. */
export function bunSyntaxError(error: Error): Error | undefined {
  if (error.name !== "BuildMessage" && error.name !== "AggregateError") return undefined;
  const [first = error as Error & BuildMessage] = (error as BunError).errors ?? [];
  const { message, position } = first;
  if (position === undefined || position === null) return undefined;
  const { file, line, column } = position;
  const placed = new SyntaxError(message);
  placed.stack = `${file}:${line}\n\n${" ".repeat(Math.max(column - 1, 0))}^\n${message}`;
  return placed;
}

export function bunFailedImport(error: Error): FailedImport | undefined {
  const { specifier, referrer } = error as BunError;
  return specifier === undefined ? undefined : { specifier, importer: referrer };
}
