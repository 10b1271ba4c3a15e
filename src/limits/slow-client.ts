/**
 * When a client is too slow to be waited for. Absolute time per byte invites one byte before each
 * timeout; a minimum rate after a grace does not (the idea of Apache's mod_reqtimeout).
 */

import type { ClientTimeouts } from "./options.ts";

/** `elapsedMs` counts only while we were reading; `bytes` came in that time. */
export function isBodyTooSlow(elapsedMs: number, bytes: number, timeouts: ClientTimeouts): boolean {
  const { bodyGraceMs, bodyRateMin } = timeouts;
  return elapsedMs > bodyGraceMs && bytes < (bodyRateMin * elapsedMs) / 1_000;
}

/**
 * `waitedMs` counts only while an answer waited for its client, which took `bytes` in that time.
 * Looked at by windows of `responseGraceMs`: nobody saves up by reading fast at first.
 */
export function isAnswerTooSlow(
  waitedMs: number,
  bytes: number,
  { responseGraceMs, responseRateMin }: ClientTimeouts,
): boolean {
  return waitedMs >= responseGraceMs && bytes < (responseRateMin * waitedMs) / 1_000;
}
