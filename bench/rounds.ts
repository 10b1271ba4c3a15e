/**
 * The measurements under full load: cases, and proxies in alternating rounds (A B C A B C ...).
 *
 * A machine is faster in one minute than in the next. So each figure is divided by nginx's of the
 * same round, seconds away, and the median is taken of these ratios.
 */

import { cpuPerRequest, readCpuTime } from "./cpu.ts";
import { runLoad, type Load } from "./load.ts";
import type { Processes } from "./processes.ts";
import { startProxies, type Proxy, type ProxyName } from "./proxies.ts";
import { bodyBytes, postPath, startUpstream, type BodyPath } from "./upstream.ts";

export interface Rounds {
  readonly rounds: number;
  /** Length of one run. */
  readonly seconds: number;
}

export type LoadMode = "small" | "logs" | "large" | "connections" | "post" | "collect";

export interface Measurement {
  readonly mode: LoadMode;
  readonly case: string;
  readonly round: number;
  readonly proxy: ProxyName;
  readonly requestsPerSecond: number;
  readonly userMicros: number;
  readonly systemMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

type LoadCase = Omit<Load, "port" | "seconds" | "prefix"> & { readonly name: string };

/** A proxy that compiles its code while it runs, on its one core, needs long to get fast. */
const firstWarmUpSeconds = 5;
const warmUpSeconds = 2;

const bodies = [post("10 KB", 10_000, 64), post("1 MB", 1_000_000, 16)];

const cases = {
  small: [
    get("60 B", "/60b", 64),
    get("60 B", "/60b", 512),
    get("1 KB", "/1kb", 64),
    get("1 KB", "/1kb", 512),
  ],
  logs: [get("60 B", "/60b", 64), get("1 KB", "/1kb", 64)],
  large: [get("100 KB", "/100kb", 64), get("10 MB", "/10mb", 16)],
  connections: [{ ...get("60 B", "/60b", 64), closes: true }],
  post: bodies,
  collect: bodies,
} as const satisfies Record<LoadMode, readonly LoadCase[]>;

export const loadModes = Object.keys(cases) as readonly LoadMode[];

export async function measureLoad(
  processes: Processes,
  mode: LoadMode,
  names: readonly ProxyName[],
  { rounds, seconds }: Rounds,
): Promise<readonly Measurement[]> {
  const upstream = await startUpstream(processes, `${mode}-upstream`);
  const setup = {
    upstreamPort: upstream.port,
    hasAccessLog: mode === "logs",
    buffersBodies: mode === "collect",
  };
  const proxies = await startProxies(processes, names, setup);

  const measurements: Measurement[] = [];
  for (const each of cases[mode]) {
    console.error(`  ${each.name}`);
    const warmUp = measurements.length === 0 ? firstWarmUpSeconds : warmUpSeconds;
    for (const { port } of proxies) await runLoad(processes, { ...each, port, seconds: warmUp });
    for (let round = 1; round <= rounds; round++) {
      for (const proxy of proxies) {
        const figures = await measureOnce(processes, proxy, each, seconds);
        measurements.push({ mode, case: each.name, round, proxy: proxy.name, ...figures });
      }
    }
  }
  for (const { process: started } of [...proxies, upstream]) await started.stop();
  return measurements;
}

async function measureOnce(
  processes: Processes,
  { port, process: { pid } }: Proxy,
  load: LoadCase,
  seconds: number,
): Promise<Omit<Measurement, "mode" | "case" | "round" | "proxy">> {
  const before = readCpuTime(pid);
  const result = await runLoad(processes, { ...load, port, seconds });
  const after = readCpuTime(pid);
  const requests = wholeRequests(load, result);
  return {
    requestsPerSecond: requests / result.seconds,
    ...cpuPerRequest(before, after, requests),
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    errors: result.errors,
  };
}

/** Of large answers many are half done at the end, and wrk does not count them: bytes do. */
function wholeRequests(load: LoadCase, result: { requests: number; bytes: number }): number {
  const answerBytes = load.postBytes > 0 ? 0 : bodyBytes[load.path as BodyPath];
  return answerBytes >= bodyBytes["/100kb"] ? result.bytes / answerBytes : result.requests;
}

function get(name: string, path: BodyPath, connections: number): LoadCase {
  const label = `${name} × ${connections}`;
  return { name: label, path, connections, postBytes: 0, closes: false };
}

function post(name: string, postBytes: number, connections: number): LoadCase {
  return { ...get(name, "/60b", connections), path: postPath, postBytes };
}
