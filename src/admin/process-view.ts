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
  /** Time since the start in which the event loop had something to do. */
  readonly loopActiveSeconds: number;
  /** Since the view before, the time between two measurements taken off. */
  readonly delaySeconds: { readonly p50: number; readonly p99: number; readonly max: number };
}

export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: delayEveryMs });

  constructor() {
    this.#delay.enable();
  }

  /** The delays begin anew with each view. */
  view(): ProcessView {
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
