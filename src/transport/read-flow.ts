/**
 * Whether a connection reads: body bytes that were delivered and not consumed hold it back, and so
 * does whatever else its driver has reason to.
 */

import type { Channel } from "./channel.ts";

export class ReadFlow {
  readonly #channel: Channel;
  /** Delivered, and not consumed by the receiver; above 0 nothing more is delivered. */
  unconsumedBytes = 0;
  #isPaused = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get mayDeliver(): boolean {
    return this.unconsumedBytes <= 0;
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#channel.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#channel.resume();
  }
}
