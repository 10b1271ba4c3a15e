/** The memory that the program may use. */

import { totalmem } from "node:os";

/** In bytes. A cgroup's limit counts, if it is less than what the machine has. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
