/** How long the next worker waits: not at all once, and longer the faster they end. */

/** Milliseconds. Each time it is twice as long. */
const shortestMs = 100;
const longestMs = 10_000;

/** One that has lived so long ended for a reason of its own, in ms. */
const soundMs = 60_000;

export class RestartPace {
  #nextMs = 0;

  /** After a worker that lived for `livedMs`. */
  waitMs(livedMs: number): number {
    const waitMs = livedMs >= soundMs ? 0 : this.#nextMs;
    this.#nextMs = Math.min(Math.max(waitMs * 2, shortestMs), longestMs);
    return waitMs;
  }
}
