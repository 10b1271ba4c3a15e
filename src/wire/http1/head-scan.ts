/**
 * What is known of an HTTP/1 head that is being read (RFC 9112 §2 to §5).
 *
 *   bytes ──▶ scanHead: start-line.ts ▶ field-lines.ts ──▶ marks
 *
 * A scan can stop at any byte and go on when more have come: all that it knows is in `HeadScan`, as
 * offsets from the first byte of the head, so that the bytes may be moved in between. What is found
 * here is grammar; what the fields mean for the message is in `request-head.ts` and
 * `response-head.ts`.
 *
 * Strict on purpose: a line ends in CRLF and in nothing else, a name is a token directly followed
 * by its colon, no line is continued. What two hops may read differently is refused. Answers of
 * upstreams are allowed the two things that RFC 9112 asks a proxy to mend: space before the colon
 * (§5.1) and folded lines (§5.2).
 */

import { Failure, type FailureCode } from "../../base/failure.ts";
import { marksPerLine } from "../../http/fields.ts";
import type { HeadLimits } from "./limits.ts";

/** The states of a first line, in the order in which they follow. */
export const startLine = {
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

/** Room for 40 lines stays with a connection; a head of more gives its room back. */
const marksKeptMax = 40 * marksPerLine;

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
  /** Five numbers a line, as `Fields` wants them; used again for every head (`takeMarks`). */
  marks: number[] = [];
  markCount = 0;
  lineState = 0;
  fieldState = 0;
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
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
    if (this.marks.length > marksKeptMax) this.marks = [];
    this.markCount = 0;
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

  /** What was marked, as an array of its own: exactly as long as it must be. */
  takeMarks(): number[] {
    return this.marks.slice(0, this.markCount);
  }

  /** A byte of the first line has come; empty lines before it do not count. */
  get hasStarted(): boolean {
    return this.lineState > startLine.startLf;
  }
}

/** For the scanning functions: the head goes on behind `at`. */
export function stopAt(scan: HeadScan, at: number): false {
  scan.at = at;
  return false;
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** A head that is not whole yet may still be too long already. */
export function limitHead(scan: HeadScan): false {
  if (scan.at > scan.limits.headBytesMax) throw tooLarge(scan, "a head over");
  return false;
}

/** `code` is for requests: a response that cannot be read is always a bad one. */
export function unreadable(scan: HeadScan, code: FailureCode, message: string): Failure {
  const what = scan.isResponse ? "response" : "request";
  return new Failure(scan.isResponse ? "bad-response" : code, `Cannot read ${what}: ${message}`);
}

export function misplaced(scan: HeadScan, where: string, byte: number): Failure {
  const hex = byte.toString(16).padStart(2, "0");
  return unreadable(scan, "bad-request", `byte 0x${hex} is out of place in the ${where}`);
}

export function tooLarge(scan: HeadScan, what: string): Failure {
  const seen = `${what} the limit`;
  if (scan.isResponse) {
    return new Failure("response-too-large", `Cannot read response: ${seen}`);
  }
  return new Failure("fields-too-large", `Cannot read request: ${seen}`);
}
