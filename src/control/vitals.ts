/** How a worker's thread is doing: written by it in memory that main sees, a few times a second. */

import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** How often the delay is measured, in ms: it wakes the thread up, so it is not more often. */
const delayEveryMs = 20;

const nanosecondsPerSecond = 1e9;

const cell = {
  delayP50: 0,
  delayP99: 1,
  delayMax: 2,
  activeSeconds: 3,
  heapBytes: 4,
  heapUsedBytes: 5,
  /** Main asks for delays from now on by counting this up. */
  asked: 6,
} as const;

/** What a worker's row takes: one line of a cache. */
export const vitalCells = 8;

export interface Vitals {
  /** Since `beginAnew`, in seconds, the time between two measurements taken off. */
  readonly delaySeconds: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Time since the thread began in which its event loop had something to do. */
  readonly activeSeconds: number;
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
}

export function readVitals(cells: Float64Array): Vitals {
  const at = (place: number): number => cells[place] ?? 0;
  return {
    delaySeconds: { p50: at(cell.delayP50), p99: at(cell.delayP99), max: at(cell.delayMax) },
    activeSeconds: at(cell.activeSeconds),
    heapBytes: at(cell.heapBytes),
    heapUsedBytes: at(cell.heapUsedBytes),
  };
}

/** The delays that are told next are those from now on. */
export function beginAnew(cells: Float64Array): void {
  cells[cell.asked] = (cells[cell.asked] ?? 0) + 1;
}

/** On the thread itself. */
export class VitalsWriter {
  readonly #cells: Float64Array;
  readonly #delay = monitorEventLoopDelay({ resolution: delayEveryMs });
  #asked: number;

  constructor(cells: Float64Array) {
    this.#cells = cells;
    this.#asked = cells[cell.asked] ?? 0;
    this.#delay.enable();
  }

  write(): void {
    const cells = this.#cells;
    const delay = this.#delay;
    const asked = cells[cell.asked] ?? 0;
    if (asked !== this.#asked) delay.reset();
    this.#asked = asked;
    const isEmpty = delay.count === 0;
    cells[cell.delayP50] = isEmpty ? 0 : lateness(delay.percentile(50));
    cells[cell.delayP99] = isEmpty ? 0 : lateness(delay.percentile(99));
    cells[cell.delayMax] = isEmpty ? 0 : lateness(delay.max);
    cells[cell.activeSeconds] = performance.eventLoopUtilization().active / 1_000;
    const { total_heap_size: heapBytes, used_heap_size: usedBytes } = getHeapStatistics();
    cells[cell.heapBytes] = heapBytes;
    cells[cell.heapUsedBytes] = usedBytes;
  }

  stop(): void {
    this.#delay.disable();
  }
}

/** The runtime tells the whole time from one measurement to the next. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / nanosecondsPerSecond - delayEveryMs / 1_000);
}
