/**
 * The worker of a soak, in a process of its own, so that its memory is its own. It needs
 * `--expose-gc` and a parent; its argument is the upstream's port.
 */

import type { Plan } from "../../src/exchange/plan.ts";
import { accessLogDefaults } from "../../src/observe/options.ts";
import { startWorker, type Worker } from "../../src/worker.ts";
import { planFor } from "../faults/a-plan.ts";
import { StrayErrors } from "../faults/stray-errors.ts";
import type { Ask, Leftovers, Sample, Told } from "./soak-report.ts";

const stray = new StrayErrors();
const texts: string[] = [];
let strayCount = 0;

/** Every third exchange waits for it; it changes nothing. */
let turns = 0;
const hook = (): Promise<void> | undefined => {
  turns += 1;
  return turns % 3 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
};

const upstreamPort = Number(process.argv[2]);

/** Of every second plan the pool is another one, and so are its connections. */
function planOf(count: number): Plan {
  const plan = planFor(
    [upstreamPort],
    { accessLog: { ...accessLogDefaults, file: "/dev/null" } },
    {
      hooks: {
        request: { run: hook, cacheable: false },
        response: { run: hook, cacheable: false },
        folder: "/",
      },
    },
  );
  const name = count % 2 === 0 ? "pool" : "other";
  return { ...plan, pools: plan.pools.map((pool) => ({ ...pool, name })) };
}

const onTrouble = (what: string, error: unknown): unknown =>
  texts.push(`${what}: ${textOf(error)}`);
const worker = await startWorker(planOf(0), { onTrouble });

/** The plan changes all the time; nobody is to notice, and nothing of it to stay behind. */
const reloadMs = 1_000;
let planCount = 0;
const reloading = setInterval(() => {
  planCount += 1;
  worker.apply(planOf(planCount)).catch((error: unknown) => onTrouble("a reload", error));
}, reloadMs);

process.on("message", (ask: Ask) => void answer(ask));
tell({ type: "ready", port: worker.listeners[0]?.port ?? 0 });

async function answer(ask: Ask): Promise<void> {
  switch (ask) {
    case "sample":
      return tell({ type: "sample", sample: sampleOf(worker) });
    case "leftovers":
      clearInterval(reloading);
      return tell({ type: "leftovers", leftovers: leftoversOf(worker), texts });
    case "stop":
      await worker.stop(1_000);
      process.disconnect?.();
  }
}

function sampleOf({ counters }: Worker): Sample {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    seconds: process.uptime(),
    exchangesCount: counters.exchangesEnded,
    heapBytes: heapUsed,
    outsideBytes: external,
    rssBytes: rss,
  };
}

function leftoversOf({ counters, ...counts }: Worker): Partial<Leftovers> {
  const found = stray.take();
  strayCount += found.length;
  texts.push(...found);
  const resources = process.getActiveResourcesInfo();
  return {
    exchangesInFlight: counters.exchangesInFlight,
    exchangesWithoutEnd: counters.exchangesBegun - counters.exchangesEnded,
    clientConnections: counters.connectionsActive,
    upstreamConnections: counts.upstreamConnectionCount(),
    sockets: resources.filter((name) => name === "TCPSocketWrap").length,
    deadlines: counts.watchedCount(),
    spooledBytes: counts.spooledBytes(),
    guardedExceptions: counters.guardedExceptions,
    troubles: texts.length,
    strayErrors: strayCount,
  };
}

function collectGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start it with --expose-gc");
  gc();
}

function tell(told: Told): void {
  process.send?.(told);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
