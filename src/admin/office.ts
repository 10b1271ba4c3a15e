/**
 * The office, as main sees it: one further thread for what reads foreign input. Metrics and the
 * admin socket are there, and configs are read and compiled there, so that main is always free for
 * workers and signals.
 *
 *   listen ─▶ metrics listen ─▶ govern ─▶ reloads, admin socket ─▶ drain ─▶ close
 *
 * One that ends by itself, or says nothing for a minute, is followed by another one, which goes on
 * from the config in force.
 */

import type { Worker as Thread } from "node:worker_threads";

import type { Piece } from "../config/placeholders.ts";
import { Asks } from "../control/asks.ts";
import type { CrewLook } from "../control/crew-view.ts";
import type { DrawnPlan } from "../control/drawn-plan.ts";
import { RestartPace } from "../control/restart-pace.ts";
import { receivedError, receivedEvent } from "../control/thread-messages.ts";
import { startThread } from "../control/worker-handle.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import { troubleEvent, type TellEvent } from "../observe/events.ts";
import type { EventLevel } from "../observe/options.ts";
import { answer } from "./answer.ts";
import type { BoundMetrics } from "./metrics-server.ts";
import type { Governing, OfficeOrder, OfficeReport } from "./office-messages.ts";

/** More than any config takes, and less than what hurts a machine. */
const heapMbMax = 1_024;

/** How often it is asked whether it lives, in ms. */
const usualLookMs = 10_000;

/** So many looks without an answer: it is stuck. The largest configs take a few seconds. */
const silentLooksMax = 6;

/** How long it may take to close what it has open, in ms. */
const closeMs = 1_000;

/** What it may do to those who serve. */
export interface OfficeCrew {
  apply(drawn: DrawnPlan): Promise<void>;
  renewAll(): Promise<void>;
  look(): CrewLook;
}

export interface OfficeOptions {
  /** The file that it runs. */
  readonly entry: URL;
  /** One that was started before anything was known. */
  readonly firstThread?: Thread | undefined;
  readonly crew: OfficeCrew;
  readonly tell: TellEvent;
  readonly withhold: (pieces: readonly (readonly Piece[])[]) => void;
  readonly setLevel: (level: EventLevel) => void;
  /** Between looks whether it lives. */
  readonly lookMs?: number;
}

/** What main does when it is told. */
export interface Hearing {
  readonly onReloading: () => void;
  readonly onReloaded: (siteCount: number) => void;
  readonly stop: (graceMs: number | undefined) => void;
}

/** It loads its code, and waits for its first order. */
export function startOffice(entry: URL): Thread {
  return startThread({ entry, name: "office", heapMbMax });
}

export class Office {
  readonly #options: OfficeOptions;
  readonly #asks = new Asks();
  readonly #pace = new RestartPace();
  #thread: Thread | undefined;
  #startedMs = 0;
  #listeners: readonly ListenOptions[] = [];
  #governing: Governing | undefined;
  #hearing: Hearing | undefined;
  #isDraining = false;
  #isClosed = false;
  /** Of one that has come up. */
  #watch: NodeJS.Timeout | undefined;
  #silentLooks = 0;
  /** Why it was ended, if it did not end by itself. */
  #reason: string | undefined;

  constructor(options: OfficeOptions) {
    this.#options = options;
    if (options.firstThread !== undefined) this.#take(options.firstThread);
  }

  /** For metrics. Rejects with the system's error and the `label` of the listener. */
  async listen(listeners: readonly ListenOptions[]): Promise<readonly BoundMetrics[]> {
    this.#listeners = listeners;
    if (this.#thread === undefined) this.#begin();
    const bound = await this.#askToListen();
    // Another office listens there as well, where any free port was wanted.
    this.#listeners = listeners.map((options) => {
      const port = bound.find(({ label }) => label === options.label)?.port ?? options.port;
      return { ...options, port };
    });
    return bound;
  }

  /** Resolves when it answers, and reads when it is told to. What keeps it from it is told. */
  async govern(governing: Governing, hearing: Hearing): Promise<void> {
    this.#hearing = hearing;
    this.#governing = governing;
    if (this.#thread === undefined) this.#begin();
    await this.#askToGovern(governing);
  }

  /** Reads the config again, and says what came of it. */
  reload(): void {
    this.#say({ type: "reload" });
  }

  /** Resolves when a probe hears that the program is not ready. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#thread === undefined) return;
    // One that ends instead is followed by one that is told the same.
    await this.#ask((id) => ({ type: "drain", id })).catch(() => undefined);
  }

  /** Resolves when nobody is heard any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const thread = this.#thread;
    if (thread === undefined) return;
    // One that has nothing open need not come up for it.
    if (this.#governing === undefined && this.#listeners.length === 0) {
      return void (await thread.terminate());
    }
    const late = setTimeout(() => this.#asks.rejectAll(() => new Error("not in time")), closeMs);
    // Its end is what is wanted, in whatever way.
    await this.#ask((id) => ({ type: "close", id })).catch(() => undefined);
    clearTimeout(late);
    await thread.terminate();
  }

  #begin(): void {
    this.#take(startOffice(this.#options.entry));
  }

  #take(thread: Thread): void {
    this.#thread = thread;
    this.#startedMs = performance.now();
    let cause: unknown;
    thread.on("message", (report: OfficeReport) => this.#hear(report));
    thread.once("error", (error: unknown) => (cause = error));
    thread.once("exit", () => this.#onEnd(cause));
  }

  /** Looks are counted and not time: the machine may have slept, and main been busy. */
  #look(): void {
    this.#silentLooks += 1;
    if (this.#silentLooks > silentLooksMax) {
      this.#reason = "it showed no life for a minute";
      void this.#thread?.terminate();
    } else if (this.#silentLooks === 1) {
      const heard = (): void => void (this.#silentLooks = 0);
      // If it ends instead, that is told.
      this.#ask((id) => ({ type: "live", id })).then(heard, heard);
    }
  }

  #onEnd(cause: unknown): void {
    const reason = this.#reason;
    this.#reason = undefined;
    clearInterval(this.#watch);
    this.#thread = undefined;
    this.#asks.rejectAll(() => new Error("Cannot ask the office: it ended", { cause }));
    if (this.#isClosed || this.#governing === undefined) return;
    const waitMs = this.#pace.waitMs(performance.now() - this.#startedMs);
    const ended = "the thread of metrics, admin socket and reloads ended, and another one begins";
    const message = reason === undefined ? ended : `${ended}: ${reason}`;
    const error = cause instanceof Error ? { error: cause } : {};
    this.#options.tell({ level: "error", message, fields: { wait_ms: waitMs }, ...error });
    setTimeout(() => void this.#beginAgain(), waitMs);
  }

  /** What it was told, the one after it is told again. */
  async #beginAgain(): Promise<void> {
    if (this.#isClosed) return;
    this.#begin();
    try {
      if (this.#listeners.length > 0) await this.#askToListen();
    } catch (error) {
      this.#options.tell(troubleEvent("metrics cannot be shown any more", error));
    }
    await this.#askToGovern(this.#governing!);
    if (this.#isDraining) await this.drain();
  }

  async #askToGovern(governing: Governing): Promise<void> {
    const thread = this.#thread;
    try {
      await this.#ask((id) => ({ type: "govern", id, governing }));
      this.#watch = setInterval(() => this.#look(), this.#options.lookMs ?? usualLookMs);
    } catch (error) {
      // That it ended was told, and the next one begins.
      if (this.#thread !== thread) return;
      this.#options.tell(troubleEvent("the config cannot be read again, nor be asked for", error));
    }
  }

  async #askToListen(): Promise<readonly BoundMetrics[]> {
    const listeners = this.#listeners;
    return await this.#ask((id) => ({ type: "listen", id, listeners }));
  }

  #ask<Answered>(orderOf: (id: number) => OfficeOrder): Promise<Answered> {
    return this.#asks.ask((id) => this.#say(orderOf(id)));
  }

  /** Nobody hears it while there is none: what matters is said to the next one anyway. */
  #say(order: OfficeOrder): void {
    this.#thread?.postMessage(order);
  }

  #hear(report: OfficeReport): void {
    const { tell, withhold, setLevel, crew } = this.#options;
    switch (report.type) {
      case "answered":
        return this.#asks.resolve(report.id, report.answer);
      case "refused":
        return this.#asks.reject(report.id, receivedError(report.error));
      case "event":
        return tell(receivedEvent(report.event));
      case "withhold":
        return withhold(report.pieces);
      case "setLevel":
        return setLevel(report.level);
      case "reloading":
        return this.#hearing?.onReloading();
      case "reloaded":
        return this.#hearing?.onReloaded(report.siteCount);
      case "stop":
        return this.#hearing?.stop(report.graceMs);
      case "apply":
        return void this.#answer(report.id, () => this.#apply(report));
      case "renewAll":
        return void this.#answer(report.id, () => crew.renewAll());
      case "look":
        return void this.#answer(report.id, async () => crew.look());
    }
  }

  async #apply({ drawn, kept }: Extract<OfficeReport, { type: "apply" }>): Promise<void> {
    const keep = (now: Partial<Governing>): void => {
      this.#governing = this.#governing && { ...this.#governing, ...now };
    };
    // Code that was imported stays imported, whatever comes of the plan.
    keep({ soFar: kept.soFar });
    await this.#options.crew.apply(drawn);
    keep(kept);
  }

  async #answer(id: number, act: () => Promise<unknown>): Promise<void> {
    await answer((said) => this.#say(said), id, act);
  }
}
