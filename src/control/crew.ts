/**
 * All workers: started, told of each plan, watched, and replaced when one is gone.
 *
 *   start ──▶ the first worker listens, then the others at the same ports
 *   apply ──▶ every worker prepares ─▶ all can: every one commits
 *                                 └──▶ one cannot: all give up, the plan before stays in force
 *   a worker ends by itself, or shows no life for five seconds ──▶ another one in its place
 *   renew ──▶ another one beside it, and when that serves it drains
 *
 * What changes the crew is done one after the other. Main does nothing for an exchange.
 */

import type { Worker as Thread } from "node:worker_threads";
import { setTimeout as delay } from "node:timers/promises";

import type { ListenOptions } from "../exchange/listen-options.ts";
import type { OpenListener } from "../net/open-listener.ts";
import type { Counters } from "../observe/counters.ts";
import { troubleEvent, type ProgramEvent, type TellEvent } from "../observe/events.ts";
import { canSharePorts } from "../transport/net-transport.ts";
import type { Board } from "./board.ts";
import { Chorus } from "./chorus.ts";
import { CrewCounts, type Counted } from "./crew-counts.ts";
import type { CrewLook, WorkerStatus } from "./crew-view.ts";
import { orderFor, type DrawnPlan } from "./drawn-plan.ts";
import { Listening } from "./listening.ts";
import { RestartPace } from "./restart-pace.ts";
import type { PlanOrder } from "./thread-messages.ts";
import { startThread, WorkerGone, WorkerHandle } from "./worker-handle.ts";

/** How often workers are looked at, in ms. */
const lookMs = 500;

/** A thread that was told to end and does not is beyond help after so many ms. */
const terminateMs = 2_000;

/** For each worker there can be some that leave, with long downloads. */
const slotsPerPlace = 4;

/** Beyond its grace, a worker that stops is waited for so many ms. */
const stopMarginMs = 3_000;

export interface CrewOptions {
  /** At least one. */
  readonly count: number;
  /** See `ThreadOptions`. */
  readonly entry: URL;
  readonly heapMbMax: number;
  /** The first worker's, if it was started before anything was known. */
  readonly firstThread?: Thread | undefined;
  readonly tell: TellEvent;
  /** Whether threads can listen at one port together; by default whether this system lets them. */
  readonly sharesPorts?: boolean;
  /** A thread cannot be ended: only a new process helps. */
  readonly onHopeless: () => void;
}

/** A plan, and where what it does is counted. */
interface Force {
  readonly drawn: DrawnPlan;
  readonly counted: Counted;
}

export class Crew {
  readonly #options: CrewOptions;
  readonly #counts: CrewCounts;
  readonly #chorus = new Chorus();
  readonly #paces: readonly RestartPace[];
  /** By the worker's number, less one. Its slot is that number, or a multiple of all behind it. */
  readonly #handles: WorkerHandle[];
  /** Those that have been replaced, and have exchanges that come to their end. */
  readonly #leaving = new Set<WorkerHandle>();
  #inForce: Force | undefined;
  readonly #listening: Listening;
  #queue: Promise<unknown> = Promise.resolve();
  #isStopping = false;
  readonly #watch: NodeJS.Timeout;
  /** Why a worker was ended, by whoever ended it. */
  readonly #reasons = new WeakMap<WorkerHandle, string>();
  /** Workers that were started in place of others. */
  restarts = 0;

  constructor(options: CrewOptions) {
    const { count, sharesPorts = canSharePorts, tell } = options;
    this.#options = options;
    this.#counts = new CrewCounts(count * slotsPerPlace);
    this.#paces = Array.from({ length: count }, () => new RestartPace());
    this.#listening = new Listening({
      sharesPorts,
      takers: () => this.#handles.filter(({ isServing }) => isServing),
      onTrouble: (error) => tell(troubleEvent("cannot accept a connection", error)),
    });
    this.#handles = [this.#begin(0, options.firstThread)];
    this.#watch = setInterval(() => this.#look(), lookMs);
  }

  /** Where clients are listened for. */
  get listeners(): readonly OpenListener[] {
    return this.#listening.listeners;
  }

  /** Of all workers together. */
  get counters(): Counters {
    return this.#counts.board.counters;
  }

  /** What main and workers share. */
  get board(): Board {
    return this.#counts.board;
  }

  /** In force; undefined: it has not begun. */
  get plan(): DrawnPlan | undefined {
    return this.#inForce?.drawn;
  }

  get workers(): readonly WorkerStatus[] {
    return [...this.#handles, ...this.#leaving].map((handle) => this.#statusOf(handle));
  }

  look(): CrewLook {
    const { heapTotal: heapBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
    const { rows, cells, counts } = this.#counts.inUse;
    return {
      startedMs: performance.timeOrigin,
      workers: this.workers,
      restarts: this.restarts,
      listeners: this.listeners,
      hasMetrics: rows !== undefined,
      cells,
      counts,
      bufferMax: this.#inForce?.drawn.bufferMax ?? { memoryBytes: 0, diskBytes: 0 },
      heap: { heapBytes, heapUsedBytes },
    };
  }

  #statusOf(handle: WorkerHandle): WorkerStatus {
    const { slot, isServing, startedMs } = handle;
    return {
      worker: this.#numberOf(slot),
      state: this.#leaving.has(handle) ? "leaving" : isServing ? "serving" : "starting",
      startedMs: performance.timeOrigin + startedMs,
      slot,
    };
  }

  /**
   * Resolves when one worker serves; the others join it one by one. Rejects if a listener cannot be
   * had, with the system's error and its `label`, or else why.
   */
  async start(drawn: DrawnPlan): Promise<void> {
    try {
      await this.apply(drawn);
    } catch (error) {
      await this.stop(0);
      throw error;
    }
    for (let slot = 1; slot < this.#options.count; slot++) {
      void this.#serially(() => this.#join(slot));
    }
  }

  /** Resolves when nothing is being changed, and every worker that could be had is there. */
  async settled(): Promise<void> {
    await this.#serially(async () => undefined);
  }

  /**
   * Resolves when every worker serves by it. Rejects if one cannot, with its error: then the plan
   * before it is in force.
   */
  apply(drawn: DrawnPlan): Promise<void> {
    return this.#serially(() => this.#apply(drawn));
  }

  /**
   * Another worker in the place of each, one after the other; those before take nothing new from
   * then on, and end when what is in flight has, or the plan's time to drain is over. The program's
   * code is read from the disk anew. Rejects if one cannot serve: then its place is as before.
   */
  async renewAll(): Promise<void> {
    for (const place of this.#paces.keys()) await this.#serially(() => this.#renew(place));
  }

  /** After the log files were moved away. */
  reopenLogs(): void {
    for (const handle of [...this.#alive(), ...this.#leaving]) handle.reopenLogs();
  }

  /** No worker takes anything new; what is in flight has `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#watch);
    this.#listening.close();
    const all = [...this.#alive(), ...this.#leaving];
    await Promise.all(all.map((handle) => this.#stopOne(handle, graceMs)));
  }

  /** One after the other; what one of them comes to is nothing to the next. */
  #serially<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #alive(): readonly WorkerHandle[] {
    return this.#handles.filter(({ isGone }) => !isGone);
  }

  #numberOf(slot: number): number {
    return (slot % this.#options.count) + 1;
  }

  #begin(slot: number, thread?: Thread): WorkerHandle {
    const { entry, heapMbMax } = this.#options;
    const name = `worker ${this.#numberOf(slot)}`;
    return new WorkerHandle(slot, {
      name,
      thread: thread ?? startThread({ entry, name, heapMbMax }),
      board: this.#counts.board,
      onEvent: (event) => this.#hear(slot, event),
      onEnd: (handle, cause) => this.#onEnd(handle, cause),
    });
  }

  #hear(slot: number, event: ProgramEvent): void {
    if (this.#chorus.isNews(slot, event, performance.now())) this.#options.tell(event);
  }

  async #apply(drawn: DrawnPlan): Promise<void> {
    const next: Force = { drawn, counted: this.#counts.prepare(drawn.rows) };
    const { listeners } = drawn;
    await this.#listening.check(listeners);
    const prepared = await this.#prepareAll(next);
    this.#listening.keep(listeners);
    const moved = new Set<number>();
    await Promise.all(
      prepared.map(async (handle) => {
        if (await isThere(handle.commit())) moved.add(handle.slot);
      }),
    );
    this.#counts.use(next.counted, moved);
    this.#inForce = next;
    this.#learn(listeners);
  }

  /** Those that can commit. Rejects if one cannot, and then none of them will. */
  async #prepareAll(next: Force): Promise<readonly WorkerHandle[]> {
    const [first, ...others] = this.#alive();
    const prepared: WorkerHandle[] = [];
    const prepare = async (handle: WorkerHandle): Promise<void> => {
      if (await isThere(handle.prepare(this.#orderFor(handle, next)))) prepared.push(handle);
    };
    try {
      if (first !== undefined) await prepare(first);
      if (first !== undefined) this.#listening.notePorts(first.state.ports);
      const rest = await Promise.allSettled(others.map(prepare));
      const failed = rest.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      const isStartless = this.#inForce === undefined && prepared.length === 0;
      if (isStartless) throw new Error("Cannot start: no worker's thread came up");
      await this.#listening.open(next.drawn.listeners);
      return prepared;
    } catch (error) {
      await Promise.all(prepared.map((handle) => isThere(handle.giveUp())));
      throw error;
    }
  }

  #orderFor({ slot }: WorkerHandle, { drawn, counted }: Force): PlanOrder {
    const keepsSockets = this.#numberOf(slot) === 1;
    const others = this.#listening.othersFor(drawn.listeners);
    return orderFor(drawn, counted, { slot, others, keepsSockets });
  }

  #learn(listeners: readonly ListenOptions[]): void {
    const states = this.#alive().map(({ state }) => state);
    this.#listening.learn(listeners, states);
  }

  #onEnd(handle: WorkerHandle, cause: Error | undefined): void {
    const { slot } = handle;
    this.#counts.clear(slot);
    if (this.#isStopping || this.#inForce === undefined) return;
    // Whoever left, or never came, has somebody in its place.
    if (this.#leaving.delete(handle) || !this.#handles.includes(handle)) return;
    const place = this.#numberOf(slot) - 1;
    const waitMs = this.#paces[place]!.waitMs(performance.now() - handle.startedMs);
    this.#tellEnd(handle, cause, waitMs);
    setTimeout(() => void this.#serially(() => this.#replace(handle)), waitMs);
  }

  #tellEnd(handle: WorkerHandle, cause: Error | undefined, waitMs: number): void {
    const worker = this.#numberOf(handle.slot);
    const reason = this.#reasons.get(handle);
    const message = `worker ${worker} ended, and another one takes its place`;
    const why = reason === undefined ? message : `${message}: ${reason}`;
    const fields = { worker, wait_ms: waitMs };
    const error = reason === undefined && cause !== undefined ? { error: cause } : {};
    this.#options.tell({ level: "error", message: why, fields, ...error });
  }

  async #replace({ slot }: WorkerHandle): Promise<void> {
    const worker = this.#numberOf(slot);
    if (!(await this.#join(slot))) return;
    this.restarts += 1;
    const message = `worker ${worker} serves again`;
    this.#options.tell({ level: "info", message, fields: { worker } });
  }

  /** False: it did not come to serve, which was told, or the program stops. */
  async #join(slot: number): Promise<boolean> {
    const force = this.#inForce;
    if (this.#isStopping || force === undefined) return false;
    const handle = this.#begin(slot);
    const worker = this.#numberOf(slot);
    this.#handles[worker - 1] = handle;
    try {
      await this.#beginServing(handle, force);
      this.#learn(force.drawn.listeners);
      return true;
    } catch (error) {
      // One that is gone is replaced by itself.
      if (error instanceof WorkerGone) return false;
      this.#options.tell(troubleEvent(`worker ${worker} cannot serve`, error));
      this.#reasons.set(handle, "it could not serve");
      void handle.terminate();
      return false;
    }
  }

  async #beginServing(handle: WorkerHandle, force: Force): Promise<void> {
    await handle.prepare(this.#orderFor(handle, force));
    await handle.commit();
  }

  async #renew(place: number): Promise<void> {
    const force = this.#inForce;
    const old = this.#handles[place];
    if (this.#isStopping || force === undefined || old === undefined || old.isGone) return;
    const fresh = this.#begin(await this.#freeSlot(place));
    try {
      await this.#beginServing(fresh, force);
    } catch (error) {
      await this.#endNow(fresh);
      throw error;
    }
    this.#handles[place] = fresh;
    this.#leaving.add(old);
    this.#learn(force.drawn.listeners);
    void this.#stopOne(old, force.drawn.drainMs);
  }

  /** If all are taken by those who leave, when the first of them has ended. */
  async #freeSlot(place: number): Promise<number> {
    const { count } = this.#options;
    const slots = Array.from({ length: slotsPerPlace }, (_, at) => place + at * count);
    for (;;) {
      const busy = [...this.#alive(), ...this.#leaving];
      const free = slots.find((slot) => !busy.some((one) => one.slot === slot));
      if (free !== undefined) return free;
      const leaving = busy.filter(({ slot }) => slots.includes(slot));
      await Promise.race(leaving.map(({ ended }) => ended));
    }
  }

  #look(): void {
    for (const handle of [...this.#alive(), ...this.#leaving]) {
      if (handle.looksAlive() || this.#reasons.has(handle)) continue;
      this.#reasons.set(handle, "it showed no life for too long");
      void this.#endNow(handle);
    }
  }

  async #stopOne(handle: WorkerHandle, graceMs: number): Promise<void> {
    const isLate = delay(graceMs + stopMarginMs, undefined, { ref: false });
    await Promise.race([isThere(handle.stop(graceMs)), isLate]);
    await this.#endNow(handle);
  }

  async #endNow(handle: WorkerHandle): Promise<void> {
    void handle.terminate();
    await Promise.race([handle.ended, delay(terminateMs, undefined, { ref: false })]);
    if (!handle.isGone) this.#options.onHopeless();
  }
}

/** False: the worker is gone, and what was asked of it is nobody's any more. */
async function isThere(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (error instanceof WorkerGone) return false;
    throw error;
  }
}
