/**
 * Events: what happens to the program, told to whoever runs it.
 *
 *   worker, metrics, command line ──▶ tell(event) ──▶ EventLog ──▶ standard error, or a file
 *
 * Whoever has something to tell knows this file alone: neither where it goes nor what it looks
 * like. Nothing of an exchange is an event but a bug in it: the access log has exchanges.
 */

import type { EventLevel } from "./options.ts";

export type FieldValue = string | number | boolean | readonly string[] | undefined;

export interface ProgramEvent {
  readonly level: EventLevel;
  /** A sentence without its full stop; what programs look for stands in the fields as well. */
  readonly message: string;
  /** Names in snake_case, units last; what is undefined is left out. */
  readonly fields?: Readonly<Record<string, FieldValue>>;
  /** Of a bug: its stack is shown. */
  readonly error?: Error;
}

/** Never throws, and never waits. */
export type TellEvent = (event: ProgramEvent) => void;

const severities: Readonly<Record<EventLevel, number>> = {
  error: 0,
  warn: 1,
  info: 2,
  debug: 3,
  trace: 4,
};

export const eventLevels = Object.keys(severities) as EventLevel[];

export function isAtLeast(level: EventLevel, wanted: EventLevel): boolean {
  return severities[level] <= severities[wanted];
}

/** What is longer than that is cut, in characters: a sink would have no room for the line. */
const textCharsMax = 16_000;

/**
 * Trouble as an event. The system's errors say what is wrong in one line; of our own mistakes the
 * stack is wanted. What is no error at all is a sentence that goes on.
 */
export function troubleEvent(what: string, trouble: unknown): ProgramEvent {
  try {
    return readTrouble(what, trouble);
  } catch {
    // Foreign code may throw what has no text, or whose text throws in its turn.
    return { level: "error", message: `${what}: what was thrown cannot be shown` };
  }
}

function readTrouble(what: string, trouble: unknown): ProgramEvent {
  if (!(trouble instanceof Error)) {
    return { level: "warn", message: `${what}: ${textOf(trouble)}` };
  }
  if (!("syscall" in trouble)) return { level: "error", message: what, error: plainError(trouble) };
  const code = "code" in trouble ? String(trouble.code) : undefined;
  return { level: "error", message: `${what}: ${textOf(trouble.message)}`, fields: { code } };
}

/** A copy, for the properties of an error may be anything: whoever reads this one gets texts. */
function plainError({ name, message, stack }: Error): Error {
  const plain = new Error(textOf(message));
  plain.stack = stack === undefined ? plain.message : textOf(stack);
  if (name !== plain.name) plain.name = textOf(name);
  return plain;
}

function textOf(value: unknown): string {
  const text = String(value);
  return text.length <= textCharsMax ? text : `${text.slice(0, textCharsMax)}…`;
}
