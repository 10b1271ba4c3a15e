/**
 * What a second worker costs, and what a reload does to those who are served meanwhile.
 *
 *   one worker, two workers   the same load in alternating rounds, on the proxy's one core: CPU for
 *                             each request, and which share of them each of the two had
 *   reload                    a config of 10,000 sites is read again under load: how late the event
 *                             loops of the workers were at worst
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { text } from "node:stream/consumers";

import { askProgram } from "../src/cli/admin-client.ts";
import { cpuPerRequest, readCpuTime } from "./cpu.ts";
import { runLoad } from "./load.ts";
import { freePort, type Processes } from "./processes.ts";
import { foregateCommand, proxyCore, startProxies, type Proxy } from "./proxies.ts";
import type { Rounds } from "./rounds.ts";
import { runSecondsMax, startUpstream } from "./upstream.ts";

export interface WorkersRound {
  readonly round: number;
  readonly workers: number;
  readonly micros: number;
  readonly requestsPerSecond: number;
  /** Of the requests of this round, in percent, by worker. */
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

const load = { path: "/1kb", connections: 512, postBytes: 0, closes: false } as const;
const warmUpSeconds = 5;

const sitesCount = 10_000;
const reloadCount = 5;

interface Counted {
  readonly workers: readonly { readonly exchanges: number }[];
}

export async function measureWorkers(
  processes: Processes,
  { rounds, seconds }: Rounds,
): Promise<WorkersResult> {
  const upstream = await startUpstream(processes, "workers-upstream");
  const both: { readonly workers: number; readonly socket: string; readonly proxy: Proxy }[] = [];
  for (const workers of [1, 2]) {
    const socket = join(processes.folder, `admin-${workers}`, "admin.sock");
    const foregateLines = `admin: "unix:${socket}"`;
    const setup = { upstreamPort: upstream.port, hasAccessLog: false, workers, foregateLines };
    const [proxy] = await startProxies(processes, ["foregate"], setup);
    if (proxy !== undefined) both.push({ workers, socket, proxy });
  }
  const measured: WorkersRound[] = [];
  for (const { proxy } of both) {
    await runLoad(processes, { ...load, port: proxy.port, seconds: warmUpSeconds });
  }
  for (let round = 1; round <= rounds; round++) {
    for (const { workers, socket, proxy } of both) {
      const { port, process: started } = proxy;
      const [before, cpuBefore] = [await exchangesOf(socket), readCpuTime(started.pid)];
      const { requests, seconds: took } = await runLoad(processes, { ...load, port, seconds });
      const cost = cpuPerRequest(cpuBefore, readCpuTime(started.pid), requests);
      const own = (await exchangesOf(socket)).map((count, at) => count - (before[at] ?? 0));
      const sum = own.reduce((total, count) => total + count, 0);
      measured.push({
        round,
        workers,
        micros: cost.userMicros + cost.systemMicros,
        requestsPerSecond: requests / took,
        shares: own.map((count) => (100 * count) / sum),
      });
    }
  }
  for (const { proxy } of both) await proxy.process.stop();
  const reloads = await measureReloads(processes, upstream.port);
  await upstream.process.stop();
  return { rounds: measured, reloads };
}

async function exchangesOf(socket: string): Promise<readonly number[]> {
  const { body } = await askProgram(socket, "GET", "/v1/workers");
  return (body as unknown as Counted).workers.map(({ exchanges }) => exchanges);
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
