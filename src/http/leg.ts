/**
 * A leg: one side of one exchange, over any protocol. The exchange knows nothing more of HTTP/1,
 * HTTP/2 or whatever comes later.
 *
 *          onHead onBody onEnd onRoom onBatch onGone
 *   leg ───────────────────────────────────────────▶ receiver
 *       ◀───────────────────────────────────────────
 *          sendHead sendBody sendEnd flush consumed abort
 *
 * Back pressure goes both ways in bytes. A leg delivers body only while what it has delivered and
 * what the receiver has `consumed` are not further apart than one read (HTTP/1) or one window
 * (HTTP/2). `sendBody` tells how much more would fit: at 0 the sender waits for `onRoom`.
 *
 * After `onEnd` nothing is delivered but `onGone`; after `onGone`, or after our `abort`, nothing at
 * all. A leg never throws at its user for what the other side did: that is `onGone`.
 */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "./fields.ts";
import type { ResponseHead } from "./head.ts";

/** What both kinds of leg can do. */
export interface Leg {
  /**
   * Starts delivery. Until it is called, what arrives is held back (and the other side stalled).
   */
  attach(receiver: LegReceiver): void;
  /** `piece` is the caller's again when this returns. Returns the bytes that would fit after it. */
  sendBody(piece: Buffer): number;
  /**
   * Bytes that were sent and that the other side has not taken; their memory is still looked at. If
   * there are any, `onRoom` will be called when there is none.
   */
  queued(): number;
  /** The message is whole. Flushes. */
  sendEnd(trailers?: Fields): void;
  /**
   * Everything said so far goes out now; without it a leg may hold a head or a small piece back.
   */
  flush(): void;
  /** The receiver is done with this many bytes of body. */
  consumed(bytes: number): void;
  /**
   * Cuts the exchange so that the other side sees it is broken: RST_STREAM, or a close without the
   * last chunk. Harmless after the end of both directions.
   */
  abort(failure: Failure): void;
}

/** The leg of a client: requests come in, responses go out. */
export interface ClientLeg extends Leg {
  /**
   * Interim heads (1xx) first, any number; then one final head. After a 101 the leg is a tunnel:
   * pieces are raw bytes in both directions, and `sendEnd` and `onEnd` are half-closes.
   */
  sendHead(head: ResponseHead): void;
  /** All of the request's body has been read: whoever attaches need not wait for it. */
  readonly hasWholeBody: boolean;
}

/** The leg of an upstream: the request was sent when the leg was opened. */
export interface UpstreamLeg extends Leg {
  /** The connection had served an exchange before this one. */
  readonly reused: boolean;
}

/** Whoever takes what a leg delivers. */
export interface LegReceiver {
  /** Upstream legs only: interim heads, then the final one, after which body may follow at once. */
  onHead(head: ResponseHead): void;
  /** `piece` is valid during the call only. */
  onBody(piece: Buffer): void;
  onEnd(trailers: Fields | undefined): void;
  /** `sendBody` had returned 0, or `queued` more than 0, and now all has been taken. */
  onRoom(): void;
  /** All that one read brought has been delivered: a good moment to flush the other side. */
  onBatch(): void;
  /** The other side is gone, or broke the protocol; this leg is closed. */
  onGone(failure: Failure): void;
}
