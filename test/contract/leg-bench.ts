/**
 * What the leg contract (`src/http/leg.ts`) is tested on: one bench for each kind of leg. A bench
 * opens exchanges on one connection, and gives for each the leg under test and the other side.
 *
 *   test ──▶ leg ──▶ connection ══▶ remote ◀── test
 *   recorder ◀── leg ◀── connection ◀══ remote
 */

import type { Failure } from "../../src/base/failure.ts";
import type { Fields } from "../../src/http/fields.ts";
import type { ResponseHead } from "../../src/http/head.ts";
import type { Leg, LegReceiver } from "../../src/http/leg.ts";

/** The other side of an exchange, as far as no protocol differs from another. */
export interface Remote {
  /** Statuses, or the method of a request, in the order in which they came. */
  readonly heads: readonly string[];
  /** Of the last head. */
  readonly fields: Fields | undefined;
  /** All of the body that came. */
  readonly body: Buffer;
  readonly bodyBytes: number;
  /** `broken`: cut off before its end. */
  readonly state: "open" | "ended" | "broken";
  readonly trailers: Fields | undefined;
  /** Set it to take pieces as they come instead of collecting them. */
  onPiece: ((piece: Buffer) => void) | undefined;
  onRoom: () => void;
  sendHead(head: ResponseHead): void;
  /** Returns the room left, as a leg does. */
  sendBody(piece: Buffer): number;
  sendEnd(trailers?: Fields): void;
  /** Ends visibly broken. */
  breakOff(): void;
  stopReading(): void;
  readOn(): void;
}

export interface BenchExchange {
  readonly leg: Leg;
  readonly receiver: Recorder;
  readonly remote: Remote;
  /** Heads go the way of the answer: out of a client's leg, into an upstream's. */
  answer(...statuses: readonly number[]): Promise<void>;
  /** The heads that came out at the far end of that way. */
  answerHeads(): readonly string[];
}

export interface LegBench {
  readonly name: string;
  /** Which way the answer goes. */
  readonly role: "client" | "upstream";
  /** The next exchange on the same connection; its request has a body without a known length. */
  open(shape: "bodies" | "tunnel"): Promise<BenchExchange>;
  /** Resolves when nothing moves any more. */
  quiet(): Promise<void>;
  /** Several at a time may be opened. */
  readonly isMultiplexing: boolean;
  close(): Promise<void>;
}

/** A receiver that writes down what it is told. */
export class Recorder implements LegReceiver {
  /** `head 200`, `body`, `end`, `room`, `gone client-gone`; batches are not events. */
  readonly events: string[] = [];
  readonly pieces: Buffer[] = [];
  /** Views as they were given: their bytes may be anything by now. */
  readonly views: Buffer[] = [];
  trailers: Fields | undefined;
  failure: Failure | undefined;
  batchCount = 0;
  roomCount = 0;
  /** What to do with bytes that came: by default they are consumed at once. */
  consume: (bytes: number) => void = () => {};

  get body(): Buffer {
    return Buffer.concat(this.pieces);
  }

  onHead(head: ResponseHead): void {
    this.events.push(`head ${head.status}`);
  }

  onBody(piece: Buffer): void {
    if (this.events.at(-1) !== "body") this.events.push("body");
    this.pieces.push(Buffer.from(piece));
    this.views.push(piece);
    this.consume(piece.length);
  }

  onEnd(trailers: Fields | undefined): void {
    this.events.push("end");
    this.trailers = trailers;
  }

  onRoom(): void {
    this.roomCount += 1;
  }

  onBatch(): void {
    this.batchCount += 1;
  }

  onGone(failure: Failure): void {
    this.events.push("gone");
    this.failure = failure;
  }
}
