/** What the process says of itself: memory, time, and how late its event loop is. */

import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How often the delay is measured, in ms: it wakes the process up, so it is not more often. */
const delayEveryMs = 20;

const nanosecondsPerSecond = 1e9;

export interface ProcessView {
  readonly startSeconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
  /** Time since the start in which event loops had something to do. */
  readonly loopActiveSeconds: number;
  /** Since the view before, the time between two measurements taken off. */
  readonly delaySeconds: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Workers that serve. */
  readonly workers: number;
  /** Those that were started in place of others. */
  readonly workerRestarts: number;
}

/** Of one worker's thread. */
export type WorkerVitals = Pick<ProcessView, "heapBytes" | "heapUsedBytes" | "delaySeconds"> & {
  readonly activeSeconds: number;
};

/** Where workers have threads of their own. */
export interface WorkersView {
  /** Of each that serves now. */
  readonly vitals: readonly WorkerVitals[];
  /** Workers that were started in place of others. */
  readonly restarts: number;
  /** Delays are told from now on. */
  beginAnew(): void;
}

export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: delayEveryMs });

  constructor() {
    this.#delay.enable();
  }

  /** The delays begin anew with each view. With `workers` the event loops are theirs. */
  view(workers?: WorkersView): ProcessView {
    const own = this.#view();
    if (workers === undefined) return own;
    const { vitals } = workers;
    const sum = (read: (one: WorkerVitals) => number): number =>
      vitals.reduce((total, one) => total + read(one), 0);
    const worst = (read: (delay: ProcessView["delaySeconds"]) => number): number =>
      Math.max(0, ...vitals.map(({ delaySeconds }) => read(delaySeconds)));
    workers.beginAnew();
    return {
      ...own,
      heapBytes: own.heapBytes + sum(({ heapBytes }) => heapBytes),
      heapUsedBytes: own.heapUsedBytes + sum(({ heapUsedBytes }) => heapUsedBytes),
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
    const delaySeconds = this.#delaySeconds();
    this.#delay.reset();
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
    this.#delay.disable();
  }

  /** The runtime tells the whole time from one measurement to the next. */
  #delaySeconds(): ProcessView["delaySeconds"] {
    const delay = this.#delay;
    if (delay.count === 0) return { p50: 0, p99: 0, max: 0 };
    const late = (nanoseconds: number): number =>
      Math.max(0, nanoseconds / nanosecondsPerSecond - delayEveryMs / 1_000);
    return {
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
    };
  }
}
