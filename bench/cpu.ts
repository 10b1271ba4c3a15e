/**
 * CPU time and memory of a process and all its children, from /proc.
 *
 * The total comes from `schedstat` of every thread, in nanoseconds on a core. How it divides into
 * user and system comes from `stat`, which most kernels sample at each clock tick: right on
 * average over seconds, and too coarse for less.
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface CpuTime {
  /** Time on a core, in nanoseconds; 0 where the kernel keeps no schedstat. */
  readonly onCoreNs: number;
  readonly userTicks: number;
  readonly systemTicks: number;
}

export interface CpuPerRequest {
  readonly userMicros: number;
  readonly systemMicros: number;
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Fields of /proc/<pid>/stat, counted from the state, which follows the name in brackets. */
const parentField = 1;
const userTicksField = 11;
const systemTicksField = 12;

export function readCpuTime(rootPid: number): CpuTime {
  let onCoreNs = 0;
  let userTicks = 0;
  let systemTicks = 0;
  for (const pid of processTree(rootPid)) {
    const fields = readStat(pid);
    userTicks += Number(fields[userTicksField] ?? 0);
    systemTicks += Number(fields[systemTicksField] ?? 0);
    onCoreNs += onCoreNsOf(pid);
  }
  return { onCoreNs, userTicks, systemTicks };
}

export function cpuPerRequest(before: CpuTime, after: CpuTime, requests: number): CpuPerRequest {
  const user = after.userTicks - before.userTicks;
  const system = after.systemTicks - before.systemTicks;
  const ticksMicros = ((user + system) * 1e6) / ticksPerSecond;
  const onCoreMicros = (after.onCoreNs - before.onCoreNs) / 1e3;
  const totalMicros = (onCoreMicros > 0 ? onCoreMicros : ticksMicros) / Math.max(requests, 1);
  const userShare = user + system === 0 ? 0 : user / (user + system);
  return { userMicros: totalMicros * userShare, systemMicros: totalMicros * (1 - userShare) };
}

/**
 * Proportional set size: a page that n processes share counts as 1/n in each. It leaves out what
 * the kernel holds for the sockets, which is the same for every proxy.
 */
export function readMemoryBytes(rootPid: number): number {
  let kilobytes = 0;
  for (const pid of processTree(rootPid)) {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/smaps_rollup`));
    kilobytes += Number(found?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

function processTree(rootPid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(readStat(Number(name))[parentField] ?? 0);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  const tree = [rootPid];
  // The array grows while we walk it: children are looked up behind their parents.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function readStat(pid: number): readonly string[] {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function onCoreNsOf(pid: number): number {
  let total = 0;
  for (const thread of threadsOf(pid)) {
    const [onCoreNs] = readText(`/proc/${pid}/task/${thread}/schedstat`).split(" ");
    total += Number(onCoreNs ?? 0);
  }
  return total;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty when the process or thread has gone between the listing and the reading. */
function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
