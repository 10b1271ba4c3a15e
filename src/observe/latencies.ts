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

export class Latencies {
  #buckets: Float64Array;
  #sumsMs: Float64Array;

  constructor(rowCount: number) {
    this.#buckets = new Float64Array(rowCount * bucketsPerRow);
    this.#sumsMs = new Float64Array(rowCount);
  }

  /** To so many rows, if there are fewer. */
  grow(rowCount: number): void {
    this.#buckets = grown(this.#buckets, rowCount * bucketsPerRow);
    this.#sumsMs = grown(this.#sumsMs, rowCount);
  }

  add(row: number, ms: number): void {
    const at = row * bucketsPerRow + bucketOf(ms);
    this.#buckets[at] = this.#buckets[at]! + 1;
    this.#sumsMs[row] = this.#sumsMs[row]! + ms;
  }

  /** How many there were in each bucket, the one without a bound last; no copy. */
  bucketsOf(row: number): Float64Array {
    return this.#buckets.subarray(row * bucketsPerRow, (row + 1) * bucketsPerRow);
  }

  sumMsOf(row: number): number {
    return this.#sumsMs[row] ?? 0;
  }
}

/** The same cells, or more of them. */
export function grown(cells: Float64Array, length: number): Float64Array {
  if (length <= cells.length) return cells;
  const more = new Float64Array(length);
  more.set(cells);
  return more;
}
