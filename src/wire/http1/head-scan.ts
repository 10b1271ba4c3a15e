/**
 * Finds the parts of an HTTP/1 head in bytes, each byte looked at once (RFC 9112 §2 to §5).
 *
 *   bytes ──▶ scanRequestLine | scanStatusLine ──▶ scanFields ──▶ marks
 *
 * A scan can stop at any byte and go on when more have come: all that it knows is in `HeadScan`, as
 * offsets from the first byte of the head, so that the bytes may be moved in between. What is
 * written here is grammar; what the fields mean for the message is in `request-head.ts` and
 * `response-head.ts`.
 *
 * Strict on purpose: a line ends in CRLF and in nothing else, a name is a token directly followed
 * by its colon, no line is continued. What two hops may read differently is refused. Answers of
 * upstreams are allowed the two things that RFC 9112 asks a proxy to mend: space before the colon
 * (§5.1) and folded lines (§5.2).
 */

import { Failure, type FailureCode } from "../../base/failure.ts";
import { foldedToken, idOfBytes } from "../../http/field-names.ts";
import type { HeadLimits } from "./limits.ts";

const tab = 0x09;
const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const hash = 0x23;
const colon = 0x3a;
const zero = 0x30;

/** Bytes of a field value or reason: HTAB, SP, visible, obs-text (RFC 9110 §5.5). */
const valueByte = new Uint8Array(256);
for (let byte = space; byte < 256; byte++) valueByte[byte] = byte === 0x7f ? 0 : 1;
valueByte[tab] = 1;

/** Bytes of a request target: visible ASCII but `#`, which never leaves a client (RFC 9112 §3.2). */
const targetByte = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) targetByte[byte] = byte === hash ? 0 : 1;

/** Empty lines before a request line that are ignored (RFC 9112 §2.2 asks for at least one). */
const emptyLinesMax = 4;

/** Longest method, in bytes: the registry's longest has 17. */
const methodBytesMax = 64;

/** The states of a first line, in the order in which they follow. */
const startLine = {
  start: 0,
  startLf: 1,
  method: 2,
  target: 3,
  version: 4,
  status: 5,
  reason: 6,
  lineLf: 7,
  done: 8,
} as const;
/** The states of a field line. */
const field = { line: 0, name: 1, spaceBefore: 2, space: 3, value: 4, lf: 5, lastLf: 6 } as const;

const versionText = "HTTP/1.";

/** What is known of a head that is being read. Offsets count from the head's first byte. */
export class HeadScan {
  /** An upstream's answer, or a client's request; trailers are scanned as the role's fields. */
  readonly isResponse: boolean;
  readonly limits: HeadLimits;
  /** The next byte to look at. */
  at = 0;
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** The digit behind `HTTP/1.`. */
  minorVersion = 0;
  status = 0;
  reasonStart = 0;
  reasonEnd = 0;
  /** Five numbers a line, as `Fields` wants them. */
  marks: number[] = [];
  lineState = 0;
  fieldState = 0;
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  nameHash = 0;
  versionAt = 0;
  statusDigits = 0;
  emptyLines = 0;

  constructor(isResponse: boolean, limits: HeadLimits) {
    this.isResponse = isResponse;
    this.limits = limits;
  }

  /** Begins a new head. */
  restart(): void {
    this.at = 0;
    this.marks = [];
    this.lineState = 0;
    this.fieldState = 0;
    this.versionAt = 0;
    this.status = 0;
    this.statusDigits = 0;
    this.emptyLines = 0;
  }

  /** Begins a trailer section: field lines without a start line. */
  restartFields(): void {
    this.restart();
    this.lineState = startLine.done;
  }

  get hasStarted(): boolean {
    return this.at > 0;
  }
}

/**
 * Looks at `bytes` from where `scan` stopped up to `end`; the head begins at `base`. Returns
 * whether the head is whole; then `scan.at` is its length. Throws a `Failure` on what is no head.
 */
export function scanHead(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  if (scan.lineState !== startLine.done) {
    const whole = scan.isResponse
      ? scanStatusLine(scan, bytes, base, end)
      : scanRequestLine(scan, bytes, base, end);
    if (!whole) return limitHead(scan);
  }
  return scanFields(scan, bytes, base, end) || limitHead(scan);
}

function scanRequestLine(
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
    if (bytes[at] !== space || at - base === scan.methodStart) throw misplaced(scan, "method", bytes[at]!);
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
  return scanLineFeed(scan, bytes, at, base, end);
}

function scanStatusLine(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  let at = base + scan.at;
  if (scan.lineState < startLine.version) scan.lineState = startLine.version;
  at = scanVersion(scan, bytes, at, end);
  if (scan.lineState === startLine.status) {
    for (; at < end && scan.statusDigits < 4; at++) {
      const digit = bytes[at]! - zero;
      if (scan.statusDigits === 0) {
        if (bytes[at] !== space) throw misplaced(scan, "status line", bytes[at]!);
      } else if (digit >= 0 && digit <= 9) scan.status = scan.status * 10 + digit;
      else throw misplaced(scan, "status", bytes[at]!);
      scan.statusDigits += 1;
    }
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
  return scanLineFeed(scan, bytes, at, base, end);
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
    const isDigit = byte >= zero && byte <= 0x39;
    if (scan.versionAt < versionText.length) {
      if (byte !== versionText.charCodeAt(scan.versionAt)) {
        // `HTTP/2.0` is a version, `http/1.1` is nothing (RFC 9112 §2.3).
        if (scan.versionAt === 5 && isDigit) throw otherVersion(scan);
        throw misplaced(scan, "version", byte);
      }
      scan.versionAt += 1;
    } else {
      if (!isDigit) throw misplaced(scan, "version", byte);
      scan.minorVersion = byte - zero;
      scan.lineState = startLine.status;
    }
  }
  return at;
}

function scanLineFeed(
  scan: HeadScan,
  bytes: Uint8Array,
  at: number,
  base: number,
  end: number,
): boolean {
  if (at === end || scan.lineState !== startLine.lineLf) return stopAt(scan, at - base);
  if (bytes[at] !== lf) throw misplaced(scan, "end of the first line", bytes[at]!);
  scan.lineState = startLine.done;
  scan.at = at + 1 - base;
  return true;
}

/** Field lines up to the empty one. One block a state, in the order in which they follow. */
export function scanFields(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  const marks = scan.marks;
  let at = base + scan.at;
  let state: number = scan.fieldState;
  let nameHash = scan.nameHash;
  while (at < end) {
    if (state === field.line) {
      const byte = bytes[at]!;
      if (byte === cr) {
        at += 1;
        state = field.lastLf;
        continue;
      }
      if (foldedToken[byte] === 0) {
        unfold(scan, bytes, at);
        state = field.value;
      } else {
        if (marks.length >= scan.limits.fieldsMax * 5) throw tooLarge(scan, "more fields than");
        scan.nameStart = at - base;
        nameHash = 0;
        state = field.name;
      }
    }
    if (state === field.name) {
      let folded = 0;
      while (at < end && (folded = foldedToken[bytes[at]!]!) !== 0) {
        nameHash = (Math.imul(nameHash, 33) + folded) | 0;
        at++;
      }
      if (at === end) break;
      scan.nameEnd = at - base;
      state = field.spaceBefore;
    }
    if (state === field.spaceBefore) {
      if (scan.isResponse) while (at < end && isBlank(bytes[at]!)) at++;
      if (at === end) break;
      if (bytes[at] !== colon) throw misplaced(scan, "field name", bytes[at]!);
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
      if (at - base - scan.nameStart > scan.limits.fieldBytesMax) throw tooLarge(scan, "a field over");
      if (at === end) break;
      if (bytes[at] !== cr) throw misplaced(scan, "field value", bytes[at]!);
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
    markLine(scan, bytes, base, at - 2, nameHash);
    state = field.line;
  }
  scan.at = at - base;
  scan.fieldState = state;
  scan.nameHash = nameHash;
  return limitField(scan, state);
}

function markLine(
  scan: HeadScan,
  bytes: Uint8Array,
  base: number,
  crAt: number,
  nameHash: number,
): void {
  let valueEnd = crAt;
  while (valueEnd > base + scan.valueStart && isBlank(bytes[valueEnd - 1]!)) valueEnd--;
  const known = idOfBytes(bytes, base + scan.nameStart, base + scan.nameEnd, nameHash);
  scan.marks.push(known, scan.nameStart, scan.nameEnd, scan.valueStart, valueEnd - base);
}

/**
 * A line that begins with a blank goes on with the one before it. In an answer its CRLF becomes
 * blanks (RFC 9112 §5.2); in a request it is refused.
 */
function unfold(scan: HeadScan, bytes: Uint8Array, at: number): void {
  const marks = scan.marks;
  if (!scan.isResponse || !isBlank(bytes[at]!) || marks.length === 0) {
    throw misplaced(scan, "start of a line", bytes[at]!);
  }
  bytes[at - 2] = space;
  bytes[at - 1] = space;
  marks.pop();
  scan.valueStart = marks.pop()!;
  scan.nameEnd = marks.pop()!;
  scan.nameStart = marks.pop()!;
  marks.pop();
}

function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}

function stopAt(scan: HeadScan, at: number): false {
  scan.at = at;
  return false;
}

/** A head that is not whole yet may still be too long already. */
function limitHead(scan: HeadScan): false {
  if (scan.at > scan.limits.headBytesMax) throw tooLarge(scan, "a head over");
  return false;
}

function limitField(scan: HeadScan, state: number): false {
  const isInside = state >= field.name && state <= field.value;
  if (isInside && scan.at - scan.nameStart > scan.limits.fieldBytesMax) {
    throw tooLarge(scan, "a field over");
  }
  return false;
}

function failure(scan: HeadScan, code: FailureCode, message: string): Failure {
  const what = scan.isResponse ? "response" : "request";
  return new Failure(scan.isResponse ? "bad-response" : code, `Cannot read ${what}: ${message}`);
}

function misplaced(scan: HeadScan, where: string, byte: number): Failure {
  const hex = byte.toString(16).padStart(2, "0");
  return failure(scan, "bad-request", `byte 0x${hex} is out of place in the ${where}`);
}

function otherVersion(scan: HeadScan): Failure {
  return failure(scan, "version-not-supported", "its version is not HTTP/1");
}

function tooLongMethod(): Failure {
  const message = `Cannot read request: its method has over ${methodBytesMax} bytes`;
  return new Failure("not-implemented", message);
}

function tooLongTarget(scan: HeadScan): Failure {
  const message = `Cannot read request: its target has over ${scan.limits.targetBytesMax} bytes`;
  return new Failure("target-too-long", message);
}

function tooLarge(scan: HeadScan, what: string): Failure {
  const seen = `${what} the limit`;
  if (scan.isResponse) {
    return new Failure("response-too-large", `Cannot read response: ${seen}`);
  }
  return new Failure("fields-too-large", `Cannot read request: ${seen}`);
}
