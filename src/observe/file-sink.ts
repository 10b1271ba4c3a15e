/** The sink for a file: the thread pool writes it, one write at a time, for a disk may stall. */

import { setTimeout as delay } from "node:timers/promises";

import { Backlog, countLines } from "./backlog.ts";
import type { LogDevice } from "./log-device.ts";
import {
  alwaysOurs,
  backlogBytesMax,
  codeOf,
  isLastingTrouble,
  type LogSink,
  type WriteTurn,
} from "./log-sink.ts";

/** At the end, others get so many chances to end their turn, one every so many ms. */
const lastTriesMax = 100;
const lastTryMs = 5;

export class FileSink implements LogSink {
  readonly batchBytes: number = 64 * 1024;
  readonly #device: LogDevice;
  readonly #turn: WriteTurn;
  readonly #backlog = new Backlog(backlogBytesMax);
  #file: number;
  #isWriting = false;
  #isStopped = false;
  #onReopenFailed: ((error: unknown) => void) | undefined;
  #droppedLines = 0;
  #trouble: string | undefined;
  #onIdle: (() => void) | undefined;

  constructor(device: LogDevice, file: number, turn: WriteTurn = alwaysOurs) {
    this.#device = device;
    this.#file = file;
    this.#turn = turn;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  offer(lines: Buffer): boolean {
    if (this.#isStopped) {
      this.#droppedLines += countLines(lines);
      return true;
    }
    if (!this.#backlog.fits(lines.length)) return false;
    this.#backlog.push(lines);
    this.flush();
    return true;
  }

  flush(): void {
    if (this.#isWriting || this.#isStopped) return;
    const first = this.#backlog.first();
    // What is not our turn is tried again with the next batch, or the next tick.
    if (first === undefined || !this.#turn.take()) return;
    this.#isWriting = true;
    this.#device.write(this.#file, first, (error, written) => this.#wrote(error, written));
  }

  reopen(onFailed: (error: unknown) => void): void {
    this.#onReopenFailed = onFailed;
    if (!this.#isWriting) this.#openAnew();
  }

  async close(): Promise<void> {
    this.flush();
    for (let tries = 0; tries < lastTriesMax; tries++) {
      if (this.#isWriting) await new Promise<void>((resolve) => (this.#onIdle = resolve));
      if (this.#trouble !== undefined || this.#backlog.first() === undefined) break;
      await delay(lastTryMs);
      this.flush();
    }
    this.#stop();
    this.#device.close(this.#file);
  }

  #wrote(error: NodeJS.ErrnoException | null, written: number): void {
    this.#isWriting = false;
    if (error === null) {
      this.#trouble = undefined;
      this.#backlog.shift(written);
    } else {
      this.#trouble = codeOf(error);
      if (isLastingTrouble(this.#trouble)) this.#stop();
    }
    if (!this.#backlog.isInsideLine) this.#turn.give();
    // A line that was begun is ended where it stands, unless that file takes no more.
    if (error !== null || !this.#backlog.isInsideLine) this.#openAnew();
    // After an error, or a write of nothing, only the next tick tries again: never a busy loop.
    if (error === null && written > 0) this.flush();
    if (!this.#isWriting) this.#onIdle?.();
  }

  #stop(): void {
    this.#isStopped = true;
    this.#droppedLines += this.#backlog.drop();
    this.#turn.give();
  }

  /** If that was asked for. */
  #openAnew(): void {
    const onFailed = this.#onReopenFailed;
    if (onFailed === undefined) return;
    this.#onReopenFailed = undefined;
    try {
      const file = this.#device.open();
      if (!this.#device.areSame(file, this.#file)) this.#backlog.restartLine();
      this.#device.close(this.#file);
      this.#file = file;
      this.#isStopped = false;
    } catch (error) {
      onFailed(error);
    }
  }
}
