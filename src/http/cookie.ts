/**
 * Cookies (RFC 6265): one value out of a request, and the parts of a response's `Set-Cookie`, read
 * as browsers read them (§5.2) and each with its place, so that what is not changed stays as it is.
 */

import { id } from "./field-names.ts";
import type { Fields } from "./fields.ts";

/** The value of the first cookie of this exact name, as it was sent; undefined if there is none. */
export function readCookie(fields: Fields, name: string): string | undefined {
  if (!fields.has(id.cookie)) return undefined;
  for (const line of fields.all(id.cookie)) {
    const found = cookieIn(line, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function cookieIn(line: string, name: string): string | undefined {
  let start = 0;
  while (start < line.length) {
    const end = endOfPart(line, start);
    const equals = line.indexOf("=", start);
    const isPair = equals >= 0 && equals < end;
    if (isPair && line.substring(start, equals).trim() === name) {
      return line.substring(equals + 1, end).trim();
    }
    start = end + 1;
  }
  return undefined;
}

export interface SetCookie {
  readonly name: string;
  readonly attributes: readonly SetCookieAttribute[];
}

export interface SetCookieAttribute {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** Where the semicolon before it stands. */
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Where the next semicolon, or the end, is. */
  readonly end: number;
}

export function readSetCookie(text: string): SetCookie {
  const pairEnd = endOfPart(text, 0);
  const pair = text.substring(0, pairEnd);
  const equals = pair.indexOf("=");
  const attributes: SetCookieAttribute[] = [];
  let start = pairEnd;
  while (start < text.length) {
    const end = endOfPart(text, start + 1);
    attributes.push(readAttribute(text, start, end));
    start = end;
  }
  return { name: pair.substring(0, Math.max(equals, 0)).trim(), attributes };
}

function readAttribute(text: string, start: number, end: number): SetCookieAttribute {
  const equals = text.indexOf("=", start);
  const nameEnd = equals < 0 || equals > end ? end : equals;
  const raw = text.substring(Math.min(nameEnd + 1, end), end);
  const value = raw.trim();
  const valueStart = end - raw.trimStart().length;
  const name = text
    .substring(start + 1, nameEnd)
    .trim()
    .toLowerCase();
  return { name, value, start, valueStart, valueEnd: valueStart + value.length, end };
}

function endOfPart(text: string, start: number): number {
  const semicolon = text.indexOf(";", start);
  return semicolon < 0 ? text.length : semicolon;
}
