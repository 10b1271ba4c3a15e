/** A clock that stands still until a test moves it, for a worker whose timeouts are at stake. */

import type { TimeSource, Worker } from "../../src/worker.ts";
import { turns } from "./within.ts";

/** As often as a worker looks at its deadlines by itself, in ms. */
const tickMs = 100;

/** After so many ticks what waits in the event loop gets its turn. */
const ticksPerTurn = 10;

export class ScriptedTime implements TimeSource {
  #nowMs = 1_000;

  readonly monotonicMs = (): number => this.#nowMs;
  /** 1 November 2026 and a little more. */
  readonly wallMs = (): number => 1_793_491_200_000 + this.#nowMs;

  /** As if so much time had passed, tick by tick; what happens meanwhile has its place in it. */
  async pass(ms: number, worker: Worker): Promise<void> {
    await turns(10);
    const end = this.#nowMs + ms;
    for (let tick = 1; this.#nowMs < end; tick++) {
      this.#nowMs = Math.min(end, this.#nowMs + tickMs);
      worker.tick();
      if (tick % ticksPerTurn === 0) await turns();
    }
    await turns(10);
  }
}
