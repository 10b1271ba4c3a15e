/**
 * What the objects of one worker may take: a worker that leaks ends before the machine, or the
 * control group, has no memory left for the others.
 */

import { machineMemoryBytes } from "../buffering/machine-memory.ts";

const mebibyte = 1024 * 1024;

/** The runtime's own limit where there is plenty, in MB; and what a worker cannot do without. */
const usualMb = 4_096;
const leastMb = 256;

/** Of the memory, for the objects of all workers together. */
const share = 0.75;

/** In MB. */
export function heapMbMax(workerCount: number): number {
  const each = Math.floor((machineMemoryBytes() * share) / workerCount / mebibyte);
  return Math.min(Math.max(each, leastMb), usualMb);
}
