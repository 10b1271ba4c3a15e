/**
 * Watches the client of one exchange that takes its time: whether its body comes fast enough, and
 * whether it takes any of its answer. It exists only for exchanges that outlast one read or write.
 */

import type { ClientTimeouts } from "../limits/options.ts";
import { isBodyTooSlow } from "../limits/slow-client.ts";
import type { Channel } from "../transport/channel.ts";

export class SlowClientWatch {
  /** How often it is looked at, in ms. */
  static readonly intervalMs: number = 1_000;
  /** Body bytes since the watch began. */
  bodyBytes = 0;
  #beganMs: number;
  #lookedMs: number;
  /** Time in which the client could not send, because we did not read. */
  #stalledMs = 0;
  #sentBytes: number;
  #progressMs: number;

  constructor(nowMs: number, sentBytes: number) {
    this.#beganMs = this.#lookedMs = this.#progressMs = nowMs;
    this.#sentBytes = sentBytes;
  }

  restart(nowMs: number): void {
    this.#beganMs = this.#lookedMs = nowMs;
    this.#stalledMs = 0;
    this.bodyBytes = 0;
  }

  /** To be asked only while we read; the time since the last look counts as stalled otherwise. */
  isBodyTooSlow(nowMs: number, timeouts: ClientTimeouts): boolean {
    const sinceLookMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    // A look that is missing means that we did not read when it was due.
    this.#stalledMs += Math.max(0, sinceLookMs - 2 * SlowClientWatch.intervalMs);
    const elapsedMs = nowMs - this.#beganMs - this.#stalledMs;
    return isBodyTooSlow(elapsedMs, this.bodyBytes, timeouts);
  }

  /** Something is queued, and the kernel has taken nothing for `writeMs`. */
  isStuck(nowMs: number, channel: Channel, writeMs: number): boolean {
    const sent = channel.sentBytes;
    if (sent !== this.#sentBytes || channel.queuedBytes === 0) {
      this.#sentBytes = sent;
      this.#progressMs = nowMs;
    }
    return nowMs - this.#progressMs >= writeMs;
  }
}
