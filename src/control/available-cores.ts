/**
 * How many cores the program may use: those that it may run on, and no more than its control group
 * gives it time for (`CPUQuota=` of systemd, `--cpus` of Docker).
 */

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

const groupsFolder = "/sys/fs/cgroup";

/** At least 1. */
export function availableCores(read: (path: string) => string = readOrNothing): number {
  const quota = Math.min(...quotas(read));
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota)));
}

/** Of our group and of those around it, in cores. */
function* quotas(read: (path: string) => string): Generator<number> {
  yield Infinity;
  // `0::/system.slice/foregate.service` (version 2); in a container usually `0::/`.
  const group = /^0::(\/.*)$/m.exec(read("/proc/self/cgroup"))?.[1];
  if (group === undefined) return;
  for (let path = group; ; path = dirname(path)) {
    // `150000 100000`: so many microseconds in so many; `max`: any.
    const [given, period] = read(join(groupsFolder, path, "cpu.max"))
      .split(" ")
      .map(Number);
    if (given !== undefined && given > 0 && period !== undefined) yield given / period;
    if (path === "/" || path === ".") return;
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
