/**
 * How many connections the system's limit on open files leaves room for.
 *
 * Where there is no file descriptor left the kernel's queue is emptied by closing what is in it
 * (libuv does so, and tells nobody), and exchanges in flight find no way to their upstream.
 * So it must not come to that: as in HAProxy, each client is counted with one upstream connection,
 * less one in a hundred, since of many clients some are always idle.
 */

import { readFileSync } from "node:fs";

/** What the program itself keeps open: the runtime's own (about 22), logs, listeners. */
const reservedCount = 32;

/** Infinity where the system does not say (it is Linux that does). */
export function connectionsWithinOpenFiles(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readLimits())?.[1];
  if (found === undefined) return Infinity;
  const room = Number(found) - reservedCount;
  return Math.max(1, Math.floor(room / 2 + room / 100));
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "latin1");
  } catch {
    return "";
  }
}
