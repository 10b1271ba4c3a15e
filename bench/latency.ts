/**
 * Latency of small requests: at half of what saturates the proxy; and at a low rate while one
 * client downloads 1 GB, one uploads 1 GB and one sends large heads, beside the same rate alone.
 *
 * The big transfers have an upstream of their own, and all programs of the small requests come
 * first on the core that they share with those of the big ones: what waits, waits in the proxy. The
 * same without a proxy tells how much of it all is the harness.
 */

import { fileURLToPath } from "node:url";
import { runLoad } from "./load.ts";
import type { Processes, RunningProcess } from "./processes.ts";
import { startProxies, type ProxyName } from "./proxies.ts";
import type { Rounds } from "./rounds.ts";
import { loadCore, startUpstream } from "./upstream.ts";

export interface PacedResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LatencyResult {
  readonly proxy: TargetName;
  readonly round: number;
  readonly halfLoad: PacedResult;
  readonly alone: PacedResult;
  readonly besideBig: PacedResult;
  readonly big: BigResult;
}

/** What the three big clients got through, per second. */
export interface BigResult {
  readonly downloadMegabytes: number;
  readonly uploadMegabytes: number;
  readonly largeHeads: number;
}

type TargetName = ProxyName | "(none)";

interface Target {
  readonly name: TargetName;
  readonly port: number;
  /** Where the big transfers are asked for. */
  readonly bigPort: number;
}

/** Low enough that the small requests alone never wait for each other. */
const lowRate = 500;
const lowRateConnections = 64;

const small = { path: "/60b", postBytes: 0, closes: false } as const;
const saturatingConnections = 64;

/** For half load: wrk's connections pause, and more of them make a smoother rate. */
const pausingConnections = 128;

/**
 * Where we may, the measuring client comes first on its core; where not, `nice` goes on without.
 */
const first = ["nice", "-n", "-10"];
const last = ["nice", "-n", "10"];

export async function measureLatency(
  processes: Processes,
  names: readonly ProxyName[],
  { rounds, seconds }: Rounds,
): Promise<readonly LatencyResult[]> {
  const upstream = await startUpstream(processes, "latency-upstream", first);
  const bigUpstream = await startUpstream(processes, "big-upstream", last);
  const setup = {
    upstreamPort: upstream.port,
    bigUpstreamPort: bigUpstream.port,
    hasAccessLog: false,
  };
  const proxies = await startProxies(processes, names, setup);
  const targets: readonly Target[] = [
    { name: "(none)", port: upstream.port, bigPort: bigUpstream.port },
    ...proxies.map(({ name, port }): Target => ({ name, port, bigPort: port })),
  ];
  // Code that is compiled while it runs gets warm.
  for (const target of targets) await saturatingRate(processes, target, seconds);

  const results: LatencyResult[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const target of targets) {
      const rate = (await saturatingRate(processes, target, seconds)) / 2;
      const halfLoad = await runPausing(processes, target, { rate, seconds });
      const alone = await runPaced(processes, target, seconds);
      const beside = await runBesideBig(processes, target, seconds);
      results.push({ proxy: target.name, round, halfLoad, alone, ...beside });
    }
  }
  for (const { process: started } of [...proxies, upstream, bigUpstream]) await started.stop();
  return results;
}

async function saturatingRate(
  processes: Processes,
  { port }: Target,
  seconds: number,
): Promise<number> {
  const load = { ...small, connections: saturatingConnections, port, seconds };
  const result = await runLoad(processes, load);
  return result.requests / result.seconds;
}

/** By wrk with pauses, as it costs the upstream's core the least; a closed loop, so p99 is mild. */
async function runPausing(
  processes: Processes,
  { port }: Target,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<PacedResult> {
  const thinkMs = (pausingConnections / rate) * 1_000;
  const load = { ...small, connections: pausingConnections, port, seconds, thinkMs };
  const { requests, seconds: took, p50Ms, p99Ms } = await runLoad(processes, load);
  return { requestsPerSecond: requests / took, p50Ms, p99Ms };
}

async function runPaced(
  processes: Processes,
  { port }: Target,
  seconds: number,
): Promise<PacedResult> {
  const script = fileURLToPath(new URL("./paced-client.ts", import.meta.url));
  const output = await processes.run({
    name: "paced-client",
    program: process.execPath,
    args: [script, ...[port, lowRate, seconds, lowRateConnections].map(String)],
    core: loadCore,
    secondsMax: seconds + 30,
    prefix: first,
  });
  return JSON.parse(output) as PacedResult;
}

async function runBesideBig(
  processes: Processes,
  target: Target,
  seconds: number,
): Promise<Pick<LatencyResult, "besideBig" | "big">> {
  const clients = startBigClients(processes, target, seconds);
  await clients.until(() => clients.output.includes("ready"), "ready");
  const besideBig = await runPaced(processes, target, seconds);
  await clients.stop();
  const [, big] = clients.output.trim().split("\n");
  if (big === undefined) throw new Error("Cannot measure beside big transfers: a client ended");
  return { besideBig, big: JSON.parse(big) as BigResult };
}

function startBigClients(
  processes: Processes,
  { port, bigPort }: Target,
  seconds: number,
): RunningProcess {
  const script = fileURLToPath(new URL("./big-clients.ts", import.meta.url));
  return processes.start({
    name: "big-clients",
    program: process.execPath,
    args: [script, String(port), String(bigPort)],
    core: loadCore,
    secondsMax: seconds + 60,
    prefix: last,
  });
}
