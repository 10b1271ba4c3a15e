/**
 * Joins two legs, and is the only place where back pressure is decided: it takes no more from one
 * leg than the other has room for.
 *
 *            onBody ▶ sendBody                 onBody ▶ sendBody
 *   client ────────────────────▶ upstream   client ◀──────────────────── upstream
 *            consumed ◀ onRoom                 consumed ◀ onRoom
 *
 * Bytes that found no room are owed: they are consumed when there is room again. Nothing here is
 * asynchronous; the relay settles twice, once for the head of the answer and once for its end. The
 * same relay carries a tunnel after a 101, where an end is a half-close. Filters may stand in the
 * way of an answer's body; then it has ended when its end has come out of the last one.
 */

import { Failure } from "../base/failure.ts";
import { Spool } from "../base/spool.ts";
import type { SpoolBudget } from "../base/spool.ts";
import type { Fields } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { Filter } from "../http/filter.ts";
import type { UpstreamLeg } from "../http/leg.ts";
import type { UpstreamTimeouts } from "../upstream/options.ts";
import type { Member } from "../upstream/pool.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import type { Exchange } from "./exchange.ts";
import { FilterChain } from "./filter-chain.ts";
import { forgetBytes, isOfBytes, mapToPublic } from "./outgoing.ts";
import { Dropped, FromClient, FromFilters, FromUpstream } from "./relay-ends.ts";

/** How much of a request body is kept to say it again on another connection, in bytes. */
const replayBytesMax = 64 * 1024;

/** Whoever sends by a relay: what it is allowed, and who is told once of each `send`. */
export interface RelayOwner {
  /** The final head of the answer is here; its body waits for `run`. */
  answered(head: ResponseHead): void;
  /** There will be none. If the failure allows and `canRepeat` says so, `send` may follow. */
  failed(failure: Failure): void;
  readonly timeouts: UpstreamTimeouts;
  /** Bytes of a request body; 0: no limit. */
  readonly bodyBytesMax: number;
  readonly spoolBudget: SpoolBudget;
  /** The request may be sent twice, so its body is kept. */
  readonly isRepeatable: boolean;
}

/** All that the relay knows of a connection to an upstream. */
type Opener = Pick<UpstreamConnection, "open">;

export class Relay {
  /** Who is asked now: its interim heads are made public before they go on. */
  member: Member | undefined;
  readonly #exchange: Exchange;
  readonly #owner: RelayOwner;
  readonly #fromClient: FromClient;
  readonly #fromUpstream: FromUpstream;
  #upstream: UpstreamLeg | undefined;
  #wasReused = false;
  #hasClientAttached = false;
  #isRequestWhole = false;
  #requestTrailers: Fields | undefined;
  #owedToClient = 0;
  #owedToUpstream = 0;
  #spool: Spool | undefined;
  #isTunnel = false;
  #filters: FilterChain | undefined;
  #changesBytes = false;
  /** It has come from the upstream as a whole, and gone to the client as a whole. */
  #isAnswerWhole = false;
  #hasAnswerEnded = false;
  #awaitsHead = false;
  #settle: ((failure: Failure | undefined) => void) | undefined;
  #isSettled = false;
  #failure: Failure | undefined;

  constructor(exchange: Exchange, owner: RelayOwner) {
    this.#exchange = exchange;
    this.#owner = owner;
    this.#fromClient = new FromClient(this);
    this.#fromUpstream = new FromUpstream(this);
  }

  /** Sends the request on a connection; its owner is told what comes of it. */
  send(connection: Opener, head: RequestHead): void {
    this.#awaitsHead = true;
    const leg = connection.open(head, this.#owner.timeouts, this.#fromUpstream);
    this.#upstream = leg;
    this.#wasReused = leg.reused;
    this.#exchange.onAbort(this);
    if (head.body === "none") leg.sendEnd();
    else if (this.#hasClientAttached) this.#replay(leg);
    else this.#attachClient(leg);
  }

  #attachClient(leg: UpstreamLeg): void {
    const isWorthKeeping = this.#owner.isRepeatable && leg.reused;
    if (isWorthKeeping) this.#spool = new Spool(this.#owner.spoolBudget, replayBytesMax);
    // The head waits for the first piece of the body: they leave together, or with the batch.
    this.#hasClientAttached = true;
    this.#exchange.client.attach(this.#fromClient);
  }

  /** Whether all that was taken from the client so far can be sent once more. */
  get canRepeat(): boolean {
    return !this.#hasClientAttached || (this.#spool !== undefined && !this.#spool.overflowed);
  }

  /** The last connection had served an exchange before. */
  get wasReused(): boolean {
    return this.#wasReused;
  }

  #replay(leg: UpstreamLeg): void {
    const reader = this.#spool?.reader();
    for (let piece = reader?.read(); piece !== undefined; piece = reader?.read()) {
      leg.sendBody(piece);
    }
    reader?.close();
    if (this.#isRequestWhole) leg.sendEnd(this.#requestTrailers);
    else leg.flush();
    this.roomAtUpstream();
  }

  /**
   * Puts filters in the way of the answer's body, the first one next to the upstream. `head` is the
   * answer's, not sent yet: what it says of the body's bytes is taken out if they change.
   */
  filter(head: ResponseHead, filters: readonly Filter[]): void {
    this.#changesBytes = filters.some(({ changesBytes }) => changesBytes);
    if (this.#changesBytes) forgetBytes(head);
    this.#filters = new FilterChain(filters, new FromFilters(this));
  }

  /** Passes the answer's body on. It may be settled when this returns. */
  run(isTunnel: boolean): void {
    this.#isTunnel = isTunnel;
    // The end of the request's own body was no half-close.
    if (isTunnel) this.#isRequestWhole = false;
    this.#spool?.release();
    if (!this.#isSettled) this.#upstream?.attach(this.#fromUpstream);
    if (isTunnel) this.#exchange.client.attach(this.#fromClient);
  }

  /**
   * Nobody wants the answer's body: what has come of it is read and dropped. If that was all, its
   * connection can be used again; else it is closed.
   */
  drop(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.release();
    const upstream = this.#upstream;
    if (upstream === undefined) return;
    const dropped = new Dropped(upstream);
    upstream.attach(dropped);
    if (!dropped.isOver) upstream.abort(new Failure("client-gone", "Another answer is given"));
  }

  /** The answer ended, in order or by a failure. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What cut the answer short, once it is settled. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Resolves when the answer has ended, with what cut it short if anything did. */
  settled(): Promise<Failure | undefined> {
    if (this.#isSettled) return Promise.resolve(this.#failure);
    const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
    this.#settle = resolve;
    return promise;
  }

  /** Ends both directions, from our side. */
  abort(failure: Failure): void {
    this.#upstream?.abort(failure);
    this.#fail(failure);
  }

  /** Gives back what was kept for another attempt; the exchange's abort is no longer for us. */
  release(): void {
    this.#spool?.release();
    this.#exchange.leaveAbort(this);
  }

  // From the client.

  requestBody(piece: Buffer): void {
    const exchange = this.#exchange;
    exchange.requestBytes += piece.length;
    const { bodyBytesMax } = this.#owner;
    if (bodyBytesMax > 0 && exchange.requestBytes > bodyBytesMax && !this.#isTunnel) {
      exchange.abort(new Failure("body-too-large", `Cannot take body: over ${bodyBytesMax} bytes`));
      return;
    }
    this.#spool?.append(piece);
    const room = this.#upstream?.sendBody(piece) ?? 0;
    if (room > 0) exchange.client.consumed(piece.length);
    else this.#owedToClient += piece.length;
  }

  requestEnd(trailers: Fields | undefined): void {
    this.#isRequestWhole = true;
    this.#requestTrailers = trailers;
    // One without a body went out with its head.
    if (this.#isTunnel || this.#exchange.head.body !== "none") this.#upstream?.sendEnd(trailers);
    if (this.#isTunnel && this.#hasAnswerEnded) this.#finish(undefined);
  }

  clientGone(failure: Failure): void {
    this.#exchange.abort(failure);
  }

  flushRequest(): void {
    this.#upstream?.flush();
  }

  clientHasRoom(): void {
    if (this.#filters === undefined) this.roomForAnswer();
    else this.#filters.onRoom();
  }

  roomForAnswer(): void {
    const owed = this.#owedToUpstream;
    this.#owedToUpstream = 0;
    if (owed > 0) this.#upstream?.consumed(owed);
  }

  // From the upstream.

  responseHead(head: ResponseHead): void {
    if (head.status < 200 && head.status !== 101) {
      if (this.member !== undefined) mapToPublic(this.#exchange, this.member, head.fields);
      this.#exchange.client.sendHead(head);
      this.#exchange.client.flush();
      return;
    }
    if (!this.#awaitsHead) return;
    this.#awaitsHead = false;
    this.#owner.answered(head);
  }

  responseBody(piece: Buffer): void {
    const filters = this.#filters;
    const room = filters === undefined ? this.answerBody(piece) : filters.sendBody(piece);
    if (room > 0) this.#upstream?.consumed(piece.length);
    else this.#owedToUpstream += piece.length;
  }

  /** Nobody listens to a client whose request had no body until it matters that it has room. */
  #listenForRoom(): void {
    if (this.#hasClientAttached) return;
    this.#hasClientAttached = true;
    this.#exchange.client.attach(this.#fromClient);
  }

  responseEnd(trailers: Fields | undefined): void {
    this.#isAnswerWhole = true;
    if (this.#filters === undefined) this.answerEnd(trailers);
    else this.#filters.sendEnd(trailers);
  }

  flushResponse(): void {
    if (this.#filters === undefined) this.#exchange.client.flush();
    else this.#filters.flush();
  }

  // To the client, from the upstream or out of the filters.

  answerBody(piece: Buffer): number {
    this.#exchange.responseBytes += piece.length;
    const room = this.#exchange.client.sendBody(piece);
    if (room === 0) this.#listenForRoom();
    return room;
  }

  answerEnd(trailers: Fields | undefined): void {
    this.#hasAnswerEnded = true;
    if (this.#changesBytes) trailers?.removeWhere(isOfBytes);
    this.#exchange.client.sendEnd(trailers);
    if (!this.#isTunnel || this.#isRequestWhole) this.#finish(undefined);
  }

  flushAnswer(): void {
    this.#exchange.client.flush();
  }

  roomAtUpstream(): void {
    const owed = this.#owedToClient;
    this.#owedToClient = 0;
    if (owed > 0) this.#exchange.client.consumed(owed);
  }

  upstreamGone(failure: Failure): void {
    this.#upstream = undefined;
    // What is still in the filters is all that the client waits for.
    if (this.#filters === undefined || !this.#isAnswerWhole) this.#fail(failure);
  }

  #fail(failure: Failure): void {
    if (!this.#awaitsHead) return this.#finish(failure);
    this.#awaitsHead = false;
    this.#owner.failed(failure);
  }

  #finish(failure: Failure | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#failure = failure;
    this.#filters?.close();
    if (failure === undefined) this.#exchange.finish();
    this.release();
    this.#settle?.(failure);
  }
}
