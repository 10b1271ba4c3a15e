/**
 * The coarse clock: two numbers that the worker's tick (and each burst of work that cares) feeds.
 *
 * Reading the system's clock costs more than a deadline is worth to most exchanges; whoever needs
 * the time of "about now" reads it here, and tests script it.
 */

export class Clock {
  #nowMs: number;
  #wallMs: number;

  constructor(monotonicMs: number, wallMs: number) {
    this.#nowMs = monotonicMs;
    this.#wallMs = wallMs;
  }

  /** Never runs backward: deadlines are counted on it. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Since 1970, as the machine believes; may jump either way. For dates and logs only. */
  wallMs(): number {
    return this.#wallMs;
  }

  advance(monotonicMs: number, wallMs: number): void {
    if (monotonicMs > this.#nowMs) this.#nowMs = monotonicMs;
    this.#wallMs = wallMs;
  }
}
