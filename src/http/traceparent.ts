/**
 * The `traceparent` field of W3C Trace Context: `00-<trace id>-<parent id>-<flags>`, in lower-case
 * hex. We make no spans: a valid one passes as it came, and where there is none we may begin a
 * trace, so that all that stands behind us agrees on its id.
 */

const pattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;
const length = 55;
const noTrace = "0".repeat(32);
const noParent = "0".repeat(16);

/** Whether this value may be passed on (Trace Context §3.2.2). */
export function readTraceparent(value: string): boolean {
  if (value.length < length || !pattern.test(value)) return false;
  // A later version may append to it; version 00 may not, and ff is never one.
  const version = value.slice(0, 2);
  if (version === "ff" || (version === "00" && value.length !== length)) return false;
  return value.slice(3, 35) !== noTrace && value.slice(36, 52) !== noParent;
}

const hexDigits: Uint8Array = Buffer.from("0123456789abcdef", "latin1");
/** A traceparent is written here, digit by digit: half the cost of joining strings. */
const written: Buffer = Buffer.from(`00-${noTrace}-${noParent}-00`, "latin1");

/**
 * Begins a trace. `random` returns a number in [0, 1). Flags `01` mean sampled: to most tracers
 * behind us `00` is an order not to trace.
 */
export function makeTraceparent(random: () => number, flags: "00" | "01"): string {
  // An id of zeros is no id, so one bit is set; the rightmost 7 bytes stay random for samplers.
  writeWord(3, drawWord(random) | 1);
  for (let at = 11; at < 35; at += 8) writeWord(at, drawWord(random));
  writeWord(36, drawWord(random) | 1);
  writeWord(44, drawWord(random));
  written[54] = flags.charCodeAt(1);
  return written.toString("latin1");
}

function drawWord(random: () => number): number {
  return (random() * 2 ** 32) | 0;
}

function writeWord(at: number, word: number): void {
  let bits = word;
  for (let digit = 0; digit < 8; digit++) {
    written[at + digit] = hexDigits[bits & 15]!;
    bits >>>= 4;
  }
}
