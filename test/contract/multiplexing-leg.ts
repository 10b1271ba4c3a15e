/**
 * Legs over a protocol with several exchanges on one connection: a toy of frames, which are objects
 * and go through memory, but with the flow control of HTTP/2 (RFC 9113 §5.2): each exchange has a
 * window each way, and what is stalled in one holds up no other.
 *
 *   leg ──▶ held back ──▶ outbox ──flush──▶ frames ──▶ other end's leg
 *            (window 0)                      ◀── window, as it is consumed
 *
 * The two ends are alike. One opens exchanges (an upstream connection), one gets them (a door).
 */

import { Failure } from "../../src/base/failure.ts";
import type { Fields } from "../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import type { ClientLeg, LegReceiver, UpstreamLeg } from "../../src/http/leg.ts";

/** What one exchange may have on its way, in bytes: the default of HTTP/2. */
export const windowBytes = 64 * 1024 - 1;

/** A piece up to this size waits for company; as in HTTP/1. */
const heldBackBytesMax = 8 * 1024;

const poison = 0xdb;

type Frame =
  | { readonly type: "open"; readonly head: RequestHead }
  | { readonly type: "head"; readonly head: ResponseHead }
  | { readonly type: "body"; readonly bytes: Buffer }
  | { readonly type: "end"; readonly trailers: Fields | undefined }
  | { readonly type: "window"; readonly bytes: number }
  | { readonly type: "reset" };

export class MultiplexingConnection {
  /** A client's exchange has begun. */
  onExchange: (head: RequestHead, leg: MultiplexingLeg) => void = () => {};
  readonly legs = new Map<number, MultiplexingLeg>();
  #other: MultiplexingConnection | undefined;
  #arrived: [exchange: number, frame: Frame][] = [];
  #isBatchDue = false;
  #nextExchange = 1;
  #servedCount = 0;

  static pair(): [MultiplexingConnection, MultiplexingConnection] {
    const one = new MultiplexingConnection();
    const other = new MultiplexingConnection();
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** As `UpstreamConnection.open`. */
  open(head: RequestHead, _timeouts: unknown, receiver: LegReceiver): MultiplexingLeg {
    const leg = this.#add(this.#nextExchange++, this.#servedCount > 0, receiver);
    this.#servedCount += 1;
    leg.openWith(head);
    return leg;
  }

  /** The connection breaks: so does every exchange on it. */
  cut(): void {
    const other = this.#other;
    this.#other = undefined;
    for (const leg of this.legs.values()) leg.lose();
    if (other !== undefined) setImmediate(() => other.cut());
  }

  get isQuiet(): boolean {
    return !this.#isBatchDue;
  }

  send(exchange: number, frame: Frame): void {
    this.#other?.deliver(exchange, frame);
  }

  deliver(exchange: number, frame: Frame): void {
    this.#arrived.push([exchange, frame]);
    if (this.#isBatchDue) return;
    this.#isBatchDue = true;
    setImmediate(() => this.#take());
  }

  #take(): void {
    const batch = this.#arrived;
    this.#arrived = [];
    this.#isBatchDue = false;
    const touched = new Set<MultiplexingLeg>();
    for (const [exchange, frame] of batch) {
      if (frame.type === "open") this.#accept(exchange, frame.head);
      const leg = this.legs.get(exchange);
      if (leg === undefined) continue;
      leg.take(frame);
      touched.add(leg);
    }
    for (const leg of touched) leg.endBatch();
  }

  #accept(exchange: number, head: RequestHead): void {
    this.onExchange(head, this.#add(exchange, false, undefined));
  }

  #add(exchange: number, reused: boolean, receiver: LegReceiver | undefined): MultiplexingLeg {
    const leg: MultiplexingLeg = new MultiplexingLeg(reused, receiver, {
      send: (frame) => this.send(exchange, frame),
      forget: () => void this.legs.delete(exchange),
    });
    this.legs.set(exchange, leg);
    return leg;
  }
}

/** What a leg has of its connection. */
interface Line {
  send(frame: Frame): void;
  forget(): void;
}

export class MultiplexingLeg implements ClientLeg, UpstreamLeg {
  readonly reused: boolean;
  #line: Line | undefined;
  #receiver: LegReceiver | undefined;
  /** A receiver is there, but it has not asked for bodies. */
  #isHolding = true;
  #outbox: Frame[] = [];
  #outboxBytes = 0;
  #sendWindow = windowBytes;
  /** Found no window. */
  #stalled: Buffer[] = [];
  #stalledBytes = 0;
  #wantsRoom = false;
  #endToSend: { trailers: Fields | undefined } | undefined;
  #hasSentEnd = false;
  #incoming: Frame[] = [];
  #incomingBytes = 0;
  #unconsumedBytes = 0;
  #hasReceivedEnd = false;

  constructor(reused: boolean, receiver: LegReceiver | undefined, line: Line) {
    this.reused = reused;
    this.#receiver = receiver;
    this.#line = line;
  }

  /** All that it keeps of bodies, in bytes. */
  get heldBytes(): number {
    return this.#outboxBytes + this.#stalledBytes + this.#incomingBytes;
  }

  openWith(head: RequestHead): void {
    this.#post({ type: "open", head });
  }

  attach(receiver: LegReceiver): void {
    if (this.#line === undefined) return;
    this.#receiver = receiver;
    this.#isHolding = false;
    this.#deliver();
    this.endBatch();
  }

  sendHead(head: ResponseHead): void {
    this.#post({ type: "head", head });
  }

  sendBody(piece: Buffer): number {
    if (this.#line === undefined) return Math.max(1, piece.length);
    this.#stalled.push(Buffer.from(piece));
    this.#stalledBytes += piece.length;
    this.#pushStalled();
    const room = Math.max(0, this.#sendWindow - this.#stalledBytes);
    this.#wantsRoom = room === 0;
    if (room === 0) this.flush();
    return room;
  }

  queued(): number {
    if (this.#stalledBytes > 0) this.#wantsRoom = true;
    return this.#stalledBytes;
  }

  get hasWholeBody(): boolean {
    return this.#hasReceivedEnd;
  }

  sendEnd(trailers?: Fields): void {
    if (this.#line === undefined) return;
    this.#endToSend = { trailers };
    this.#pushStalled();
    this.flush();
  }

  flush(): void {
    const frames = this.#outbox;
    this.#outbox = [];
    this.#outboxBytes = 0;
    for (const frame of frames) this.#line?.send(frame);
  }

  consumed(bytes: number): void {
    if (this.#line === undefined) return;
    this.#unconsumedBytes -= bytes;
    this.#line.send({ type: "window", bytes });
  }

  abort(_failure: Failure): void {
    const line = this.#line;
    this.#leave();
    line?.send({ type: "reset" });
  }

  /** The connection is gone. */
  lose(): void {
    const receiver = this.#receiver;
    if (this.#line === undefined) return;
    this.#leave();
    receiver?.onGone(new Failure("upstream-reset", "The connection broke"));
  }

  take(frame: Frame): void {
    switch (frame.type) {
      case "open":
        return;
      case "head":
        this.#receiver?.onHead(frame.head);
        return;
      case "window":
        return this.#widen(frame.bytes);
      case "reset":
        return this.lose();
      case "body":
      case "end":
        if (frame.type === "body") this.#incomingBytes += frame.bytes.length;
        this.#incoming.push(frame);
        return this.#deliver();
    }
  }

  endBatch(): void {
    if (!this.#isHolding) this.#receiver?.onBatch();
  }

  #post(frame: Frame): void {
    if (this.#line === undefined) return;
    this.#outbox.push(frame);
    if (frame.type === "body") this.#outboxBytes += frame.bytes.length;
    if (this.#outboxBytes > heldBackBytesMax) this.flush();
  }

  /** Moves what the window allows out of the stall. */
  #pushStalled(): void {
    for (let first = this.#stalled.shift(); first !== undefined; first = this.#stalled.shift()) {
      const bytes = first.subarray(0, this.#sendWindow);
      if (bytes.length < first.length) this.#stalled.unshift(first.subarray(bytes.length));
      if (bytes.length === 0) return;
      this.#stalledBytes -= bytes.length;
      this.#sendWindow -= bytes.length;
      this.#post({ type: "body", bytes });
    }
    const end = this.#endToSend;
    if (end === undefined || this.#hasSentEnd) return;
    this.#hasSentEnd = true;
    this.#post({ type: "end", trailers: end.trailers });
    this.flush();
    this.#leaveIfOver();
  }

  #widen(bytes: number): void {
    this.#sendWindow += bytes;
    this.#pushStalled();
    this.flush();
    const hasRoom = this.#sendWindow > this.#stalledBytes;
    if (!this.#wantsRoom || !hasRoom) return;
    this.#wantsRoom = false;
    this.#receiver?.onRoom();
  }

  #deliver(): void {
    while (!this.#isHolding && this.#line !== undefined) {
      const frame = this.#incoming.shift();
      if (frame === undefined) return;
      if (frame.type === "body") this.#deliverBody(frame.bytes);
      if (frame.type === "end") this.#deliverEnd(frame.trailers);
    }
  }

  #deliverBody(bytes: Buffer): void {
    this.#incomingBytes -= bytes.length;
    this.#unconsumedBytes += bytes.length;
    if (this.#unconsumedBytes > windowBytes) throw new Error("over the window");
    this.#receiver?.onBody(bytes);
    bytes.fill(poison);
  }

  #deliverEnd(trailers: Fields | undefined): void {
    const receiver = this.#receiver;
    this.#hasReceivedEnd = true;
    this.#leaveIfOver();
    receiver?.onEnd(trailers);
  }

  #leaveIfOver(): void {
    if (this.#hasSentEnd && this.#hasReceivedEnd) this.#leave();
  }

  #leave(): void {
    this.#line?.forget();
    this.#line = undefined;
    this.#receiver = undefined;
    this.#outbox = [];
    this.#stalled = [];
    this.#incoming = [];
    this.#outboxBytes = this.#stalledBytes = this.#incomingBytes = 0;
  }
}
