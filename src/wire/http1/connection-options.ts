/**
 * What `Connection` says (RFC 9110 §7.6.1): whether the connection stays, whether another protocol
 * is asked for, and which fields were meant for this hop only.
 */

import { idOfName, isGuarded, unknown } from "../../http/field-names.ts";
import { isToken, marksPerLine, removed } from "../../http/fields.ts";
import { isBlank } from "./head-scan.ts";

export interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
  /** Field names in lower case that end at this hop. */
  readonly named: ReadonlySet<string>;
  /** A field that nobody may take away was named, or what was sent is no list of tokens. */
  readonly isRefused: boolean;
}

const none: ConnectionOptions = {
  close: false,
  keepAlive: false,
  upgrade: false,
  named: new Set(),
  isRefused: false,
};

/** What nearly every message says, read once. */
const common: ReadonlyMap<string, ConnectionOptions> = new Map([
  ["keep-alive", { ...none, keepAlive: true }],
  ["Keep-Alive", { ...none, keepAlive: true }],
  ["close", { ...none, close: true }],
  ["Upgrade", { ...none, upgrade: true }],
  ["upgrade", { ...none, upgrade: true }],
]);

/** `value` is all `Connection` lines of the message joined by commas; undefined: there is none. */
export function readConnection(value: string | undefined): ConnectionOptions {
  if (value === undefined) return none;
  return common.get(value) ?? readOptions(value);
}

function readOptions(value: string): ConnectionOptions {
  const options = new Set(value.split(",").map((option) => trimBlanks(option).toLowerCase()));
  options.delete("");
  const named = options.difference(spoken);
  return {
    close: options.has("close"),
    keepAlive: options.has("keep-alive"),
    upgrade: options.has("upgrade"),
    named,
    isRefused: [...named].some((option) => !isToken(option) || isProtected(option)),
  };
}

/** Blanks of HTTP and no others: `String.trim` would make an option of `close\xa0` (threat 21). */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.substring(start, end);
}

/** Options with a meaning of their own; fields of these names are for one hop anyway. */
const spoken: ReadonlySet<string> = new Set(["close", "keep-alive", "upgrade", "te"]);

function isProtected(name: string): boolean {
  const field = idOfName(name);
  return field !== unknown && isGuarded(field);
}

/** Removes the lines that `Connection` named, before anybody sees the fields. */
export function removeNamed(text: string, marks: number[], named: ReadonlySet<string>): void {
  for (let at = 0; at < marks.length; at += marksPerLine) {
    const name = text.substring(marks[at + 1]!, marks[at + 2]!).toLowerCase();
    if (named.has(name)) marks[at] = removed;
  }
}
