/**
 * The way out of both kinds of connection: what a message writer has made, into a channel, in as
 * few
 * writes as can be.
 */

import type { MessageWriter } from "../wire/http1/message-writer.ts";
import type { Channel } from "./channel.ts";

export class MessageOutput {
  readonly #channel: Channel;
  readonly #writer: MessageWriter;
  #wantsRoom = false;

  constructor(channel: Channel, writer: MessageWriter) {
    this.#channel = channel;
    this.#writer = writer;
  }

  /** A small piece waits for `flush`. Returns the bytes that would fit after it. */
  sendBody(piece: Buffer): number {
    const writer = this.#writer;
    if (!writer.piece(piece)) this.#channel.writeBoth(writer.takeText(), piece);
    const { room } = this.#channel;
    this.#wantsRoom = room === 0;
    return room;
  }

  flush(): void {
    if (this.#writer.hasText) this.#channel.writeText(this.#writer.takeText());
  }

  /** Whether the queue is full; then `drained` will tell. */
  isFull(): boolean {
    this.#wantsRoom = this.#channel.room === 0;
    return this.#wantsRoom;
  }

  /** The channel is empty again: returns whether somebody waits for that. */
  drained(): boolean {
    const wanted = this.#wantsRoom;
    this.#wantsRoom = false;
    return wanted;
  }

  /** Nobody waits for room any more. */
  forget(): void {
    this.#wantsRoom = false;
  }
}
