/**
 * Memory of a proxy: per idle connection, with 10,000 of them that have had one answer each, and
 * per active exchange, with 1,000 clients that have stopped reading an answer of 100 KB.
 *
 * What the kernel buffers for sockets is not counted; so that it cannot swallow the 100 KB, the
 * second measurement runs in a network namespace with small socket buffers, which needs root.
 */

import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { readMemoryBytes } from "./cpu.ts";
import { enterNamespace } from "./namespace.ts";
import type { Processes } from "./processes.ts";
import { startProxies, type Proxy, type ProxyName } from "./proxies.ts";
import { loadCore, startUpstream, type BodyPath, type Upstream } from "./upstream.ts";

export interface MemoryResult {
  readonly proxy: ProxyName;
  /** Before its first request, so that garbage from an earlier load hides nothing. */
  readonly startBytes: number;
  readonly with10000IdleBytes: number | undefined;
  /** Undefined where the proxy keeps no connection idle. */
  readonly perIdleConnectionBytes: number | undefined;
  /** Undefined where there may be no network namespace. */
  readonly perActiveExchangeBytes: number | undefined;
}

/** Where a measurement takes place: the upstream, and the words that bring a program to it. */
interface Place {
  readonly upstream: Upstream;
  readonly prefix: readonly string[];
}

interface HeldMemory {
  readonly startBytes: number;
  readonly heldBytes: number | undefined;
  readonly perClientBytes: number | undefined;
}

interface Held {
  readonly count: number;
  readonly path: BodyPath;
  readonly behaviour: "idle" | "stalled";
}

const idleClients: Held = { count: 10_000, path: "/60b", behaviour: "idle" };
const stalledClients: Held = { count: 1_000, path: "/100kb", behaviour: "stalled" };

/** After the last answer: time to free what is freed soon. */
const settleMs = 2_000;

/** Packets of 1,500 bytes: with loopback's 64 KB one packet would already fill a small buffer. */
const namespaceSetup = `
ip link set lo up mtu 1500
echo "4096 8192 16384" > /proc/sys/net/ipv4/tcp_rmem
echo "4096 8192 16384" > /proc/sys/net/ipv4/tcp_wmem`;

export async function measureMemory(
  processes: Processes,
  names: readonly ProxyName[],
): Promise<readonly MemoryResult[]> {
  const here = { prefix: [], upstream: await startUpstream(processes, "memory-upstream") };
  const narrow = await enterSmallBuffers(processes);
  const results: MemoryResult[] = [];
  for (const proxy of names) {
    const idle = await measureHeld(processes, proxy, here, idleClients);
    if (idle === undefined) continue;
    const stalled = narrow && (await measureHeld(processes, proxy, narrow, stalledClients));
    results.push({
      proxy,
      startBytes: idle.startBytes,
      with10000IdleBytes: idle.heldBytes,
      perIdleConnectionBytes: idle.perClientBytes,
      perActiveExchangeBytes: stalled?.perClientBytes,
    });
    console.error(`  ${proxy}: ${idle.perClientBytes ?? "?"} bytes per idle connection`);
  }
  return results;
}

async function measureHeld(
  processes: Processes,
  name: ProxyName,
  { upstream, prefix }: Place,
  held: Held,
): Promise<HeldMemory | undefined> {
  const setup = { upstreamPort: upstream.port, hasAccessLog: false, prefix };
  const [proxy] = await startProxies(processes, [name], setup);
  if (proxy === undefined) return undefined;
  await sleep(settleMs);
  const startBytes = readMemoryBytes(proxy.process.pid);
  const heldBytes = await memoryWhileHeld(processes, proxy, held, prefix);
  await proxy.process.stop();
  const perClientBytes = heldBytes && (heldBytes - startBytes) / held.count;
  return { startBytes, heldBytes, perClientBytes };
}

/** Undefined when the proxy closes connections that the clients would hold. */
async function memoryWhileHeld(
  processes: Processes,
  proxy: Proxy,
  held: Held,
  prefix: readonly string[],
): Promise<number | undefined> {
  const script = fileURLToPath(new URL("./held-clients.ts", import.meta.url));
  const clients = processes.start({
    name: "held-clients",
    program: process.execPath,
    args: [script, String(proxy.port), String(held.count), held.path, held.behaviour],
    core: loadCore,
    secondsMax: 120,
    prefix,
  });
  try {
    await clients.until(() => clients.output.includes("ready"), "ready");
    await sleep(settleMs);
    if (!clients.running) throw new Error("the clients ended");
    return readMemoryBytes(proxy.process.pid);
  } catch (error) {
    console.error(`  ${proxy.name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    await clients.stop();
  }
}

/** An upstream in a namespace with small buffers, or undefined where we may not make one. */
async function enterSmallBuffers(processes: Processes): Promise<Place | undefined> {
  const prefix = await enterNamespace(processes, namespaceSetup);
  if (prefix === undefined) return undefined;
  return { prefix, upstream: await startUpstream(processes, "narrow-upstream", prefix) };
}
