/**
 * The experiment of spoon feeding: 500 clients read pages of 1 MB at 64 KB a second, from an
 * upstream that has four workers, each of which is held until its page is the kernel's. How long is
 * a worker held for each page? It runs in a network namespace with socket buffers of at most 64 KB,
 * or the kernel would swallow the pages.
 *
 * Then 10,000 clients ask Foregate for a page of 200 KB each and take nothing more of it. And a
 * client that is fast waits for the first byte of a page that is made slowly.
 */

import { setTimeout as sleep } from "node:timers/promises";

import { readMemoryBytes } from "./cpu.ts";
import { measureFirstByte, startSpoonUpstream, type FirstByteResult } from "./first-byte.ts";
import { enterNamespace } from "./namespace.ts";
import { freePort, type Processes, type RunningProcess } from "./processes.ts";
import { startProxies, type Proxy, type ProxyName, type ProxySetup } from "./proxies.ts";
import { scriptOf, storyOf } from "./scripts.ts";
import type { ClientStory, UpstreamStory } from "./spoon-page.ts";
import { spreadOf, type Spread } from "./spread.ts";
import { loadCore } from "./upstream.ts";

export interface SpoonResult {
  /** `(none)`: clients ask the upstream. */
  readonly proxy: ProxyName | "(none)";
  readonly madeCount: number;
  /** In ms. */
  readonly held: Spread;
  readonly firstByte: Spread;
  readonly wholeCount: number;
  readonly wrongCount: number;
  readonly brokenCount: number;
  /** At most, above that of the proxy before its first request; undefined: there is none. */
  readonly memoryBytes: number | undefined;
}

export interface StalledResult {
  readonly clientCount: number;
  readonly madeCount: number;
  readonly memoryBytes: number;
  readonly budgetBytes: number;
  /** What Foregate counts of it, and in its spool file. */
  readonly countedBytes: number;
  readonly fileBytes: number;
  /** Of small requests meanwhile, in ms. */
  readonly small: Spread;
}

export interface SpoonResults {
  readonly fed: readonly SpoonResult[];
  readonly stalled: StalledResult | undefined;
  readonly firstByte: readonly FirstByteResult[];
}

/** Buffers of sockets: least, usual and most. */
const namespaceSetup = (sizes: string): string => `
ip link set lo up mtu 1500
echo "${sizes}" > /proc/sys/net/ipv4/tcp_rmem
echo "${sizes}" > /proc/sys/net/ipv4/tcp_wmem`;

const buffers = "4096 16384 65536";

/** Of 200 KB the kernel is to swallow no more than a third. */
const smallBuffers = "4096 8192 16384";

const clientCount = 500;
const stalledCount = 10_000;
const readRate = 64_000;

/** Who holds the upstream needs half an hour for all pages: what is made in this time counts. */
const secondsMax = 30;

/** Four workers need 13 s for 10,000 pages. */
const holdingMsMax = 60_000;

const mebibyte = 1024 * 1024;
const budgetBytes = 256 * mebibyte;

export async function measureSpoon(
  processes: Processes,
  names: readonly ProxyName[],
): Promise<SpoonResults> {
  const prefix = await enterNamespace(processes, namespaceSetup(buffers));
  const narrow = await enterNamespace(processes, namespaceSetup(smallBuffers));
  if (prefix === undefined || narrow === undefined) {
    throw new Error("Cannot run the experiment: it needs a network namespace (root, Linux)");
  }
  const fed: SpoonResult[] = [];
  for (const name of names.filter((one) => one !== "caddy")) {
    fed.push(await measureFed(processes, name, prefix));
  }
  if (names.length > 1) fed.push(await measureFed(processes, "(none)", prefix));
  const hasForegate = names.includes("foregate");
  const stalled = hasForegate ? await measureStalled(processes, narrow) : undefined;
  checkValid(fed);
  const firstByte = await measureFirstByte(processes, names);
  return { fed, stalled, firstByte };
}

/** A proxy that keeps nothing has to hold the upstream, or nothing was measured. */
function checkValid(fed: readonly SpoonResult[]): void {
  const naive = fed.find(({ proxy }) => proxy === "http-proxy");
  if (naive === undefined || naive.held.median >= 1_000) return;
  console.error(`The experiment is void: http-proxy held a worker for ${naive.held.median} ms`);
  process.exitCode = 1;
}

async function measureFed(
  processes: Processes,
  name: ProxyName | "(none)",
  prefix: readonly string[],
): Promise<SpoonResult> {
  const upstream = await startSpoonUpstream(processes, prefix);
  const setup = { upstreamPort: upstream.port, hasAccessLog: false, buffersBodies: true, prefix };
  const proxy = name === "(none)" ? undefined : await startOne(processes, name, setup);
  const watch = proxy && new MemoryWatch(proxy.process);
  const clients = startClients(processes, prefix, {
    port: proxy?.port ?? upstream.port,
    count: clientCount,
    rate: readRate,
    kind: "page",
  });
  const { firstByteMs, wholeMs, ...counts } = storyOf<ClientStory>(await clients.finished());
  const memoryBytes = watch?.stop();
  await upstream.process.stop();
  await proxy?.process.stop();
  const { heldMs } = storyOf<UpstreamStory>(upstream.process.output);
  const held = spreadOf(heldMs);
  console.error(`  ${name}: ${heldMs.length} pages, a worker was held for ${held.median} ms`);
  return {
    proxy: name,
    madeCount: heldMs.length,
    held,
    firstByte: spreadOf(firstByteMs),
    wholeCount: wholeMs.length,
    wrongCount: counts.wrongCount,
    brokenCount: counts.brokenCount,
    memoryBytes,
  };
}

async function measureStalled(
  processes: Processes,
  prefix: readonly string[],
): Promise<StalledResult> {
  const upstream = await startSpoonUpstream(processes, prefix);
  const metricsPort = await freePort();
  const foregateLines = `
metrics: "127.0.0.1:${metricsPort}"
limits: { connections: 0, exchanges: 0 }
buffer: { memory: ${budgetBytes / mebibyte}MiB, disk: 4GiB }`;
  const ports = { upstreamPort: upstream.port, hasAccessLog: false };
  const setup = { ...ports, buffersBodies: true, foregateLines, prefix };
  const proxy = await startOne(processes, "foregate", setup);
  const watch = new MemoryWatch(proxy.process);
  const half = { port: proxy.port, count: stalledCount / 2, rate: 0, kind: "short" } as const;
  const clients = [0, 1].map(() => startClients(processes, prefix, half));
  for (const one of clients) {
    await one.until(() => one.output.includes("holding"), "holding", holdingMsMax);
  }
  const small = spreadOf(await askSmall(processes, prefix, proxy.port));
  await sleep(3_000);
  const metrics = await ask(processes, prefix, metricsPort, "/metrics");
  const memoryBytes = watch.stop();
  for (const one of clients) await one.stop();
  await upstream.process.stop();
  await proxy.process.stop();
  return {
    clientCount: stalledCount,
    madeCount: storyOf<UpstreamStory>(upstream.process.output).heldMs.length,
    memoryBytes,
    budgetBytes,
    countedBytes: numberOf(metrics, "foregate_buffer_memory_bytes"),
    fileBytes: numberOf(metrics, "foregate_buffer_file_bytes"),
    small,
  };
}

async function startOne(processes: Processes, name: ProxyName, setup: ProxySetup): Promise<Proxy> {
  const [proxy] = await startProxies(processes, [name], setup);
  if (proxy === undefined) throw new Error(`Cannot run the experiment: ${name} does not start`);
  return proxy;
}

interface Clients {
  readonly port: number;
  readonly count: number;
  /** Bytes a second; 0: the first ones and no more. */
  readonly rate: number;
  readonly kind: "page" | "short";
}

function startClients(
  processes: Processes,
  prefix: readonly string[],
  { port, count, rate, kind }: Clients,
): RunningProcess {
  return processes.start({
    name: "spoon-clients",
    ...scriptOf("spoon-clients.ts", [port, count, rate, rate > 0 ? secondsMax : 120, kind]),
    core: loadCore,
    secondsMax: 120,
    prefix,
  });
}

/** A small request, ten times. */
async function askSmall(
  processes: Processes,
  prefix: readonly string[],
  port: number,
): Promise<readonly number[]> {
  const script =
    `for (let n = 0; n < 10; n++) { const at = performance.now(); ` +
    `await (await fetch("http://127.0.0.1:${port}/small/1")).text(); ` +
    `console.log(performance.now() - at); }`;
  const said = await runScript(processes, prefix, script);
  return said.trim().split("\n").map(Number);
}

function ask(
  processes: Processes,
  prefix: readonly string[],
  port: number,
  path: string,
): Promise<string> {
  const url = `http://127.0.0.1:${port}${path}`;
  return runScript(processes, prefix, `console.log(await (await fetch("${url}")).text())`);
}

function runScript(
  processes: Processes,
  prefix: readonly string[],
  script: string,
): Promise<string> {
  const args = ["--input-type=module", "-e", script];
  const { execPath: program } = process;
  return processes.run({ name: "ask", program, args, core: loadCore, secondsMax: 30, prefix });
}

function numberOf(metrics: string, name: string): number {
  const line = metrics.split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1]);
}

class MemoryWatch {
  readonly #process: RunningProcess;
  readonly #startBytes: number;
  readonly #timer: NodeJS.Timeout;
  #peakBytes: number;

  constructor(process: RunningProcess) {
    this.#process = process;
    this.#startBytes = this.#peakBytes = readMemoryBytes(process.pid);
    this.#timer = setInterval(() => this.#look(), 500);
  }

  /** The most that it had above its begin. */
  stop(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#peakBytes - this.#startBytes;
  }

  #look(): void {
    this.#peakBytes = Math.max(this.#peakBytes, readMemoryBytes(this.#process.pid));
  }
}
