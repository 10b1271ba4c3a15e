/**
 * Events as lines for people and as `key=value` pairs.
 *
 *   12:00:00.007 warn  upstream 10.0.0.1:80 is unreachable: connect ECONNREFUSED code=…
 *
 * Nothing that comes from outside reaches the terminal unescaped, or it could drive it (threat
 * 170); nor does it make a second line.
 */

import { escapeCharacter } from "./escaped-bytes.ts";
import type { FieldValue, ProgramEvent } from "./events.ts";
import { coloured, plain, type PaintWords } from "./line-colour.ts";
import { clockTime, isoTime } from "./line-time.ts";
import { pair } from "./logfmt-line.ts";
import type { EventLevel } from "./options.ts";

/** One line with its end, or several where there is a stack. */
export type WriteEvent = (event: ProgramEvent, timeMs: number) => string;

const colours: Readonly<Record<EventLevel, string>> = {
  error: "1;31",
  warn: "33",
  info: "36",
  debug: "2",
  trace: "2",
};

type Paint = PaintWords<string>;

export const writePlainEvent: WriteEvent = (event, timeMs) => join(event, timeMs, plain);
export const writeColouredEvent: WriteEvent = (event, timeMs) => join(event, timeMs, coloured);

function join({ level, message, fields, error }: ProgramEvent, timeMs: number, paint: Paint) {
  // What the sentence says already is for programs.
  const others = fieldsOf(fields).filter(([, value]) => !message.includes(value));
  const shown = others.map(([name, value]) => pair(name, value).trim());
  const words = [
    paint(clockTime(timeMs), "2"),
    paint(level.padEnd(5), colours[level]),
    escaped(message),
    ...(shown.length === 0 ? [] : [paint(shown.join(" "), "2")]),
  ];
  const stack = error === undefined ? [] : (error.stack ?? error.message).split("\n");
  return [words.join(" "), ...stack.map((line) => `  ${escaped(line)}`), ""].join("\n");
}

export const writeLogfmtEvent: WriteEvent = ({ level, message, fields, error }, timeMs) => {
  let line = `time=${isoTime(timeMs)} level=${level}${pair("message", message)}`;
  for (const [name, value] of fieldsOf(fields)) line += pair(name, value);
  if (error !== undefined) line += pair("stack", error.stack ?? error.message);
  return `${line}\n`;
};

/** What is there, as text. */
function fieldsOf(fields: Readonly<Record<string, FieldValue>> = {}): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : String(value)]],
  );
}

const controls = /[\x00-\x1f\x7f-\x9f]/g;

const escaped = (text: string): string => text.replace(controls, escapeCharacter);
