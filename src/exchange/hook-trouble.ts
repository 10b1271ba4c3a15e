/** Tells the operator of hooks that fail: at once, and then at most once a second with a count. */

import type { Clock } from "../base/clock.ts";

/** A hook that is broken fails in every exchange, and one line of it is enough. */
const quietMs = 1_000;

export class HookTrouble {
  readonly #clock: Clock;
  readonly #tell: (what: string, error: unknown) => void;
  #quietUntilMs = -Infinity;
  #untold: { readonly what: string; readonly error: unknown } | undefined;
  #untoldCount = 0;

  constructor(clock: Clock, tell: (what: string, error: unknown) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  tell(what: string, error: unknown): void {
    this.#untold = { what, error };
    this.#untoldCount += 1;
    this.tend();
  }

  /** To be called now and then: tells of the last one that was not told of, and how many were. */
  tend(): void {
    if (this.#untold === undefined || this.#clock.nowMs < this.#quietUntilMs) return;
    const { what, error } = this.#untold;
    const count = this.#untoldCount;
    this.#untold = undefined;
    this.#untoldCount = 0;
    this.#quietUntilMs = this.#clock.nowMs + quietMs;
    this.#tell(count === 1 ? what : `${what} (the last of ${count} such troubles)`, error);
  }
}
