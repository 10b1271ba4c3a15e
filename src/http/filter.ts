/**
 * A filter: something that the body of an answer passes through on its way to the client, such as
 * an encoder or a translator.
 *
 *            sendBody sendEnd flush              sendBody sendEnd flush
 *   relay ───────────────────────────▶ filter ───────────────────────────▶ output … client
 *         ◀───────────────────────────        ◀───────────────────────────
 *              onRoom onFailure                          onRoom
 *
 * It takes pieces and gives pieces, not necessarily as many or at once. Its room works as a leg's:
 * when `sendBody` has returned 0 it gets no more until it has called `onRoom` of its output, and it
 * does the same by its output. It never throws for what is in a body: that is `onFailure`.
 */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "./fields.ts";
import type { Leg } from "./leg.ts";

/** Where a body goes: a leg, or a filter before it. */
export type BodySink = Pick<Leg, "sendBody" | "sendEnd" | "flush">;

export interface Filter extends BodySink {
  /** The body that comes out may have other bytes than the one that goes in. */
  readonly changesBytes: boolean;
  /** Called once, before anything else. */
  start(output: FilterOutput): void;
  /** `piece` is valid during the call only. Returns the bytes that would fit after it. */
  sendBody(piece: Buffer): number;
  /** No more pieces: the end goes on when all that is inside has. */
  sendEnd(trailers?: Fields): void;
  /** What can go on now does, as far as the format allows it: a reader may be waiting for it. */
  flush(): void;
  /** The output had no room, and now has some again. */
  onRoom(): void;
  /** Called once, at the end or earlier. Whatever is said to the output from now on is lost. */
  close(): void;
}

/** What stands behind a filter. */
export interface FilterOutput extends BodySink {
  /** `sendBody` of the filter had returned 0, and now it has room again. */
  onRoom(): void;
  /** The filter cannot go on: the answer is cut. */
  onFailure(failure: Failure): void;
}
