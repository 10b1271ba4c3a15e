/**
 * Looks at what a config needs of this machine, and changes nothing: it opens no listener and
 * writes no file. It does connect to upstreams, and closes at once.
 */

import { accessSync, constants, existsSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";

import type { PlacedListener } from "../config/listeners.ts";
import type { LoadedConfig } from "../config/load.ts";
import { connectionsWithinOpenFiles } from "../transport/open-files.ts";
import type { UpstreamAddress } from "../upstream/options.ts";
import type {
  Findings,
  ListenerFinding,
  FileFinding,
  MachineFinding,
  UpstreamFinding,
} from "./doctor-findings.ts";
import {
  holderOf,
  isInTheWay,
  isSameAddress,
  listeningSockets,
  readText,
  type ListeningSocket,
} from "./listening-sockets.ts";
import { countProblems } from "./say.ts";

/** How long an upstream may take to be connected to, its name to be resolved included. */
const connectMs = 2_000;

/** So many upstreams at once. */
const atOnceMax = 32;

/** Never rejects: what cannot be seen is not known. */
export async function examine(config: LoadedConfig): Promise<Findings> {
  const { file, plan, problems, listeners, metrics, events } = config;
  const sockets = listeningSockets() ?? [];
  const places = [...listeners, ...metrics];
  return {
    config: {
      file: file === "" ? undefined : file,
      isValid: plan !== undefined,
      counted: countProblems(problems),
      connectionsMax: plan?.limits.connectionsMax ?? 0,
    },
    listeners: await Promise.all(places.map((place) => examineListener(place, sockets))),
    upstreams: await examineAll(upstreamsOf(config)),
    logFiles: [
      ...logFile("logs.access", plan?.accessLog?.file),
      ...logFile("logs.events", events.file),
    ],
    spoolFolder: spoolFolder(plan),
    machine: machine(),
  };
}

function upstreamsOf({ plan }: LoadedConfig): readonly UpstreamAddress[] {
  const all = (plan?.pools ?? []).flatMap(({ upstreams }) => upstreams);
  return [...new Map(all.map((upstream) => [upstream.label, upstream])).values()];
}

async function examineListener(
  listener: PlacedListener,
  sockets: readonly ListeningSocket[],
): Promise<ListenerFinding> {
  const { host, port, socketPath, passed } = listener.options;
  const nothing = { listener, code: undefined, holder: undefined };
  if (passed !== undefined) return nothing;
  if (socketPath !== undefined) {
    if (!existsSync(dirname(socketPath))) return { ...nothing, code: "EACCES" };
    return existsSync(socketPath) ? { ...nothing, code: "EADDRINUSE" } : nothing;
  }
  const addresses = host === undefined ? [undefined] : await addressesOf(host);
  const isNotOurs = !addresses.some((address) => address === undefined || isOwn(address));
  if (isNotOurs) return { ...nothing, code: "EADDRNOTAVAIL" };
  const inTheWay = sockets.find(
    (socket) =>
      port !== 0 &&
      socket.port === port &&
      addresses.some((address) => isInTheWay(socket, address)),
  );
  if (inTheWay !== undefined) {
    return { listener, code: "EADDRINUSE", holder: holderOf(inTheWay.inode) };
  }
  return mayListen(port) ? nothing : { ...nothing, code: "EACCES" };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    // A name of nothing is no address of this machine.
    return [];
  }
}

function isOwn(address: string): boolean {
  if (/^127\.|^0\.0\.0\.0$|^::$/.test(address)) return true;
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.some((each) => isSameAddress(each.address, address));
}

/** CAP_NET_BIND_SERVICE among the effective capabilities (capability.h). */
const bindServiceBit = 10n;

function mayListen(port: number): boolean {
  const lowest = numberIn("/proc/sys/net/ipv4/ip_unprivileged_port_start") ?? 1_024;
  if (port === 0 || port >= lowest || process.getuid === undefined) return true;
  const status = readText("/proc/self/status") ?? "";
  const capabilities = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1];
  if (capabilities === undefined) return process.getuid() === 0;
  return ((BigInt(`0x${capabilities}`) >> bindServiceBit) & 1n) === 1n;
}

async function examineAll(all: readonly UpstreamAddress[]): Promise<UpstreamFinding[]> {
  const found: UpstreamFinding[] = [];
  for (let at = 0; at < all.length; at += atOnceMax) {
    found.push(...(await Promise.all(all.slice(at, at + atOnceMax).map(examineUpstream))));
  }
  return found;
}

async function examineUpstream(upstream: UpstreamAddress): Promise<UpstreamFinding> {
  const { label, host, port, socketPath } = upstream;
  if (socketPath !== undefined) {
    return { label, addresses: undefined, trouble: await troubleWith({ path: socketPath }) };
  }
  if (isIP(host) !== 0) {
    return { label, addresses: undefined, trouble: await troubleWith({ host, port }) };
  }
  try {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    return { label, addresses, trouble: await troubleWith({ host, port }) };
  } catch (error) {
    return { label, addresses: [], trouble: (error as Error).message };
  }
}

/** Why it cannot be connected to; undefined: it can. */
function troubleWith(
  target: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect(target);
  const timer = setTimeout(() => resolve(`no answer in ${connectMs / 1_000} s`), connectMs);
  socket.once("connect", () => resolve(undefined));
  // Of a name with several addresses the errors come in one that has no message of its own.
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.message || error.code));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

function logFile(key: string, file: string | undefined): FileFinding[] {
  if (file === undefined) return [];
  const written = existsSync(file) ? file : dirname(file);
  return [{ key, file, trouble: troubleWriting(written, constants.W_OK) }];
}

/** A file is to be made in it. */
function spoolFolder(plan: LoadedConfig["plan"]): FileFinding | undefined {
  if (plan === undefined || plan.buffer.diskBytesMax === 0) return undefined;
  const { directory: file } = plan.buffer;
  const trouble = troubleWriting(file, constants.W_OK | constants.X_OK);
  return { key: "spool file", file, trouble };
}

function troubleWriting(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "cannot be written";
  }
}

function machine(): MachineFinding {
  const { bun } = process.versions;
  const openFiles = /^Max open files\s+(\d+)/m.exec(readText("/proc/self/limits") ?? "")?.[1];
  const ports = readText("/proc/sys/net/ipv4/ip_local_port_range")?.trim().split(/\s+/).map(Number);
  const migrates = numberIn("/proc/sys/net/ipv4/tcp_migrate_req");
  return {
    runtime: bun === undefined ? `node ${process.versions.node}` : `bun ${bun}`,
    platform: `${process.platform} ${process.arch}`,
    nowMs: Date.now(),
    openFilesMax: openFiles === undefined ? undefined : Number(openFiles),
    connectionsRoom: connectionsWithinOpenFiles(),
    allOpenFilesMax: numberIn("/proc/sys/fs/file-max"),
    backlogMax: numberIn("/proc/sys/net/core/somaxconn"),
    migratesRequests: migrates === undefined ? undefined : migrates === 1,
    localPorts: ports === undefined ? undefined : (ports[1] ?? 0) - (ports[0] ?? 0) + 1,
    memoryBytesMax: memoryBytesMax(),
    poolThreads: Number(process.env["UV_THREADPOOL_SIZE"]) || 4,
  };
}

function numberIn(file: string): number | undefined {
  const text = readText(file);
  return text === undefined ? undefined : Number(text);
}

/** The tightest limit on the way up from the control group of this process (cgroup v2). */
function memoryBytesMax(): number | undefined {
  const path = /^0::(\/.*)$/m.exec(readText("/proc/self/cgroup") ?? "")?.[1];
  if (path === undefined) return undefined;
  let tightest = Infinity;
  for (let folder = path; ; folder = dirname(folder)) {
    const written = readText(`/sys/fs/cgroup${folder}/memory.max`)?.trim() ?? "max";
    if (written !== "max") tightest = Math.min(tightest, Number(written));
    if (folder === "/") return tightest;
  }
}
