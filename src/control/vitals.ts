/** How a worker's thread is doing: written by it in memory that main sees, a few times a second. */

import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

import { LoopDelay, type LoopDelays } from "../observe/loop-delay.ts";

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
  /** Since `beginAnew`. */
  readonly delaySeconds: LoopDelays;
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
  readonly #delay = new LoopDelay();
  #asked: number;

  constructor(cells: Float64Array) {
    this.#cells = cells;
    this.#asked = cells[cell.asked] ?? 0;
  }

  write(): void {
    const cells = this.#cells;
    const asked = cells[cell.asked] ?? 0;
    if (asked !== this.#asked) this.#delay.beginAnew();
    this.#asked = asked;
    const { p50, p99, max } = this.#delay.seconds;
    cells[cell.delayP50] = p50;
    cells[cell.delayP99] = p99;
    cells[cell.delayMax] = max;
    cells[cell.activeSeconds] = performance.eventLoopUtilization().active / 1_000;
    const { total_heap_size: heapBytes, used_heap_size: usedBytes } = getHeapStatistics();
    cells[cell.heapBytes] = heapBytes;
    cells[cell.heapUsedBytes] = usedBytes;
  }
}
