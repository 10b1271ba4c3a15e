/**
 * Finds the parts of an HTTP/1 head in bytes, each byte looked at once: the first line, then the
 * field lines. `head-scan.ts` says what is strict about it, and why.
 */

import { scanFields } from "./field-lines.ts";
import { limitHead, startLine, type HeadScan } from "./head-scan.ts";
import { scanRequestLine, scanStatusLine } from "./start-line.ts";

/**
 * Looks at `bytes` from where `scan` stopped up to `end`; the head begins at `base`. Returns
 * whether the head is whole; then `scan.at` is its length. Throws a `Failure` on what is no head.
 */
export function scanHead(scan: HeadScan, bytes: Uint8Array, base: number, end: number): boolean {
  // Bytes beyond the limit are not looked at: the same head fails the same way however it comes.
  const stop = Math.min(end, base + scan.limits.headBytesMax + 1);
  if (scan.lineState !== startLine.done) {
    const whole = scan.isResponse
      ? scanStatusLine(scan, bytes, base, stop)
      : scanRequestLine(scan, bytes, base, stop);
    if (!whole) return limitHead(scan);
  }
  return scanFields(scan, bytes, base, stop) || limitHead(scan);
}
