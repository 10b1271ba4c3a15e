/** A worker between a scripted upstream and clients, in memory and on a scripted clock. */

import type { Plan } from "../../src/exchange/plan.ts";
import { startWorker, type Worker } from "../../src/worker.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { planFor } from "./a-plan.ts";
import { ToyClient } from "./toy-client.ts";
import { ToyServer, type ServerScript } from "./toy-server.ts";

/** How often the worker looks at its clock here, in ms. */
const tickMs = 100;

/** Workers that still run: what a test that failed left behind. */
const running = new Set<Worker>();

/** Ends them, so that a failure does not keep the process alive. */
export async function endStages(): Promise<void> {
  await Promise.all(Array.from(running, (worker) => worker.stop(0)));
}

export class Stage {
  readonly transport = new MemoryTransport();
  readonly server: ToyServer;
  /** What the worker had to tell its operator. */
  readonly troubles: string[] = [];
  #worker: Worker | undefined;
  #nowMs = 0;

  private constructor(script: ServerScript) {
    this.server = new ToyServer(script);
  }

  static async open(script: ServerScript, change: Partial<Plan> = {}): Promise<Stage> {
    const stage = new Stage(script);
    const port = await stage.server.listen(stage.transport);
    stage.#worker = await startWorker(planFor([port], change), {
      transport: stage.transport,
      time: { monotonicMs: () => stage.#nowMs, wallMs: () => stage.#nowMs },
      onTrouble: (what, error) => stage.troubles.push(`${what}: ${String(error)}`),
    });
    running.add(stage.worker);
    return stage;
  }

  get worker(): Worker {
    if (this.#worker === undefined) throw new Error("the worker has not started");
    return this.#worker;
  }

  async connect(): Promise<ToyClient> {
    const client = new ToyClient();
    await client.connect(this.transport, this.worker.listeners[0]?.port ?? 0);
    return client;
  }

  quiet(): Promise<void> {
    return this.transport.quiet();
  }

  /** Time goes by, with all that it brings. */
  async pass(ms: number): Promise<void> {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs;) {
      this.#nowMs += tickMs;
      this.worker.tick();
      await this.quiet();
    }
  }

  /** Stops, and says what is left behind that should not be. */
  async close(): Promise<readonly string[]> {
    const { worker } = this;
    await worker.stop(0);
    running.delete(worker);
    await this.quiet();
    this.server.close();
    await this.quiet();
    const counts: readonly (readonly [string, number])[] = [
      ["exchanges", worker.counters.exchangesInFlight],
      ["client connections", worker.counters.connectionsActive],
      ["upstream connections", worker.upstreamConnectionCount()],
      ["deadlines", worker.watchedCount()],
      ["spooled bytes", worker.spooledBytes()],
    ];
    const left = counts.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
    return [...left, ...this.troubles];
  }
}
