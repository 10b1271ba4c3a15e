/** One worker's thread, as main sees it: asked by messages, watched by its beats. */

import nodeModule from "node:module";
import type { Socket } from "node:net";
import { Worker as Thread } from "node:worker_threads";

import type { ProgramEvent } from "../observe/events.ts";
import { Asks } from "./asks.ts";
import type { Board } from "./board.ts";
import {
  receivedError,
  receivedEvent,
  type Order,
  type PlanOrder,
  type Report,
  type ThreadData,
  type ThreadState,
} from "./thread-messages.ts";

/** Looks without a beat in between, after which a thread is taken for stuck. */
const silentLooksMax = 10;
/** One that comes up loads its code, and that of the config. */
const firstLooksMax = 60;

export interface ThreadOptions {
  /** The file that it runs. */
  readonly entry: URL;
  /** For whoever looks at the program's threads. */
  readonly name: string;
  /** What its objects may take, in MB; beyond it the thread ends. */
  readonly heapMbMax: number;
}

/** It loads its code, and waits for its first order. */
export function startThread({ entry, name, heapMbMax }: ThreadOptions): Thread {
  const workerData: ThreadData = { compiledFolder: nodeModule.getCompileCacheDir?.() };
  const resourceLimits = { maxOldGenerationSizeMb: heapMbMax };
  return new Thread(entry, { name, workerData, resourceLimits });
}

export interface HandleOptions {
  /** For messages. */
  readonly name: string;
  readonly thread: Thread;
  readonly board: Board;
  readonly onEvent: (event: ProgramEvent) => void;
  /** Once; `cause`: what nobody caught there. */
  readonly onEnd: (handle: WorkerHandle, cause: Error | undefined) => void;
}

/** The thread came to its end before it answered. */
export class WorkerGone extends Error {
  override readonly name = "WorkerGone";
}

export class WorkerHandle {
  readonly slot: number;
  readonly startedMs: number = performance.now();
  #state: ThreadState = { listeners: [], ports: new Map() };
  readonly #options: HandleOptions;
  readonly #thread: Thread;
  readonly #asks = new Asks();
  readonly #ended = Promise.withResolvers<void>();
  #beats = 0;
  #silentLooks = 0;
  #cause: Error | undefined;
  #isServing = false;
  #hasServed = false;
  #isGone = false;

  constructor(slot: number, options: HandleOptions) {
    this.slot = slot;
    this.#options = options;
    const { thread, board } = options;
    this.#thread = thread;
    this.#thread.on("message", (report: Report) => this.#hear(report));
    this.#thread.once("error", (error: unknown) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#thread.once("exit", () => this.#end());
    this.#say({ type: "join", place: { slot, board: board.form } });
  }

  /** Where it listens, as it said last. */
  get state(): ThreadState {
    return this.#state;
  }

  /** A plan is in force there. */
  get isServing(): boolean {
    return this.#isServing && !this.#isGone;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves when the thread is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Rejects as `Worker.prepare`, or with `WorkerGone`. */
  prepare(order: PlanOrder): Promise<ThreadState> {
    return this.#ask((id) => ({ type: "prepare", id, order }));
  }

  async commit(): Promise<void> {
    await this.#ask((id) => ({ type: "commit", id }));
    this.#isServing = true;
    this.#hasServed = true;
  }

  async giveUp(): Promise<void> {
    await this.#ask((id) => ({ type: "giveUp", id }));
  }

  /** Resolves when its last exchange has ended, or was cut; then the thread is only there. */
  async stop(graceMs: number): Promise<void> {
    this.#isServing = false;
    await this.#ask((id) => ({ type: "stop", id, graceMs }));
  }

  /** False: it takes nothing new. */
  take(key: string, socket: Socket): boolean {
    if (!this.isServing) return false;
    this.#thread.postMessage({ type: "take", key, socket } satisfies Order, [socket]);
    return true;
  }

  reopenLogs(): void {
    this.#say({ type: "reopenLogs" });
  }

  /** Cuts whatever is in flight there. */
  terminate(): Promise<unknown> {
    return this.#thread.terminate();
  }

  /** To be called every half second: false if nothing was heard of it for too long. */
  looksAlive(): boolean {
    const beats = this.#options.board.beatsOf(this.slot);
    // Looks are counted and not time: the machine may have slept, and main been busy.
    this.#silentLooks = beats === this.#beats ? this.#silentLooks + 1 : 0;
    this.#beats = beats;
    return this.#silentLooks < (this.#hasServed ? silentLooksMax : firstLooksMax);
  }

  #ask(orderOf: (id: number) => Order): Promise<ThreadState> {
    if (this.#isGone) {
      return Promise.reject(new WorkerGone(`Cannot ask ${this.#options.name}: it is gone`));
    }
    return this.#asks.ask((id) => this.#say(orderOf(id)));
  }

  #say(order: Order): void {
    this.#thread.postMessage(order);
  }

  #hear(report: Report): void {
    if (report.type === "event") return this.#options.onEvent(receivedEvent(report.event));
    const { id } = report;
    if (report.type === "failed") return this.#asks.reject(id, receivedError(report.error));
    this.#state = report.state;
    this.#asks.resolve(id, report.state);
  }

  #end(): void {
    this.#isGone = true;
    const { name } = this.#options;
    this.#asks.rejectAll(() => new WorkerGone(`${name} ended`, { cause: this.#cause }));
    this.#options.onEnd(this, this.#cause);
    this.#ended.resolve();
  }
}
