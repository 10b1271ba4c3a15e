/**
 * The proxies that are compared, started as the benchmark starts them: with what each does by
 * default, each before an upstream of its own that records what it gets.
 */

import { spawnSync } from "node:child_process";

import { Processes } from "../../bench/processes.ts";
import { startProxies } from "../../bench/proxies.ts";
import { findProgram } from "../../tools/debian.ts";
import { startProxy } from "../support/proxy.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { tellPeer } from "./peer-client.ts";
import type { PeerRequest } from "./peer-request.ts";
import { RecordingUpstream } from "./recording-upstream.ts";

export const peerNames = ["nginx", "haproxy", "caddy"] as const;

export type PeerName = (typeof peerNames)[number];

/** What the start of a peer needs beside its own program: this is Linux. */
const startTools = ["taskset", "timeout"];

/** Those whose program is on this machine. */
export function installedPeers(): readonly PeerName[] {
  const canStart = startTools.every((name) => findProgram(name) !== undefined);
  return canStart ? peerNames.filter((name) => findProgram(name) !== undefined) : [];
}

/** How each one tells its version. */
const versionWord: Readonly<Record<PeerName, string>> = {
  nginx: "-v",
  haproxy: "-v",
  caddy: "version",
};

export function versionOf(name: PeerName): string {
  const { stdout, stderr } = spawnSync(findProgram(name) ?? name, [versionWord[name]], {
    encoding: "utf8",
  });
  return /\d+\.\d+(?:\.\d+)?/.exec(stdout + stderr)?.[0] ?? "of unknown version";
}

/** Outcomes by request, in the order of `requests`. */
export type Outcomes = readonly Outcome[];

export interface PeerOutcomes {
  readonly foregate: Outcomes;
  readonly peers: ReadonlyMap<PeerName, Outcomes>;
}

/** All requests through Foregate and each of the peers, all of them at the same time. */
export async function askPeers(
  requests: readonly PeerRequest[],
  names: readonly PeerName[],
): Promise<PeerOutcomes> {
  const processes = new Processes();
  const asked = names.map(async (name): Promise<readonly [PeerName, Outcomes]> => {
    const outcomes = await askPeer(processes, name, requests);
    return [name, outcomes];
  });
  const [foregate, ...peers] = await Promise.all([askForegate(requests), ...asked]);
  return { foregate, peers: new Map(peers) };
}

/** In this process, so that every bug that it meets on the way fails the run. */
async function askForegate(requests: readonly PeerRequest[]): Promise<Outcomes> {
  const upstream = new RecordingUpstream();
  await upstream.listen();
  const proxy = await startProxy({ to: upstream.address });
  const outcomes = await askAll(requests, proxy.port, upstream);
  await upstream.close();
  await proxy.close();
  return outcomes;
}

async function askPeer(
  processes: Processes,
  name: PeerName,
  requests: readonly PeerRequest[],
): Promise<Outcomes> {
  const upstream = new RecordingUpstream();
  await upstream.listen();
  const setup = { upstreamPort: upstream.port, hasAccessLog: false };
  const [proxy] = await startProxies(processes, [name], setup);
  if (proxy === undefined) throw new Error(`Cannot start ${name}: see above`);
  const outcomes = await askAll(requests, proxy.port, upstream);
  await proxy.process.stop();
  await upstream.close();
  return outcomes;
}

async function askAll(
  requests: readonly PeerRequest[],
  proxyPort: number,
  upstream: RecordingUpstream,
): Promise<Outcomes> {
  const ports = { proxyPort, upstreamAddress: upstream.address };
  const outcomes: Outcome[] = [];
  for (const request of requests) {
    upstream.answer = request.answer ?? "page";
    const got = await tellPeer(proxyPort, request);
    outcomes.push(outcomeOf(request, upstream.take(), got, ports));
  }
  return outcomes;
}
