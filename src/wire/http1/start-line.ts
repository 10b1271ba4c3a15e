/**
 * The first line of a head: `GET / HTTP/1.1` of a request (RFC 9112 §3), `HTTP/1.1 200 OK` of a
 * response (§4). One block a state, in the order in which they follow; see `head-scan.ts`.
 */

import { Failure } from "../../base/failure.ts";
import { foldedToken } from "../../http/field-names.ts";
import { misplaced, startLine, stopAt, unreadable, type HeadScan } from "./head-scan.ts";
import { valueByte } from "./field-lines.ts";

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const hash = 0x23;
const zero = 0x30;
const nine = 0x39;

/** Bytes of a target: visible ASCII but `#`, which never leaves a client (RFC 9112 §3.2). */
const targetByte = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) targetByte[byte] = byte === hash ? 0 : 1;

/** Empty lines before a request line that are ignored (RFC 9112 §2.2 asks for at least one). */
const emptyLinesMax = 4;

/** Longest method, in bytes: the registry's longest has 17. */
const methodBytesMax = 64;

const versionText = "HTTP/1.";
const majorDigitAt = 5;

/** Returns whether the line is whole. */
export function scanRequestLine(
  scan: HeadScan,
  bytes: Uint8Array,
  base: number,
  end: number,
): boolean {
  let at = base + scan.at;
  if (scan.lineState <= startLine.startLf) {
    at = skipEmptyLines(scan, bytes, at, end);
    if (scan.lineState <= startLine.startLf) return stopAt(scan, at - base);
    scan.methodStart = at - base;
  }
  if (scan.lineState === startLine.method) {
    while (at < end && foldedToken[bytes[at]!] !== 0) at++;
    if (at - base - scan.methodStart > methodBytesMax) throw tooLongMethod();
    if (at === end) return stopAt(scan, at - base);
    if (bytes[at] !== space || at - base === scan.methodStart) {
      throw misplaced(scan, "method", bytes[at]!);
    }
    scan.methodEnd = at - base;
    at += 1;
    scan.targetStart = at - base;
    scan.lineState = startLine.target;
  }
  if (scan.lineState === startLine.target) {
    while (at < end && targetByte[bytes[at]!] !== 0) at++;
    if (at - base - scan.targetStart > scan.limits.targetBytesMax) throw tooLongTarget(scan);
    if (at === end) return stopAt(scan, at - base);
    if (bytes[at] !== space || at - base === scan.targetStart) {
      throw misplaced(scan, "request target", bytes[at]!);
    }
    scan.targetEnd = at - base;
    at += 1;
    scan.lineState = startLine.version;
  }
  at = scanVersion(scan, bytes, at, end);
  if (scan.lineState === startLine.status) {
    if (at === end) return stopAt(scan, at - base);
    if (bytes[at] !== cr) throw misplaced(scan, "version", bytes[at]!);
    at += 1;
    scan.lineState = startLine.lineLf;
  }
  scan.at = at - base;
  return scanLineFeed(scan, bytes, base, end);
}

/** Returns whether the line is whole. */
export function scanStatusLine(
  scan: HeadScan,
  bytes: Uint8Array,
  base: number,
  end: number,
): boolean {
  let at = base + scan.at;
  if (scan.lineState < startLine.version) scan.lineState = startLine.version;
  at = scanVersion(scan, bytes, at, end);
  if (scan.lineState === startLine.status) {
    at = scanStatus(scan, bytes, at, end);
    if (at === end) return stopAt(scan, at - base);
    // Some servers leave out the space before an empty reason (RFC 9112 §4 asks for it).
    if (bytes[at] === space) at += 1;
    else if (bytes[at] !== cr) throw misplaced(scan, "status", bytes[at]!);
    scan.reasonStart = at - base;
    scan.lineState = startLine.reason;
  }
  if (scan.lineState === startLine.reason) {
    while (at < end && valueByte[bytes[at]!] !== 0) at++;
    if (at === end) return stopAt(scan, at - base);
    if (bytes[at] !== cr) throw misplaced(scan, "reason", bytes[at]!);
    scan.reasonEnd = at - base;
    at += 1;
    scan.lineState = startLine.lineLf;
  }
  scan.at = at - base;
  return scanLineFeed(scan, bytes, base, end);
}

/** Clients of old sent a CRLF too much after a body; a few are let pass (RFC 9112 §2.2). */
function skipEmptyLines(scan: HeadScan, bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (scan.lineState === startLine.startLf) {
      if (bytes[at] !== lf) throw misplaced(scan, "empty line", bytes[at]!);
      scan.emptyLines += 1;
      scan.lineState = startLine.start;
    } else if (bytes[at] === cr && scan.emptyLines < emptyLinesMax) {
      scan.lineState = startLine.startLf;
    } else {
      scan.lineState = startLine.method;
      return at;
    }
  }
  return end;
}

/** `HTTP/1.` and a digit; ends in the state `status` (a request's line ends there instead). */
function scanVersion(scan: HeadScan, bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end && scan.lineState === startLine.version; at++) {
    const byte = bytes[at]!;
    const isDigit = byte >= zero && byte <= nine;
    if (scan.versionAt < versionText.length) {
      if (byte !== versionText.charCodeAt(scan.versionAt)) throw wrongVersion(scan, byte);
      scan.versionAt += 1;
    } else {
      if (!isDigit) throw misplaced(scan, "version", byte);
      scan.minorVersion = byte - zero;
      scan.lineState = startLine.status;
    }
  }
  return at;
}

/** A space and three digits. */
function scanStatus(scan: HeadScan, bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end && scan.statusDigits < 4; at++) {
    const digit = bytes[at]! - zero;
    if (scan.statusDigits === 0) {
      if (bytes[at] !== space) throw misplaced(scan, "status line", bytes[at]!);
    } else if (digit >= 0 && digit <= 9) scan.status = scan.status * 10 + digit;
    else throw misplaced(scan, "status", bytes[at]!);
    scan.statusDigits += 1;
  }
  return at;
}

function scanLineFeed(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  const at = base + scan.at;
  if (at === end || scan.lineState !== startLine.lineLf) return false;
  if (bytes[at] !== lf) throw misplaced(scan, "end of the first line", bytes[at]!);
  scan.lineState = startLine.done;
  scan.at += 1;
  return true;
}

/** `HTTP/2.0` is a version, `http/1.1` is nothing (RFC 9112 §2.3). */
function wrongVersion(scan: HeadScan, byte: number): Failure {
  const isVersion = scan.versionAt === majorDigitAt && byte >= zero && byte <= nine;
  return isVersion
    ? unreadable(scan, "version-not-supported", "its version is not HTTP/1")
    : misplaced(scan, "version", byte);
}

function tooLongMethod(): Failure {
  const message = `Cannot read request: its method has over ${methodBytesMax} bytes`;
  return new Failure("not-implemented", message);
}

function tooLongTarget(scan: HeadScan): Failure {
  const message = `Cannot read request: its target has over ${scan.limits.targetBytesMax} bytes`;
  return new Failure("target-too-long", message);
}
