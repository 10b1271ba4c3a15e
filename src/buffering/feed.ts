/**
 * Feeds a leg with a spoon: takes a body as fast as it comes, and hands it on as fast as the leg
 * takes it.
 *
 *   sendBody ──▶ (spool) ──▶ leg          straight through while the leg keeps up
 *        room ◀──      ◀── onRoom
 *
 * What a socket has in its hands stays where it is until the socket has taken it: one view of the
 * spool at a time, which is counted like all that waits. The end goes on when all has been taken,
 * so that nothing is waited for that nobody counts.
 */

import { Failure } from "../base/failure.ts";
import { Spool, type SpoolReader } from "../base/spool.ts";
import type { Fields } from "../http/fields.ts";
import type { BodySink } from "../http/filter.ts";
import type { Leg } from "../http/leg.ts";
import type { Spools } from "./spools.ts";

export interface FeedOwner {
  /** `sendBody` had returned 0, and now there is room again. */
  onFeedRoom(): void;
  /** So many bytes went to the leg. */
  onFedBytes(bytes: number): void;
  /** All has been taken, and the end was sent, if there was one. */
  onFed(): void;
  /** What was kept cannot be read any more. */
  onFeedFailed(failure: Failure): void;
}

/** Says how much may go to the leg now. */
export interface Pacer {
  /** Of `wanted` bytes, how many may go; 0: `onGrant` is called when some may. */
  grant(wanted: number): number;
  /** So many of those that were granted did not go. */
  giveBack(bytes: number): void;
  onGrant: (() => void) | undefined;
  close(): void;
}

export interface FeedOptions {
  /** So much is kept at most, in bytes; 0: nothing, whoever sends has to wait. */
  readonly bytesMax: number;
  /** undefined: as fast as it can. */
  readonly pacer?: Pacer | undefined;
  /** A spool that somebody else fills and releases; what it has is sent first. */
  readonly spool?: Spool<Fields | undefined> | undefined;
  /** Who sends is free as soon as its end is here, and that is to be counted. */
  readonly isAnswer: boolean;
}

type FedLeg = BodySink & Pick<Leg, "queued">;

/** What goes in one piece to a leg that is paced, at most, in bytes. */
const pacedBytesMax = 64 * 1024;

export class Feed implements BodySink {
  readonly #leg: FedLeg;
  readonly #owner: FeedOwner;
  readonly #spools: Spools;
  readonly #options: FeedOptions;
  #spool: Spool<Fields | undefined> | undefined;
  #reader: SpoolReader<Fields | undefined> | undefined;
  /** The leg has not taken what it has. */
  #isWaiting = false;
  /** Bytes may not pass the spool by: somebody else wants to read them, too. */
  #mustKeep: boolean;
  #isPumping = false;
  #chargedBytes = 0;
  #owesRoom = false;
  #end: { readonly trailers: Fields | undefined; readonly isProper: boolean } | undefined;
  /** When the end was known, with more to send, in ms; undefined: it was not. */
  #endedMs: number | undefined;
  #isClosed = false;

  constructor(leg: FedLeg, owner: FeedOwner, spools: Spools, options: FeedOptions) {
    this.#leg = leg;
    this.#owner = owner;
    this.#spools = spools;
    this.#options = options;
    this.#spool = options.spool;
    this.#mustKeep = options.spool !== undefined;
    this.#listen();
    if (options.pacer !== undefined) options.pacer.onGrant = () => this.#goOn();
    spools.counts.feedsBegun += 1;
    spools.counts.feedsNow += 1;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The leg had no room after a piece that was sent past us. Returns the room that there is. */
  begin(): number {
    this.#wait();
    return this.#room();
  }

  /** Sends what the spool has. Returns the room that there is. */
  start(): number {
    this.pump();
    return this.#room();
  }

  /** Always takes the piece. Returns how many bytes would fit after it. */
  sendBody(piece: Buffer): number {
    if (this.#isClosed) return Math.max(1, piece.length);
    const { bytesMax, pacer } = this.#options;
    const isEmpty = this.#reader?.isCaughtUp !== false;
    const isStraight = isEmpty && pacer === undefined && !this.#mustKeep;
    if (isStraight && (!this.#isWaiting || bytesMax === 0)) {
      this.#send(piece);
      if (this.#isWaiting) this.#wait();
    } else {
      this.#ownSpool().append(piece);
      this.pump();
    }
    return this.#room();
  }

  /** Nobody else wants what comes from now on. */
  letGo(): void {
    this.#mustKeep = false;
  }

  sendEnd(trailers?: Fields): void {
    this.#finishWith({ trailers, isProper: true });
  }

  /** Nothing more comes, and no end: `onFed` tells when what is here has been taken. */
  stop(): void {
    this.#finishWith({ trailers: undefined, isProper: false });
  }

  flush(): void {
    this.#leg.flush();
  }

  /** The leg has taken all that it was given, unless it was given more since that was noticed. */
  onRoom(): void {
    if (this.#isClosed || this.#leg.queued() > 0) return;
    this.#discharge();
    this.#isWaiting = false;
    this.#reader?.pass();
    this.#goOn();
  }

  /** Sends what there is, as far as it is taken; a spool that somebody else fills has more. */
  pump(): void {
    if (this.#isPumping || this.#isClosed) return;
    this.#isPumping = true;
    let hasSent = false;
    while (!this.#isWaiting && this.#sendNext()) hasSent = true;
    this.#isPumping = false;
    if (this.#reader?.failed === true) return this.#fail();
    if (hasSent && !this.#isClosed) this.#leg.flush();
    this.#endIfFed();
  }

  /** Nothing goes to the leg any more. Harmless a second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#discharge();
    this.#options.pacer?.close();
    this.#reader?.close();
    if (this.#options.spool === undefined) this.#spool?.release();
    const { counts } = this.#spools;
    counts.feedsNow -= 1;
    if (this.#endedMs === undefined) return;
    counts.answersFreed -= 1;
    counts.savedMs += this.#spools.nowMs() - this.#endedMs;
  }

  #goOn(): void {
    this.pump();
    if (!this.#owesRoom || this.#isClosed || this.#room() === 0) return;
    this.#owner.onFeedRoom();
  }

  /** Returns whether there may be more. */
  #sendNext(): boolean {
    const { pacer } = this.#options;
    const reader = this.#reader;
    if (reader === undefined || reader.isCaughtUp) return false;
    const granted = pacer === undefined ? Infinity : pacer.grant(pacedBytesMax);
    if (granted === 0) return false;
    const view = reader.read(granted);
    const sentBytes = view?.length ?? 0;
    if (granted !== Infinity && sentBytes < granted) pacer?.giveBack(granted - sentBytes);
    if (view === undefined) return false;
    this.#send(view);
    if (this.#leg.queued() === 0) reader.pass();
    return true;
  }

  #send(piece: Buffer): void {
    this.#owner.onFedBytes(piece.length);
    if (this.#leg.sendBody(piece) === 0) this.#isWaiting = true;
  }

  /** After a piece that is not in the spool: what the leg keeps of it is counted here. */
  #wait(): void {
    this.#discharge();
    this.#isWaiting = true;
    const queuedBytes = this.#leg.queued();
    this.#chargedBytes = queuedBytes;
    if (queuedBytes > 0) this.#spools.charge(queuedBytes);
  }

  #discharge(): void {
    if (this.#chargedBytes > 0) this.#spools.discharge(this.#chargedBytes);
    this.#chargedBytes = 0;
  }

  #room(): number {
    const { bytesMax, spool } = this.#options;
    const waits = this.#isWaiting || this.#reader?.isCaughtUp === false;
    const isOwn = spool !== undefined || bytesMax > 0;
    const room = !waits ? 1 : isOwn ? this.#ownSpool().room : 0;
    this.#owesRoom = room === 0;
    return room;
  }

  #ownSpool(): Spool<Fields | undefined> {
    if (this.#spool !== undefined) return this.#spool;
    this.#spool = new Spool(this.#spools, this.#options.bytesMax);
    this.#listen();
    return this.#spool;
  }

  #listen(): void {
    const spool = this.#spool;
    if (spool === undefined) return;
    this.#reader = spool.reader();
    this.#reader.onReady = () => this.#goOn();
    spool.onRoom = () => this.#goOn();
  }

  #finishWith(end: { trailers: Fields | undefined; isProper: boolean }): void {
    if (this.#end !== undefined || this.#isClosed) return;
    this.#end = end;
    if (this.#options.spool === undefined) this.#spool?.end();
    this.#endIfFed();
    if (this.#isClosed || !this.#options.isAnswer) return;
    this.#endedMs = this.#spools.nowMs();
    this.#spools.counts.answersFreed += 1;
  }

  #endIfFed(): void {
    const end = this.#end;
    if (end === undefined || this.#isClosed || this.#reader?.isCaughtUp === false) return;
    if (this.#leg.queued() > 0) return;
    this.close();
    if (end.isProper) this.#leg.sendEnd(end.trailers);
    this.#owner.onFed();
  }

  #fail(): void {
    const message = "Cannot send what was kept: its file cannot be read";
    this.#owner.onFeedFailed(new Failure("spool-failed", message));
  }
}
