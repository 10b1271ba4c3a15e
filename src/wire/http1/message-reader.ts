/**
 * Reads one message after another from bytes: head, body, trailers (RFC 9112 §6, §7). It knows
 * nothing of roles; the machine that owns it says what the head means for the body.
 *
 *   receive(bytes) ──▶ next(): head ▶ piece … ▶ end ▶ (restart) ▶ head …
 *
 * `next` hands out one event at a time and touches nothing behind it, so that a receiver may stop
 * at any event and go on later. Bytes are borrowed until `next` says `need`; only a head that comes
 * in several reads is copied, and never more of it than its limit.
 */

import { assert } from "../../base/assert.ts";
import { Failure } from "../../base/failure.ts";
import { isHeadOnly, lookAlike } from "../../http/field-names.ts";
import { Fields, marksPerLine, removed } from "../../http/fields.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { removeNamed } from "./connection-options.ts";
import { HeadScan } from "./head-scan.ts";
import type { HeadLimits } from "./limits.ts";
import { scanHead } from "./scan-head.ts";

/** What `next` found. Small integers, since this is asked several times a read. */
export const readEvent = { need: 0, head: 1, piece: 2, end: 3 } as const;
export type ReadEvent = (typeof readEvent)[keyof typeof readEvent];

/** How the body that follows a head ends. */
export type BodyFraming = "none" | "sized" | "chunked" | "until-close" | "tunnel";

/** Keeps bytes of a read beyond it; returns the memory that has them now, at the same offsets. */
export interface BytesHolder {
  hold(buffer: Buffer, from: number, to: number): Buffer;
}

type State = "head" | "sized" | "chunked" | "trailers" | "until-close" | "tunnel" | "end" | "done";

const noBytes = Buffer.alloc(0);
const noNames: ReadonlySet<string> = new Set();

/** First room for a head that comes in pieces, in bytes; it grows up to the head's limit. */
const carryBytes = 1_024;

export class MessageReader {
  readonly scan: HeadScan;
  readonly #limits: HeadLimits;
  #state: State = "head";
  /** What was received lies from `#at` to `#end`. */
  #input: Buffer = noBytes;
  #at = 0;
  #end = 0;
  #carry: Buffer = noBytes;
  #carriedBytes = 0;
  #bytesLeft = 0;
  #chunked: ChunkedDecoder | undefined;
  #hasInputEnded = false;
  /** The head found by the last `head` event, first byte to last, one character a byte. */
  headText = "";
  /** The part of the body found by the last `piece` event; valid until the next call. */
  piece: Buffer = noBytes;
  /** The trailer section of the message that ended, without fields that may not be there. */
  trailers: Fields | undefined;
  /** Names in lower case that `Connection` said end at this hop: trailers too (RFC 9110 §7.6.1). */
  hopNames: ReadonlySet<string> = noNames;

  constructor(isResponse: boolean, limits: HeadLimits) {
    this.scan = new HeadScan(isResponse, limits);
    this.#limits = limits;
  }

  /**
   * Takes the first `length` bytes of `buffer`, which are the caller's again when `pendingBytes` is
   * 0, or after `hold`.
   */
  receive(buffer: Buffer, length = buffer.length): void {
    if (this.#at === this.#end) {
      this.#input = buffer;
      this.#end = length;
    } else {
      // Bytes that nobody wanted yet are kept in front: rare, since a driver stops reading then.
      const before = this.#input.subarray(this.#at, this.#end);
      this.#input = Buffer.concat([before, buffer.subarray(0, length)]);
      this.#end = this.#input.length;
    }
    this.#at = 0;
  }

  /** Bytes received that no event has told of yet. */
  get pendingBytes(): number {
    return this.#end - this.#at;
  }

  /** Those bytes are kept by `holder` from now on, wherever it puts them. */
  hold(holder: BytesHolder): void {
    this.#input = holder.hold(this.#input, this.#at, this.#end);
  }

  /** The body that was begun is sized, and all of it has been received. */
  get hasWholeBody(): boolean {
    return this.#state === "sized" && this.pendingBytes >= this.#bytesLeft;
  }

  /** A head has begun and is not whole yet. */
  get isInsideHead(): boolean {
    return this.#state === "head" && this.scan.hasStarted;
  }

  /** A message has begun and is not whole yet. */
  get isInsideMessage(): boolean {
    return this.#state === "head" ? this.scan.hasStarted : this.#state !== "done";
  }

  /** The whole message was read, and its end told. */
  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Says how the body behind the head ends. `bytes` counts only if it is `sized`. */
  beginBody(framing: BodyFraming, bytes: number): void {
    this.#bytesLeft = bytes;
    this.#state = framing === "none" ? "end" : framing;
    if (framing !== "chunked") return;
    this.#chunked ??= new ChunkedDecoder();
    this.#chunked.restart();
  }

  /**
   * Waits for the next head, once the message before it is done, and lets go of that one: what an
   * idle connection holds on to grows old, and whatever it points to grows old with it.
   */
  restart(): void {
    this.#state = "head";
    this.scan.restart();
    this.headText = "";
    this.piece = noBytes;
    if (this.pendingBytes === 0) this.receive(noBytes, 0);
    this.trailers = undefined;
    this.hopNames = noNames;
    this.#hasInputEnded = false;
    if (this.#carry.length > carryBytes) this.#carry = noBytes;
  }

  /** Throws a `Failure` where the bytes are no message. */
  next(): ReadEvent {
    switch (this.#state) {
      case "head":
        return this.#scan() ? readEvent.head : readEvent.need;
      case "sized":
        return this.#nextSized();
      case "chunked":
        return this.#nextChunked();
      case "trailers":
        return this.#nextTrailers();
      case "until-close":
      case "tunnel":
        return this.#nextUntilEnd();
      case "end":
        this.#state = "done";
        return readEvent.end;
      case "done":
        return readEvent.need;
    }
  }

  /**
   * The other side sends no more. Returns whether that is a proper end here: after it `next` gives
   * the `end` of a body that only a close could end. False: the message is cut short.
   */
  receiveEnd(): boolean {
    switch (this.#state) {
      case "until-close":
      case "tunnel":
        this.#hasInputEnded = true;
        return true;
      case "end":
      case "done":
        return true;
      case "head":
        return !this.scan.hasStarted && this.pendingBytes === 0;
      case "sized":
      case "chunked":
      case "trailers":
        return false;
    }
  }

  #nextUntilEnd(): ReadEvent {
    if (!this.#hasInputEnded || this.pendingBytes > 0) return this.#takePiece(this.#end);
    this.#state = "done";
    return readEvent.end;
  }

  #nextSized(): ReadEvent {
    const end = Math.min(this.#end, this.#at + this.#bytesLeft);
    this.#bytesLeft -= end - this.#at;
    if (this.#bytesLeft === 0) this.#state = "end";
    return this.#takePiece(end);
  }

  #nextChunked(): ReadEvent {
    const chunked = this.#chunked;
    assert(chunked !== undefined, "a chunked body has its decoder");
    const at = chunked.feed(this.#input, this.#at, this.#end);
    if (at < 0) throw this.#badChunk(this.#input[-1 - at]!);
    this.#at = at;
    if (chunked.pieceEnd > chunked.pieceStart) {
      this.piece = this.#input.subarray(chunked.pieceStart, chunked.pieceEnd);
      return readEvent.piece;
    }
    if (!chunked.isDone) return readEvent.need;
    this.scan.restartFields();
    this.#state = "trailers";
    return this.#nextTrailers();
  }

  #nextTrailers(): ReadEvent {
    if (!this.#scan()) return readEvent.need;
    const marks = this.scan.takeMarks();
    for (let at = 0; at < marks.length; at += marksPerLine) {
      const field = marks[at]!;
      if (field === lookAlike || isHeadOnly(field)) marks[at] = removed;
    }
    if (this.hopNames.size > 0) removeNamed(this.headText, marks, this.hopNames);
    if (marks.length > 0) this.trailers = new Fields(this.headText, marks);
    this.#state = "done";
    return readEvent.end;
  }

  #takePiece(end: number): ReadEvent {
    if (end === this.#at) return readEvent.need;
    this.piece = this.#input.subarray(this.#at, end);
    this.#at = end;
    return readEvent.piece;
  }

  /** Looks for the end of a head or trailer section, in the input or in what was carried over. */
  #scan(): boolean {
    const scan = this.scan;
    if (this.#carriedBytes > 0) return this.#scanCarried();
    if (this.#at === this.#end) return false;
    if (scanHead(scan, this.#input, this.#at, this.#end)) {
      this.headText = this.#input.toString("latin1", this.#at, this.#at + scan.at);
      this.#at += scan.at;
      return true;
    }
    this.#carryOver();
    return false;
  }

  #scanCarried(): boolean {
    const before = this.#carriedBytes;
    this.#carryOver();
    const whole = scanHead(this.scan, this.#carry, 0, this.#carriedBytes);
    if (!whole) return false;
    // What was copied beyond the head's end is still in the input: give it back.
    this.#at -= this.#carriedBytes - this.scan.at;
    this.headText = this.#carry.toString("latin1", 0, this.scan.at);
    assert(this.scan.at > before, "a whole head ends in the newest bytes");
    this.#carriedBytes = 0;
    return true;
  }

  /** Copies input behind what is carried, but never more than one byte over the limit. */
  #carryOver(): void {
    const room = this.#limits.headBytesMax + 1 - this.#carriedBytes;
    const bytes = Math.min(this.#end - this.#at, room);
    const wanted = this.#carriedBytes + bytes;
    if (wanted > this.#carry.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(carryBytes, 2 * wanted));
      this.#carry.copy(grown, 0, 0, this.#carriedBytes);
      this.#carry = grown;
    }
    this.#input.copy(this.#carry, this.#carriedBytes, this.#at, this.#at + bytes);
    this.#at += bytes;
    this.#carriedBytes = wanted;
  }

  #badChunk(byte: number): Failure {
    const hex = byte.toString(16).padStart(2, "0");
    const code = this.scan.isResponse ? "bad-response" : "bad-request";
    return new Failure(code, `Cannot read chunked body: byte 0x${hex} is out of place`);
  }
}
