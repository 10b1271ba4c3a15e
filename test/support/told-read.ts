/**
 * What a channel of tests promises of the bytes that it tells of: they are its receiver's during
 * the call, or while it holds them. After that they are overwritten, so that who looks again sees.
 */

import type { ChannelReceiver } from "../../src/transport/channel.ts";

/** What bytes are overwritten with once they are their reader's no more. */
export const poison = 0xdb;

export class ToldRead {
  /** Told right now, and what was kept of it. */
  #reading: Buffer | undefined;
  #held: Buffer | undefined;

  /** A receiver has not given back what it held. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  tell(receiver: ChannelReceiver, bytes: Buffer): void {
    this.#reading = bytes;
    receiver.onRead(bytes, bytes.length);
    this.#reading = undefined;
    bytes.fill(poison);
  }

  hold(buffer: Buffer, from: number, to: number): Buffer {
    if (buffer !== this.#reading) return buffer;
    this.release();
    this.#held = Buffer.alloc(buffer.length, poison);
    buffer.copy(this.#held, from, from, to);
    return this.#held;
  }

  release(): void {
    this.#held?.fill(poison);
    this.#held = undefined;
  }
}
