/**
 * Plays one scenario with one fault, and says what was wrong afterwards: an answer that lies, a
 * wait without end, an exception that got out, something that stays behind.
 */

import { NetTransport } from "../../src/transport/net-transport.ts";
import type { Transport } from "../../src/transport/channel.ts";
import { startWorker, type Worker } from "../../src/worker.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { routeBuffering } from "../../src/buffering/options.ts";
import { planFor } from "./a-plan.ts";
import { SeededBug } from "./faulty-channel.ts";
import { FaultyTransport, type Fault } from "./faulty-transport.ts";
import type { Scenario } from "./scenarios.ts";
import { ToyClient, type Verdict } from "./toy-client.ts";
import { ToyServer } from "./toy-server.ts";

/** Where a scenario is played. */
export type Ground = "memory" | "network";

export interface Outcome {
  /** The scenario got as far as the fault, or the moment. */
  readonly hasStruck: boolean;
  /** How many bytes the read had that was to fail. */
  readonly readBytes: number;
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly string[];
}

/** Longer than every timeout that a scenario can run into. */
const waitMsMax = 400_000;

/** Longer than any client is waited for. */
const noReadMs = 300_000;

/** How far the clock goes forward when nothing moves, in ms. */
const stepMs = 1_000;

/** On the network nothing moves when nothing has moved for so long, in ms. */
const calmMs = 8;

/** Something that somebody does in the middle of a scenario, after so many operations. */
export interface Moment {
  readonly at: number;
  readonly action: Action;
}

export const actions = [
  "client resets",
  "client ends",
  "client does not read for long",
  "upstreams reset",
  "worker stops in order",
  "worker stops at once",
] as const;

type Action = (typeof actions)[number];

export async function runScenario(
  scenario: Scenario,
  ground: Ground,
  fault: Fault | undefined,
): Promise<Outcome> {
  return run(new Play(scenario, ground, fault));
}

/** Without a fault, but for what is done in the middle. */
export async function runMoment(scenario: Scenario, moment: Moment): Promise<Outcome> {
  const play = new Play(scenario, "memory", undefined);
  play.doAt(moment);
  return run(play);
}

async function run(play: Play): Promise<Outcome> {
  await play.begin();
  await play.perform();
  await play.leave();
  return play.outcome();
}

class Play {
  readonly #scenario: Scenario;
  readonly #outer: Transport;
  readonly #memory: MemoryTransport | undefined;
  readonly #faulty: FaultyTransport;
  readonly #servers: readonly ToyServer[];
  readonly #client = new ToyClient();
  readonly #problems: string[] = [];
  #worker: Worker | undefined;
  #nowMs = 0;
  #seededCount = 0;
  #readOnMs = Infinity;
  #hasActed = false;

  constructor(scenario: Scenario, ground: Ground, fault: Fault | undefined) {
    this.#scenario = scenario;
    this.#memory = ground === "memory" ? new MemoryTransport() : undefined;
    this.#outer = this.#memory ?? new NetTransport();
    this.#faulty = new FaultyTransport(this.#memory ?? new NetTransport(), fault);
    const count = scenario.upstreamCount ?? 1;
    this.#servers = Array.from({ length: count }, () => new ToyServer(scenario.server));
  }

  doAt({ at, action }: Moment): void {
    this.#faulty.onOperation = (count) => {
      if (count !== at) return;
      this.#hasActed = true;
      setImmediate(() => this.#act(action));
    };
  }

  #act(action: Action): void {
    switch (action) {
      case "client resets":
        return this.#client.reset();
      case "client ends":
        return this.#client.end();
      case "client does not read for long":
        this.#readOnMs = this.#nowMs + noReadMs;
        return this.#client.stopReading();
      case "upstreams reset":
        for (const { connections } of this.#servers) {
          for (const connection of connections) connection.cut();
        }
        return;
      case "worker stops in order":
        return void this.#worker?.stop(1_000_000);
      case "worker stops at once":
        return void this.#worker?.stop(0);
    }
  }

  async begin(): Promise<void> {
    const ports = await Promise.all(this.#servers.map((server) => server.listen(this.#outer)));
    const change = this.#scenario.collects === true ? { buffering: routeBuffering } : {};
    this.#worker = await startWorker(planFor(ports, {}, change), {
      transport: this.#faulty,
      time: { monotonicMs: () => this.#nowMs, wallMs: () => this.#nowMs },
      onTrouble: (what, error) => {
        if (error instanceof SeededBug) this.#seededCount += 1;
        else this.#problems.push(`${what}: ${textOf(error)}`);
      },
    });
    await this.#client.connect(this.#outer, this.#worker.listeners[0]?.port ?? 0);
  }

  async perform(): Promise<void> {
    let isOver = false;
    void this.#scenario
      .client(this.#client)
      .catch((error: unknown) => this.#problems.push(`the client failed: ${textOf(error)}`))
      .finally(() => (isOver = true));
    await this.#waitFor(() => isOver, "the client waits for ever");
    this.#problems.push(...this.#client.violations);
    await this.#calm();
    const rest = this.#client.takeAll();
    if (rest.length > 0) this.#problems.push(`an answer too many: ${textStart(rest)}`);
  }

  async leave(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const { counters } = worker;
    this.#client.close();
    await this.#waitFor(
      () => counters.exchangesInFlight === 0 && counters.connectionsActive === 0,
      "an exchange or a connection stays behind its client",
    );
    await worker.stop(10);
    for (const server of this.#servers) server.close();
    await this.#waitFor(() => this.#leftovers().length === 0, "");
    this.#problems.push(...this.#leftovers());
  }

  outcome(): Outcome {
    const { readBytes } = this.#faulty;
    const hasStruck = this.#faulty.hasStruck || this.#hasActed;
    const { verdicts } = this.#client;
    return {
      hasStruck,
      readBytes,
      verdicts,
      problems: [...this.#problems, ...this.#wrongRequests()],
    };
  }

  /** What should be gone by now. */
  #leftovers(): readonly string[] {
    const worker = this.#worker;
    if (worker === undefined) return [];
    const { counters } = worker;
    const counts: readonly (readonly [what: string, count: number])[] = [
      ["exchanges in flight", counters.exchangesInFlight],
      ["exchanges without an end", counters.exchangesBegun - counters.exchangesEnded],
      ["client connections", counters.connectionsActive],
      ["upstream connections", worker.upstreamConnectionCount()],
      ["deadlines", worker.watchedCount()],
      ["spooled bytes", worker.spooledBytes()],
      ["exceptions uncounted", this.#seededCount - counters.guardedExceptions],
      ["open ends of connections", this.#memory?.open.size ?? 0],
    ];
    return counts.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} stay behind`]));
  }

  /** A request that is not repeatable must not arrive twice, and none may come out of a body. */
  #wrongRequests(): readonly string[] {
    const lines = this.#servers.flatMap(({ requests }) => requests.map((one) => one.startLine));
    const posts = lines.filter((line) => line.startsWith("POST"));
    return [
      ...(posts.length > 1 ? [`${posts.length} POST requests arrived for one`] : []),
      ...lines.filter((line) => line.includes("evil")).map((line) => `smuggled: ${line}`),
    ];
  }

  async #waitFor(isThere: () => boolean, problem: string): Promise<void> {
    const endMs = this.#nowMs + waitMsMax;
    await this.#calm();
    while (!isThere()) {
      if (this.#nowMs >= endMs) {
        if (problem !== "") this.#problems.push(problem);
        return;
      }
      this.#nowMs += stepMs;
      this.#worker?.tick();
      if (this.#nowMs >= this.#readOnMs) this.#client.readOn();
      await this.#calm();
    }
  }

  /** Until nothing moves. */
  async #calm(): Promise<void> {
    if (this.#memory !== undefined) await this.#memory.quiet();
    for (let activity = -1; activity !== this.#activity();) {
      activity = this.#activity();
      if (this.#memory !== undefined) await turns(24);
      else await new Promise((resolve) => setTimeout(resolve, calmMs));
    }
  }

  #activity(): number {
    const { read, write, dial, close } = this.#faulty.counts;
    const servers = this.#servers.reduce((sum, server) => sum + server.activityCount, 0);
    return read + write + dial + close + servers + this.#client.activityCount;
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function textStart(bytes: Buffer): string {
  return JSON.stringify(bytes.toString("latin1", 0, 80));
}
