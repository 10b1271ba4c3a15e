/**
 * Whether a connection reads: body bytes that were delivered and not consumed hold it back, and so
 * does whatever else its driver has reason to.
 */

import type { Channel } from "./channel.ts";

/** What was read and not delivered yet. */
interface PendingBytes {
  readonly pendingBytes: number;
  hold(holder: Channel): void;
}

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

  /** After a delivery: keeps what nobody wanted yet, and reads on where somebody wants more. */
  adjust(reader: PendingBytes): void {
    const isEmpty = reader.pendingBytes === 0;
    if (isEmpty) this.#channel.releaseRead();
    else reader.hold(this.#channel);
    if (!this.mayDeliver) this.pause();
    else if (isEmpty) this.resume();
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
