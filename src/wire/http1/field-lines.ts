/**
 * The field lines of a head, up to the empty line (RFC 9112 §5); trailer sections are the same. One
 * block a state, in the order in which they follow; see `head-scan.ts`.
 */

import type { Failure } from "../../base/failure.ts";
import { foldedToken, idOfBytes } from "../../http/field-names.ts";
import { marksPerLine } from "../../http/fields.ts";
import { isBlank, limitHead, misplaced, tooLarge, type HeadScan } from "./head-scan.ts";

const tab = 0x09;
const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const colon = 0x3a;

/** Bytes of a field value or reason: HTAB, SP, visible, obs-text (RFC 9110 §5.5). */
export const valueByte: Uint8Array = new Uint8Array(256);
for (let byte = space; byte < 256; byte++) valueByte[byte] = byte === 0x7f ? 0 : 1;
valueByte[tab] = 1;

/** The states of a field line. */
const field = { line: 0, name: 1, spaceBefore: 2, space: 3, value: 4, lf: 5, lastLf: 6 } as const;

/** Returns whether the section is whole; then `scan.at` is behind its empty line. */
export function scanFields(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  let at = base + scan.at;
  let state: number = scan.fieldState;
  while (at < end) {
    if (state === field.line) {
      if (bytes[at] === cr) {
        at += 1;
        state = field.lastLf;
        continue;
      }
      state = beginLine(scan, bytes, base, at);
    }
    if (state === field.name) {
      while (at < end && foldedToken[bytes[at]!] !== 0) at++;
      if (at === end) break;
      scan.nameEnd = at - base;
      state = field.spaceBefore;
    }
    if (state === field.spaceBefore) {
      while (scan.isResponse && at < end && isBlank(bytes[at]!)) at++;
      if (at === end) break;
      if (bytes[at] !== colon) throw wrongByte(scan, "field name", at - base, bytes[at]!);
      at += 1;
      state = field.space;
    }
    if (state === field.space) {
      while (at < end && isBlank(bytes[at]!)) at++;
      scan.valueStart = at - base;
      if (at === end) break;
      state = field.value;
    }
    if (state === field.value) {
      while (at < end && valueByte[bytes[at]!] !== 0) at++;
      if (at === end) break;
      if (bytes[at] !== cr) throw wrongByte(scan, "field value", at - base, bytes[at]!);
      if (isTooLong(scan, at - base)) throw tooLarge(scan, "a field over");
      at += 1;
      state = field.lf;
      if (at === end) break;
    }
    if (bytes[at] !== lf) throw misplaced(scan, "end of a line", bytes[at]!);
    at += 1;
    if (state === field.lastLf) {
      scan.at = at - base;
      return scan.at <= scan.limits.headBytesMax || limitHead(scan);
    }
    markLine(scan, bytes, base, at - 2);
    state = field.line;
  }
  scan.at = at - base;
  scan.fieldState = state;
  const isInside = state >= field.name && state <= field.value;
  if (isInside && isTooLong(scan, scan.at)) throw tooLarge(scan, "a field over");
  return false;
}

/** Returns the state to go on in. */
function beginLine(scan: HeadScan, bytes: Uint8Array, base: number, at: number): number {
  if (foldedToken[bytes[at]!] === 0) return unfold(scan, bytes, base, at);
  const isFull = scan.markCount >= scan.limits.fieldsMax * marksPerLine;
  if (isFull) throw tooLarge(scan, "more fields than");
  scan.nameStart = at - base;
  return field.name;
}

function markLine(scan: HeadScan, bytes: Uint8Array, base: number, crAt: number): void {
  let valueEnd = crAt;
  while (valueEnd > base + scan.valueStart && isBlank(bytes[valueEnd - 1]!)) valueEnd--;
  const known = idOfBytes(bytes, base + scan.nameStart, base + scan.nameEnd);
  const marks = scan.marks;
  const at = scan.markCount;
  marks[at] = known;
  marks[at + 1] = scan.nameStart;
  marks[at + 2] = scan.nameEnd;
  marks[at + 3] = scan.valueStart;
  marks[at + 4] = valueEnd - base;
  scan.markCount = at + marksPerLine;
}

/**
 * A line that begins with a blank goes on with the one before it. In an answer its CRLF becomes
 * blanks (RFC 9112 §5.2); in a request it is refused. Returns the state to go on in.
 */
function unfold(scan: HeadScan, bytes: Uint8Array, base: number, at: number): number {
  if (!scan.isResponse || !isBlank(bytes[at]!) || scan.markCount === 0) {
    throw misplaced(scan, "start of a line", bytes[at]!);
  }
  bytes[at - 2] = space;
  bytes[at - 1] = space;
  const { marks } = scan;
  scan.markCount -= marksPerLine;
  const before = scan.markCount;
  scan.nameStart = marks[before + 1]!;
  scan.nameEnd = marks[before + 2]!;
  scan.valueStart = marks[before + 3]!;
  const valueEnd = marks[before + 4]!;
  if (valueEnd > scan.valueStart) return field.value;
  // Nothing but blanks so far, and a value does not begin with them.
  scan.valueStart = at - base;
  return field.space;
}

function isTooLong(scan: HeadScan, at: number): boolean {
  return at - scan.nameStart > scan.limits.fieldBytesMax;
}

/** A line that is too long by then is told as that, as it is when its bytes come one by one. */
function wrongByte(scan: HeadScan, where: string, at: number, byte: number): Failure {
  return isTooLong(scan, at) ? tooLarge(scan, "a field over") : misplaced(scan, where, byte);
}
