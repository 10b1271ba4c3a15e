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
 *
 * As soon as a client does not keep up, its answer is fed to it (`buffering/feed.ts`): the upstream
 * goes on as long as something can be kept, and is done when its last byte is here.
 */

import { Failure } from "../base/failure.ts";
import { answerBytesMax } from "../buffering/answer-bytes.ts";
import { Feed, type Pacer } from "../buffering/feed.ts";
import type { RouteBuffering } from "../buffering/options.ts";
import type { Spools } from "../buffering/spools.ts";
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
import { Dropped, FromClient, FromFeed, FromFilters, FromUpstream } from "./relay-ends.ts";
import { Upload } from "./upload.ts";

/** Whoever sends by a relay: what it is allowed, and who is told once of each `send`. */
export interface RelayOwner {
  /** The final head of the answer is here; its body waits for `run`. */
  answered(head: ResponseHead): void;
  /** There will be none. If the failure allows and `canRepeat` says so, `send` may follow. */
  failed(failure: Failure): void;
  readonly timeouts: UpstreamTimeouts;
  /** Bytes of a request body; 0: no limit. */
  readonly bodyBytesMax: number;
  readonly spools: Spools;
  readonly buffering: RouteBuffering;
  /** For the answer's body; undefined: it goes as fast as its client takes it. */
  newPacer(): Pacer | undefined;
  /** The request may be sent twice, so its body is kept. */
  readonly isRepeatable: boolean;
}

/** How much of an answer waits for its turn at least, where it is paced, in bytes. */
const pacedBytesMax = 64 * 1024;

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
  readonly #upload: Upload;
  #owedToUpstream = 0;
  #isTunnel = false;
  /** The client does not keep up, or is not to be as fast as it can. */
  #feed: Feed | undefined;
  /** How much of the answer may be kept for its client, in bytes. */
  #keptBytesMax = 0;
  /** The upstream broke off, while what it had sent is still on its way. */
  #cutBy: Failure | undefined;
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
    this.#upload = new Upload(exchange, {
      spools: owner.spools,
      bodyBytesMax: owner.bodyBytesMax,
      collectBytesMax: owner.buffering.requestBytesMax,
      isRepeatable: owner.isRepeatable,
    });
  }

  /** A body is to come that is collected before anybody is asked (`collect`). */
  get shouldCollect(): boolean {
    return this.#upload.shouldCollect(this.#exchange.head);
  }

  /** What there is of the body has been asked for already. */
  get hasCollected(): boolean {
    return this.#hasClientAttached;
  }

  /** `onCollected` may be called at once. An abort meanwhile is told as a failed `send`. */
  collect(onCollected: () => void): void {
    this.#awaitsHead = true;
    this.#exchange.onAbort(this);
    if (this.#exchange.aborted !== undefined) return;
    this.#upload.collect(onCollected);
    this.#hasClientAttached = true;
    this.#exchange.client.attach(this.#fromClient);
  }

  /** Sends the request on a connection; its owner is told what comes of it. */
  send(connection: Opener, head: RequestHead): void {
    this.#awaitsHead = true;
    const leg = connection.open(head, this.#owner.timeouts, this.#fromUpstream);
    this.#upstream = leg;
    this.#wasReused = leg.reused;
    this.#exchange.onAbort(this);
    if (head.body === "none") {
      this.#upload.sendTo(leg);
      leg.sendEnd();
    } else if (this.#hasClientAttached) this.#upload.sendTo(leg);
    else {
      this.#upload.begin(leg);
      // The head waits for the first piece of the body: they leave together, or with the batch.
      this.#hasClientAttached = true;
      this.#exchange.client.attach(this.#fromClient);
    }
  }

  /** Whether all that was taken from the client so far can be sent once more. */
  get canRepeat(): boolean {
    return this.#upload.canRepeat;
  }

  /** The last connection had served an exchange before. */
  get wasReused(): boolean {
    return this.#wasReused;
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
    if (isTunnel) {
      this.#isRequestWhole = false;
      this.#upload.becomeTunnel();
    } else this.#upload.forget();
    const pacer = isTunnel || this.#isSettled ? undefined : this.#owner.newPacer();
    if (pacer !== undefined) this.#feedClient(pacer);
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
    this.#upload.close();
    this.#exchange.leaveAbort(this);
  }

  // From the client.

  requestBody(piece: Buffer): void {
    this.#upload.body(piece);
  }

  requestEnd(trailers: Fields | undefined): void {
    this.#isRequestWhole = true;
    // One without a body went out with its head.
    if (this.#isTunnel || this.#exchange.head.body !== "none") this.#upload.end(trailers);
    if (this.#isTunnel && this.#hasAnswerEnded) this.#finish(undefined);
  }

  clientGone(failure: Failure): void {
    this.#exchange.abort(failure);
  }

  flushRequest(): void {
    this.#upload.flush();
  }

  clientHasRoom(): void {
    if (this.#feed === undefined) this.feedHasRoom();
    else this.#feed.onRoom();
  }

  feedHasRoom(): void {
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
    this.#keptBytesMax = answerBytesMax(head, this.#owner.buffering);
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
    if (this.#feed !== undefined) return this.#feed.sendBody(piece);
    this.fedBytes(piece.length);
    const room = this.#exchange.client.sendBody(piece);
    return room > 0 ? room : this.#feedClient(undefined).begin();
  }

  #feedClient(pacer: Pacer | undefined): Feed {
    const { spools } = this.#owner;
    const { client } = this.#exchange;
    // What is paced waits for its turn, if not in what may be kept, then with the upstream.
    const bytesMax = Math.max(this.#keptBytesMax, pacer === undefined ? 0 : pacedBytesMax);
    const options = { bytesMax, pacer, isAnswer: true };
    this.#feed = new Feed(client, new FromFeed(this), spools, options);
    this.#listenForRoom();
    return this.#feed;
  }

  fedBytes(bytes: number): void {
    this.#exchange.responseBytes += bytes;
  }

  answerEnd(trailers: Fields | undefined): void {
    if (this.#changesBytes) trailers?.removeWhere(isOfBytes);
    if (this.#feed !== undefined) return this.#feed.sendEnd(trailers);
    this.#exchange.client.sendEnd(trailers);
    this.answerFed();
  }

  /** The client has all that there is. */
  answerFed(): void {
    this.#hasAnswerEnded = true;
    if (this.#cutBy !== undefined) return this.#finish(this.#cutBy);
    if (!this.#isTunnel || this.#isRequestWhole) this.#finish(undefined);
  }

  flushAnswer(): void {
    this.#exchange.client.flush();
  }

  roomAtUpstream(): void {
    this.#upload.upstreamHasRoom();
  }

  upstreamGone(failure: Failure): void {
    this.#upstream = undefined;
    this.#upload.upstreamGone();
    const isOnItsWay = this.#filters !== undefined || this.#feed !== undefined;
    // What is still in the filters, or kept for the client, is all that it waits for.
    if (this.#isAnswerWhole && isOnItsWay) return;
    if (this.#feed === undefined || this.#awaitsHead) return this.#fail(failure);
    this.#cutBy = failure;
    this.#feed.stop();
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
    this.#feed?.close();
    if (failure === undefined) this.#exchange.finish();
    this.release();
    this.#settle?.(failure);
  }
}
