/**
 * How long something took, counted in buckets, a row for each of its kind (a route, an upstream).
 *
 * The bounds double from 0.25 ms to 65.5 s, so that a bucket is found by counting the zeros in
 * front of a number: no list is searched, and a quantile is known to within a factor of two.
 */

/** Upstreams on the same machine answer in less than a millisecond: four bounds are for them. */
const shortestMs = 0.25;
const doublings = 18;
const longestMs = shortestMs * 2 ** doublings;

/** Upper bounds in seconds, as they are told; what took longer than the last is in one more. */
export const boundsSeconds: readonly number[] = Array.from(
  { length: doublings + 1 },
  (_, at) => (shortestMs * 2 ** at) / 1_000,
);

const bucketsPerRow = doublings + 2;

/** The first bucket whose bound is not below `ms`. */
export function bucketOf(ms: number): number {
  if (ms <= shortestMs) return 0;
  if (ms <= longestMs) return 32 - Math.clz32(Math.ceil(ms / shortestMs) - 1);
  return doublings + 1;
}

/** What a row takes, in cells: its buckets, and behind them the sum, in ms. */
export const latencyCells: number = bucketsPerRow + 1;

export class Latencies {
  readonly #cells: Float64Array;

  /** `latencyCells` for each row. */
  constructor(cells: Float64Array) {
    this.#cells = cells;
  }

  add(row: number, ms: number): void {
    const cells = this.#cells;
    const start = row * latencyCells;
    const at = start + bucketOf(ms);
    cells[at] = cells[at]! + 1;
    cells[start + bucketsPerRow] = cells[start + bucketsPerRow]! + ms;
  }

  /** How many there were in each bucket, the one without a bound last; no copy. */
  bucketsOf(row: number): Float64Array {
    return this.#cells.subarray(row * latencyCells, row * latencyCells + bucketsPerRow);
  }

  sumMsOf(row: number): number {
    return this.#cells[row * latencyCells + bucketsPerRow] ?? 0;
  }
}
