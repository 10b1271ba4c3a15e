/**
 * Exchanges whose request has been read and that wait to begin: a turn of the event loop begins a
 * few of them, and then looks at what upstreams have answered meanwhile.
 *
 *   add add add … add   ──▶ begin begin … (16)    and, a turn later,    begin begin …
 *   └ one turn's reads      └ the rest waits ─────────────────────────▶ (16)
 *
 * To finish what was begun comes before beginning more. Of 512 requests that are there at once all
 * would else go out before the first answer is looked at: each answer then finds its exchange, its
 * client and its upstream connection long gone from the processor's cache, and as many upstream
 * connections are needed (measured with 512 connections: 41.6 µs an exchange become 33.3). Nobody
 * waits longer for it: the same work is done in another order, and the first to come is the first
 * to begin.
 */

import type { Exchange } from "./exchange.ts";

/** So many exchanges begin in one turn. */
const perTurnMax = 16;

export class BeginQueue {
  readonly #schedule: (run: () => void) => void;
  readonly #begin: (x: Exchange) => void;
  readonly #run = (): void => this.#runDue();
  /** In order; empty while more may begin in this turn. */
  #waiting: Exchange[] = [];
  #isDue = false;
  /** Counted since the last `#run`, which is asked for only when there are too many. */
  #begun = 0;

  /** `schedule` runs something once, in the next turn; `begin` never throws. */
  constructor(schedule: (run: () => void) => void, begin: (x: Exchange) => void) {
    this.#schedule = schedule;
    this.#begin = begin;
  }

  /** Begins it now or in one of the next turns; by then it may have been aborted. */
  add(x: Exchange): void {
    if (this.#begun < perTurnMax) {
      this.#begun += 1;
      return this.#begin(x);
    }
    this.#waiting.push(x);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#schedule(this.#run);
  }

  #runDue(): void {
    const due = this.#waiting.splice(0, perTurnMax);
    this.#begun = due.length;
    for (const x of due) this.#begin(x);
    this.#isDue = this.#waiting.length > 0;
    if (this.#isDue) this.#schedule(this.#run);
  }
}
