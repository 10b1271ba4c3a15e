/** A token bucket: fills with bytes at a rate, up to its capacity, from which they are taken. */

export class TokenBucket {
  readonly capacity: number;
  readonly #bytesPerMs: number;
  #level: number;
  #atMs: number;

  /** Begins full. `rate` is bytes a second. */
  constructor(rate: number, capacity: number, nowMs: number) {
    this.capacity = capacity;
    this.#bytesPerMs = rate / 1_000;
    this.#level = capacity;
    this.#atMs = nowMs;
  }

  /** Whole bytes that are there. Time does not run back. */
  levelAt(nowMs: number): number {
    if (nowMs > this.#atMs) {
      this.#level = Math.min(this.capacity, this.#level + (nowMs - this.#atMs) * this.#bytesPerMs);
      this.#atMs = nowMs;
    }
    return Math.floor(this.#level);
  }

  /** No more than `levelAt` said. */
  take(bytes: number): void {
    this.#level -= bytes;
  }

  /** Taken, and not used. */
  give(bytes: number): void {
    this.#level = Math.min(this.capacity, this.#level + bytes);
  }
}
