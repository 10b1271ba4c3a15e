/**
 * What a second worker costs, and what a reload does to those who are served meanwhile.
 *
 *   one, two   one and two workers under the same load in alternating rounds, on the proxy's one
 *              core: CPU for each request, and which share of them each of the two had
 *   apart      the same with two programs of one worker each, which share nothing but the core: so
 *              much of it is what a core takes for going to and fro between two event loops
 *   reload     a config of 10,000 sites is read again under load: how late the event loops of the
 *              workers were at worst
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { text } from "node:stream/consumers";

import { askProgram } from "../src/cli/admin-client.ts";
import { cpuPerRequest, readCpuTime, type CpuTime } from "./cpu.ts";
import { runLoad, type LoadResult } from "./load.ts";
import { freePort, type Processes } from "./processes.ts";
import { foregateCommand, proxyCore, startProxies, type Proxy } from "./proxies.ts";
import type { Rounds } from "./rounds.ts";
import { runSecondsMax, startUpstream } from "./upstream.ts";

/** Programs, and how many workers each of them has. */
export const workersCases = {
  one: { programs: 1, workers: 1, title: "1 worker" },
  two: { programs: 1, workers: 2, title: "2 workers" },
  apart: { programs: 2, workers: 1, title: "2 programs of 1 worker" },
} as const;

export type WorkersCase = keyof typeof workersCases;

export interface WorkersRound {
  readonly round: number;
  readonly case: WorkersCase;
  readonly micros: number;
  readonly requestsPerSecond: number;
  /** Of the requests of this round, in percent, by worker of each program. */
  readonly shares: readonly number[];
}

export interface ReloadRound {
  readonly tookMs: number;
  /** The worst of all workers, from before the reload until it was in force. */
  readonly delayMs: number;
  /** The same for as long, without a reload. */
  readonly restDelayMs: number;
}

export interface WorkersResult {
  readonly rounds: readonly WorkersRound[];
  readonly reloads: readonly ReloadRound[];
}

const load = { path: "/1kb", postBytes: 0, closes: false } as const;
/** Two loads side by side, so that two programs get the same. */
const loadsCount = 2;
const connectionsEach = 256;
const warmUpSeconds = 5;

const sitesCount = 10_000;
const reloadCount = 5;

interface Program {
  readonly socket: string;
  readonly proxy: Proxy;
}

/** What we read of the answer of `/v1/workers`. */
interface Counted {
  readonly workers: readonly { readonly exchanges: number }[];
}

export async function measureWorkers(
  processes: Processes,
  { rounds, seconds }: Rounds,
): Promise<WorkersResult> {
  const upstream = await startUpstream(processes, "workers-upstream");
  const names = Object.keys(workersCases) as readonly WorkersCase[];
  const cases = new Map<WorkersCase, readonly Program[]>();
  for (const name of names) cases.set(name, await startPrograms(processes, name, upstream.port));
  for (const programs of cases.values()) await runLoads(processes, programs, warmUpSeconds);
  const measured: WorkersRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [name, programs] of cases) {
      measured.push({ round, case: name, ...(await measureRound(processes, programs, seconds)) });
    }
  }
  const all = [...cases.values()].flat();
  for (const { proxy } of all) await proxy.process.stop();
  const reloads = await measureReloads(processes, upstream.port);
  await upstream.process.stop();
  return { rounds: measured, reloads };
}

async function startPrograms(
  processes: Processes,
  name: WorkersCase,
  upstreamPort: number,
): Promise<readonly Program[]> {
  const { programs, workers } = workersCases[name];
  const started: Program[] = [];
  for (let count = 1; count <= programs; count++) {
    const socket = join(processes.folder, `admin-${name}-${count}`, "admin.sock");
    const foregateLines = `admin: "unix:${socket}"`;
    const setup = { upstreamPort, hasAccessLog: false, workers, foregateLines };
    const [proxy] = await startProxies(processes, ["foregate"], setup);
    if (proxy === undefined) throw new Error(`cannot measure "${name}"`);
    started.push({ socket, proxy });
  }
  return started;
}

async function measureRound(
  processes: Processes,
  programs: readonly Program[],
  seconds: number,
): Promise<Omit<WorkersRound, "round" | "case">> {
  const before = await Promise.all(programs.map(readProgram));
  const loads = await runLoads(processes, programs, seconds);
  const after = await Promise.all(programs.map(readProgram));
  const requests = loads.reduce((sum, each) => sum + each.requests, 0);
  const shares: number[] = [];
  let micros = 0;
  for (const [at, is] of after.entries()) {
    const was = before[at]!;
    const cost = cpuPerRequest(was.cpu, is.cpu, requests);
    micros += cost.userMicros + cost.systemMicros;
    const own = is.exchanges.map((count, slot) => count - (was.exchanges[slot] ?? 0));
    const sum = own.reduce((total, count) => total + count, 0);
    shares.push(...own.map((count) => (100 * count) / sum));
  }
  const requestsPerSecond = loads.reduce((sum, each) => sum + each.requests / each.seconds, 0);
  return { micros, requestsPerSecond, shares };
}

/** One program gets both loads; two get one each. */
async function runLoads(
  processes: Processes,
  programs: readonly Program[],
  seconds: number,
): Promise<readonly LoadResult[]> {
  const loads: Promise<LoadResult>[] = [];
  for (let at = 0; at < loadsCount; at++) {
    const { port } = programs[at % programs.length]!.proxy;
    const name = `workers-${at}`;
    loads.push(runLoad(processes, { ...load, name, connections: connectionsEach, port, seconds }));
  }
  return await Promise.all(loads);
}

async function readProgram({ socket, proxy }: Program): Promise<{
  readonly cpu: CpuTime;
  readonly exchanges: readonly number[];
}> {
  const { body } = await askProgram(socket, "GET", "/v1/workers");
  const { workers } = body as unknown as Counted;
  const cpu = readCpuTime(proxy.process.pid);
  return { cpu, exchanges: workers.map(({ exchanges }) => exchanges) };
}

async function measureReloads(
  processes: Processes,
  upstreamPort: number,
): Promise<readonly ReloadRound[]> {
  const folder = join(processes.folder, "reloads");
  mkdirSync(folder, { recursive: true });
  const [port, metricsPort] = [await freePort(), await freePort()];
  const socket = join(folder, "admin", "admin.sock");
  const file = join(folder, "foregate.yaml");
  const write = (count: number): void =>
    writeFileSync(
      file,
      `listen: "127.0.0.1:${port}"
metrics: "127.0.0.1:${metricsPort}"
admin: "unix:${socket}"
workers: 2
logs: { access: off }
sites:
  "*": "127.0.0.1:${upstreamPort}"
${Array.from({ length: sitesCount }, (_, at) => siteOf(at, count)).join("\n")}
`,
    );
  write(0);
  const started = processes.start({
    name: "reloads",
    ...foregateCommand(file, folder),
    core: proxyCore,
    secondsMax: runSecondsMax,
  });
  await started.listening(port);
  const reloads: ReloadRound[] = [];
  const loading = runLoad(processes, { ...load, connections: 16, port, seconds: 60, thinkMs: 5 });
  await delay(2_000);
  for (let count = 1; count <= reloadCount; count++) {
    write(count);
    await worstDelayMs(metricsPort);
    const beganMs = performance.now();
    const { status } = await askProgram(socket, "POST", "/v1/reload");
    const tookMs = performance.now() - beganMs;
    if (status !== 200) throw new Error(`a reload was answered with ${status}`);
    // Workers say four times a second how late they are.
    await delay(vitalsMs);
    const delayMs = await worstDelayMs(metricsPort);
    await delay(tookMs + vitalsMs);
    reloads.push({ tookMs, delayMs, restDelayMs: await worstDelayMs(metricsPort) });
  }
  await started.stop();
  await loading.catch(() => undefined);
  return reloads;
}

const vitalsMs = 600;

const siteOf = (at: number, count: number): string =>
  `  site-${at}.example.com: { respond: "${at % 10 === 0 ? count : at}" }`;

/** Since it was asked before. */
async function worstDelayMs(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ host: "127.0.0.1", port, path: "/metrics", agent: false }, (response) => {
    text(response).then(resolve, reject);
  }).on("error", reject);
  const found = /^foregate_event_loop_delay_max_seconds (\S+)$/m.exec(await promise)?.[1];
  return Number(found) * 1_000;
}
