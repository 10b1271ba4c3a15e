/**
 * The way out of both kinds of connection: what a message writer has made, into a channel, in as
 * few writes as can be.
 */

import type { MessageWriter } from "../wire/http1/message-writer.ts";
import type { Channel } from "./channel.ts";
import type { Flushable, FlushList } from "./flush-list.ts";

/**
 * Text of this length does not wait for its turn: a client that pipelines would else be answered
 * without end before the first write.
 */
const waitingTextMax = 16_000;

export class MessageOutput implements Flushable {
  readonly #channel: Channel;
  readonly #writer: MessageWriter;
  readonly #flushes: FlushList;
  #isListed = false;
  #wantsRoom = false;
  /** A byte was written since `begin`. */
  hasWritten = false;

  constructor(channel: Channel, writer: MessageWriter, flushes: FlushList) {
    this.#channel = channel;
    this.#writer = writer;
    this.#flushes = flushes;
  }

  /** For a new exchange: nobody waits for room any more, and nothing was written. */
  begin(): void {
    this.#wantsRoom = false;
    this.hasWritten = false;
  }

  /** A small piece waits for `flush`. Returns the bytes that would fit after it. */
  sendBody(piece: Buffer): number {
    const writer = this.#writer;
    if (!writer.piece(piece)) {
      this.hasWritten = true;
      this.#channel.writeBoth(writer.takeText(), piece);
    }
    const { room } = this.#channel;
    this.#wantsRoom = room === 0;
    if (room === 0) this.#channel.awaitDrained();
    return room;
  }

  /** What waits goes out in this turn of the event loop. */
  flush(): void {
    if (this.#writer.textLength >= waitingTextMax) return this.flushNow();
    if (this.#isListed || this.#writer.textLength === 0) return;
    this.#isListed = true;
    this.#flushes.add(this);
  }

  flushNow(): void {
    this.#isListed = false;
    if (this.#writer.textLength === 0) return;
    this.hasWritten = true;
    this.#channel.writeText(this.#writer.takeText());
  }

  /** Sends a FIN behind all that was said. */
  end(): void {
    this.flushNow();
    this.#channel.end();
  }

  /** The kernel has all that was said. */
  get isEmpty(): boolean {
    return this.#writer.textLength === 0 && this.#channel.queuedBytes === 0;
  }

  /** Whether the queue is full; then `drained` will tell. */
  isFull(): boolean {
    this.#wantsRoom = this.#channel.room === 0;
    if (this.#wantsRoom) this.#channel.awaitDrained();
    return this.#wantsRoom;
  }

  /** Bytes that the kernel has not taken yet; if there are any, `drained` will tell. */
  queued(): number {
    const { queuedBytes } = this.#channel;
    if (queuedBytes === 0) return 0;
    this.#wantsRoom = true;
    this.#channel.awaitDrained();
    return queuedBytes;
  }

  /** The channel is empty again: returns whether somebody waits for that. */
  drained(): boolean {
    const wanted = this.#wantsRoom;
    this.#wantsRoom = false;
    return wanted;
  }
}
