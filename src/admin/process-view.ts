/** What the process says of itself: memory, time, and how late its event loop is. */

import { performance } from "node:perf_hooks";

import type { WorkersVitals } from "../control/crew-view.ts";
import type { Vitals } from "../control/vitals.ts";
import { LoopDelay, type LoopDelays } from "../observe/loop-delay.ts";

export interface ProcessView {
  readonly startSeconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
  /** Time since the start in which event loops had something to do. */
  readonly loopActiveSeconds: number;
  /** Since the view before. */
  readonly delaySeconds: LoopDelays;
  /** Workers that serve. */
  readonly workers: number;
  /** Those that were started in place of others. */
  readonly workerRestarts: number;
}

export class ProcessWatch {
  readonly #delay = new LoopDelay();

  /** The delays begin anew with each view. With `workers` the event loops are theirs. */
  view(workers?: WorkersVitals): ProcessView {
    const own = this.#view();
    if (workers === undefined) return own;
    const { startedMs, vitals, otherHeap } = workers;
    const sum = (read: (one: Vitals) => number): number =>
      vitals.reduce((total, one) => total + read(one), 0);
    const worst = (read: (delay: LoopDelays) => number): number =>
      Math.max(0, ...vitals.map(({ delaySeconds }) => read(delaySeconds)));
    workers.beginAnew();
    return {
      ...own,
      startSeconds: startedMs / 1_000,
      heapBytes: own.heapBytes + otherHeap.heapBytes + sum(({ heapBytes }) => heapBytes),
      heapUsedBytes:
        own.heapUsedBytes + otherHeap.heapUsedBytes + sum(({ heapUsedBytes }) => heapUsedBytes),
      loopActiveSeconds: sum(({ activeSeconds }) => activeSeconds),
      delaySeconds: {
        p50: worst(({ p50 }) => p50),
        p99: worst(({ p99 }) => p99),
        max: worst(({ max }) => max),
      },
      workers: vitals.length,
      workerRestarts: workers.restarts,
    };
  }

  #view(): ProcessView {
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const { seconds: delaySeconds } = this.#delay;
    this.#delay.beginAnew();
    return {
      startSeconds: performance.timeOrigin / 1_000,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapBytes: heapTotal,
      heapUsedBytes: heapUsed,
      loopActiveSeconds: performance.eventLoopUtilization().active / 1_000,
      delaySeconds,
      workers: 1,
      workerRestarts: 0,
    };
  }

  stop(): void {
    this.#delay.stop();
  }
}
