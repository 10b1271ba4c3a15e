/**
 * A connection on which a balancer first says who its client is (PROXY protocol). It becomes a
 * client's connection when the header is whole; what is no header, or too slow, is closed.
 */

import type { Clock } from "../base/clock.ts";
import { unwatched, type Timed, type Wheel } from "../base/wheel.ts";
import type { Channel, ChannelReceiver } from "../transport/channel.ts";
import { readProxyHeader, type Source } from "../wire/proxy-protocol/proxy-header.ts";

export interface AnnouncementHost {
  readonly wheel: Wheel;
  readonly clock: Clock;
  /**
   * The channel is the host's from now on. `source` is undefined where the balancer speaks for
   * itself; `rest` is what came behind the header.
   */
  onAnnounced(client: AnnouncedClient, source: Source | undefined, rest: Buffer): void;
  /** It is gone, or was closed since what came was no header. */
  onUnannounced(client: AnnouncedClient): void;
}

const noBytes = Buffer.alloc(0);

export class AnnouncedClient implements ChannelReceiver, Timed {
  readonly expectsMore = false;
  readonly channel: Channel;
  deadlineMs: number;
  lookMs: number = unwatched;
  readonly #host: AnnouncementHost;
  #bytes: Buffer = noBytes;
  #isOver = false;

  /** The header must be there within `waitMs`. */
  constructor(channel: Channel, host: AnnouncementHost, waitMs: number) {
    this.channel = channel;
    this.#host = host;
    channel.receiver = this;
    this.deadlineMs = host.clock.nowMs + waitMs;
    host.wheel.watch(this);
  }

  onRead(buffer: Buffer, length: number): void {
    if (this.#isOver) return;
    // A copy: what is behind the header stays with the connection that it is for.
    this.#bytes = Buffer.concat([this.#bytes, buffer.subarray(0, length)]);
    const header = readProxyHeader(this.#bytes);
    switch (header.type) {
      case "need":
        return;
      case "wrong":
        return this.close();
      case "whole":
        this.#end();
        this.#host.onAnnounced(this, header.source, this.#bytes.subarray(header.length));
    }
  }

  onReadEnd(): void {
    this.close();
  }

  onDrained(): void {}

  onDeadline(): void {
    this.close();
  }

  onClosed(): void {
    if (this.#isOver) return;
    this.#end();
    this.#host.onUnannounced(this);
  }

  close(): void {
    if (this.#isOver) return;
    this.#end();
    this.channel.reset();
    this.#host.onUnannounced(this);
  }

  #end(): void {
    this.#isOver = true;
    this.#host.wheel.forget(this);
  }
}
