/** How late the event loop of this thread is. */

import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often it is measured, in ms: that wakes the thread up, so it is not more often. */
const everyMs = 20;

const nanosecondsPerSecond = 1e9;

/** In seconds, the time between two measurements taken off. */
export interface LoopDelays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class LoopDelay {
  readonly #measured = monitorEventLoopDelay({ resolution: everyMs });

  constructor() {
    this.#measured.enable();
  }

  /** Since the begin, or since it began anew. */
  get seconds(): LoopDelays {
    const measured = this.#measured;
    if (measured.count === 0) return { p50: 0, p99: 0, max: 0 };
    return {
      p50: lateness(measured.percentile(50)),
      p99: lateness(measured.percentile(99)),
      max: lateness(measured.max),
    };
  }

  beginAnew(): void {
    this.#measured.reset();
  }

  stop(): void {
    this.#measured.disable();
  }
}

/** The runtime tells the whole time from one measurement to the next. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / nanosecondsPerSecond - everyMs / 1_000);
}
