/**
 * Watches the client of one exchange that takes its time: whether its body comes fast enough,
 * whether it takes its answer, and fast enough, whether anything happens in its tunnel (of which
 * what is queued has to be taken like an answer). It exists only for exchanges that outlast one
 * read or write.
 */

import { Failure } from "../base/failure.ts";
import type { ClientTimeouts } from "../limits/options.ts";
import { isAnswerTooSlow, isBodyTooSlow } from "../limits/slow-client.ts";
import type { Channel } from "../transport/channel.ts";

/**
 * What the connection waits for from its client, besides taking what is queued for it. `parting`:
 * it has sent its FIN in the middle of its answer, so it is gone or takes no more than is on its
 * way.
 */
export type WaitsFor = "body" | "tunnel" | "parting" | "nothing";

/**
 * How long an answer may be silent to a client that sent its FIN, in ms. Most have left, and behind
 * an event stream without events no write would ever find out; nginx and Go do not wait at all.
 */
const partingMs = 400;

const intervalMs = 1_000;
const partingIntervalMs = 250;

export class SlowClientWatch {
  /** How often it is to be looked at, in ms. */
  static intervalFor(waitsFor: WaitsFor): number {
    return waitsFor === "parting" ? partingIntervalMs : intervalMs;
  }

  /** Bytes of body or tunnel since the watch began. */
  receivedBytes = 0;
  readonly #channel: Channel;
  #lookedMs: number;
  /** Time in which the client could have sent, since we were reading. */
  #readingMs = 0;
  #sentBytes: number;
  #receivedBytes = 0;
  /** When the client last took a byte, or had nothing to take. */
  #takenMs: number;
  /** When a byte last went either way. */
  #activeMs: number;
  /** Since this window began: time in which something was queued, and what had been sent then. */
  #waitedMs = 0;
  #windowSentBytes: number;
  #wasQueued = false;

  constructor(nowMs: number, channel: Channel) {
    this.#channel = channel;
    this.#lookedMs = this.#takenMs = this.#activeMs = nowMs;
    this.#sentBytes = this.#windowSentBytes = channel.sentBytes;
  }

  /** What the client failed to do in time, if anything. */
  look(nowMs: number, waitsFor: WaitsFor, timeouts: ClientTimeouts): Failure | undefined {
    this.#note(nowMs, waitsFor);
    if (nowMs - this.#takenMs >= timeouts.writeMs) {
      return new Failure("write-timeout", "Cannot send answer: the client stopped reading");
    }
    if (this.#isTakenTooSlowly(timeouts)) {
      return new Failure("read-too-slow", "Cannot send answer: the client reads too slowly");
    }
    switch (waitsFor) {
      case "body":
        return isBodyTooSlow(this.#readingMs, this.receivedBytes, timeouts)
          ? new Failure("body-timeout", "Cannot read body: it comes too slowly")
          : undefined;
      case "tunnel":
        return nowMs - this.#activeMs >= timeouts.tunnelMs
          ? new Failure("idle-timeout", "Cannot keep tunnel: nothing passed through it")
          : undefined;
      case "parting":
        return nowMs - this.#activeMs >= partingMs && this.#channel.queuedBytes === 0
          ? new Failure("client-gone", "The client closed the connection in its answer")
          : undefined;
      case "nothing":
        return undefined;
    }
  }

  #isTakenTooSlowly(timeouts: ClientTimeouts): boolean {
    if (this.#waitedMs < timeouts.responseGraceMs) return false;
    const bytes = this.#sentBytes - this.#windowSentBytes;
    const isTooSlow = isAnswerTooSlow(this.#waitedMs, bytes, timeouts);
    this.#waitedMs = 0;
    this.#windowSentBytes = this.#sentBytes;
    return isTooSlow;
  }

  #note(nowMs: number, waitsFor: WaitsFor): void {
    const sent = this.#channel.sentBytes;
    const hasTaken = sent !== this.#sentBytes;
    if (hasTaken || this.#channel.queuedBytes === 0) this.#takenMs = nowMs;
    if (hasTaken || this.receivedBytes !== this.#receivedBytes) this.#activeMs = nowMs;
    if (waitsFor === "body") this.#readingMs += nowMs - this.#lookedMs;
    if (this.#wasQueued) this.#waitedMs += nowMs - this.#lookedMs;
    this.#wasQueued = this.#channel.queuedBytes > 0;
    this.#sentBytes = sent;
    this.#receivedBytes = this.receivedBytes;
    this.#lookedMs = nowMs;
  }
}
