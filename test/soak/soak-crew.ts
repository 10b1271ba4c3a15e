/**
 * Two workers on threads of their own in a soak: the config changes all the time, and now and then
 * one of them dies. Its argument is the upstream's port; it answers as `soak-worker.ts` does.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { setTimeout as delay } from "node:timers/promises";

import { loadConfig } from "../../src/config/load.ts";
import { viewOf } from "../../src/control/crew-view.ts";
import { Crew } from "../../src/control/crew.ts";
import { PlanDrawer, type CrewPlan } from "../../src/control/drawn-plan.ts";
import type { ProgramEvent } from "../../src/observe/events.ts";
import type { Ask, Leftovers, Sample, Told } from "./soak-report.ts";

const reloadMs = 3_000;
const deathMs = 7_000;

const upstreamPort = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "foregate-soak-"));
const file = join(folder, "foregate.config.mjs");
const texts: string[] = [];

/** Every third exchange waits for the hook; one path ends the worker. */
async function planOf(count: number): Promise<CrewPlan> {
  const name = count % 2 === 0 ? "pool" : "other";
  writeFileSync(
    file,
    `let turns = 0;
const hook = (from) => {
  turns += 1;
  if (from.path === "/die") setTimeout(() => { throw new Error("meant"); });
  return turns % 3 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
};
export default {
  listen: "127.0.0.1:0",
  metrics: "127.0.0.1:0",
  logs: { access: { file: "/dev/null" } },
  pools: { ${name}: "127.0.0.1:${upstreamPort}" },
  defaults: { buffer: { request: false } },
  sites: { "*": { proxy: "${name}", hooks: { request: hook } } },
};
`,
  );
  const { plan, ...config } = await loadConfig(file);
  if (plan === undefined) throw new Error(config.problems.map(({ message }) => message).join("; "));
  return { ...config, plan };
}

const crew = new Crew({
  count: 2,
  entry: new URL("../../src/worker-thread.ts", import.meta.url),
  heapMbMax: 512,
  tell: hear,
  onHopeless: () => void texts.push("a worker cannot be ended"),
});
const drawer = new PlanDrawer();

await crew.start(drawer.draw(await planOf(0)));
await crew.settled();
const port = crew.listeners[0]?.port ?? 0;

let planCount = 0;
let deathCount = 0;
const timers = [setInterval(() => void reload(), reloadMs), setInterval(killOne, deathMs)];
process.on("message", (ask: Ask) => void answer(ask));
tell({ type: "ready", port });

async function reload(): Promise<void> {
  planCount += 1;
  try {
    await crew.apply(drawer.draw(await planOf(planCount)));
  } catch (error) {
    texts.push(`a reload: ${String(error)}`);
  }
}

function killOne(): void {
  deathCount += 1;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("GET /die HTTP/1.1\r\nHost: soak.test\r\nConnection: close\r\n\r\n");
  socket.resume();
}

/** That a worker ends is meant; that it takes another one's time to come is not. */
function hear({ level, message, error }: ProgramEvent): void {
  if (level !== "error" || error?.message === "meant") return;
  texts.push(`${message}: ${error?.stack ?? ""}`);
}

async function answer(ask: Ask): Promise<void> {
  switch (ask) {
    case "sample":
      return tell({ type: "sample", sample: sample() });
    case "leftovers":
      for (const timer of timers) clearInterval(timer);
      await successors();
      return tell({ type: "leftovers", leftovers: leftovers(), texts });
    case "stop":
      await crew.stop(1_000);
      rmSync(folder, { recursive: true });
      process.disconnect?.();
  }
}

/** One that has ended often is followed after ten seconds at most. */
async function successors(): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (crew.restarts < deathCount && performance.now() < deadline) await delay(100);
  await crew.settled();
}

function sample(): Sample {
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    seconds: process.uptime(),
    exchangesCount: crew.counters.exchangesEnded,
    heapBytes: heapUsed,
    outsideBytes: external,
    rssBytes: rss,
  };
}

function leftovers(): Partial<Leftovers> {
  const { counters, stats, labels, buffers } = viewOf(crew.look(), crew.board, drawer.labels);
  let upstreamConnections = 0;
  for (const row of labels.upstreams.keys()) {
    upstreamConnections += (stats?.idleOf(row) ?? 0) + (stats?.busyOf(row) ?? 0);
  }
  return {
    exchangesInFlight: counters.exchangesInFlight,
    clientConnections: counters.connectionsActive,
    upstreamConnections,
    spooledBytes: buffers.memory.bytesUsed + buffers.disk.bytesUsed,
    guardedExceptions: counters.guardedExceptions,
    workersMissing: 2 - crew.workers.filter(({ state }) => state === "serving").length,
    deathsWithoutSuccessor: deathCount - crew.restarts,
    troubles: texts.length,
  };
}

function tell(told: Told): void {
  process.send?.(told);
}
