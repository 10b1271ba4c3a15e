/**
 * The body of a request on its way to an upstream, for as many attempts as it takes.
 *
 *   client ──▶ (collected in a spool) ──▶ upstream
 *                  └─▶ once more, to the next one
 *
 * Where the route wants it, a body is collected before anybody is asked, so that a slow client
 * occupies no upstream; past the limit, or when no more can be kept, it is streamed. A body that
 * may be wanted once more is kept: what was collected, or 64 KB of what is streamed.
 */

import { Failure } from "../base/failure.ts";
import { Spool, type SpoolReader } from "../base/spool.ts";
import { Feed, type FeedOwner } from "../buffering/feed.ts";
import type { Spools } from "../buffering/spools.ts";
import { Fields } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { UpstreamLeg } from "../http/leg.ts";
import type { Exchange } from "./exchange.ts";

/** How much of a body that is streamed is kept to say it again on another connection, in bytes. */
const replayBytesMax = 64 * 1024;

export interface UploadOptions {
  readonly spools: Spools;
  /** Bytes of a request body; 0: no limit. */
  readonly bodyBytesMax: number;
  /** So much is collected before an upstream is asked, in bytes; 0: nothing. */
  readonly collectBytesMax: number;
  /** The request may be sent twice, so its body is kept. */
  readonly isRepeatable: boolean;
}

export class Upload implements FeedOwner {
  readonly #exchange: Exchange;
  readonly #options: UploadOptions;
  #leg: UpstreamLeg | undefined;
  #feed: Feed | undefined;
  #spool: Spool<Fields | undefined> | undefined;
  /** Stands at the start, as long as the body may be wanted from there. */
  #holder: SpoolReader<Fields | undefined> | undefined;
  #keptBytesMax = replayBytesMax;
  /** Whom to tell when all has been collected that is going to be; undefined: nothing is. */
  #onCollected: (() => void) | undefined;
  /** Taken from the client, and not consumed. */
  #owedBytes = 0;
  #isWhole = false;
  #trailers: Fields | undefined;
  #isTunnel = false;
  #hasBegun = false;

  constructor(exchange: Exchange, options: UploadOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  /** Some of the body was asked for, and taken. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether all that was taken from the client so far can be sent once more. */
  get canRepeat(): boolean {
    if (!this.#hasBegun) return true;
    const spool = this.#spool;
    return spool?.isWhole === true && spool.length === this.#exchange.requestBytes;
  }

  /** Whether to collect this body. What has arrived as a whole occupies nobody for long. */
  shouldCollect(head: RequestHead): boolean {
    const { collectBytesMax } = this.#options;
    if (collectBytesMax === 0 || head.body === "none" || head.upgrade !== undefined) return false;
    return head.contentLength <= collectBytesMax && !this.#exchange.client.hasWholeBody;
  }

  /**
   * Keeps what comes from now on. `onCollected` is called once: the body is whole, or no more of it
   * is kept. A client that waits to be told to send (RFC 9110 §10.1.1) is told so.
   */
  collect(onCollected: () => void): void {
    this.#onCollected = onCollected;
    this.#keptBytesMax = this.#options.collectBytesMax;
    this.#keep().onRoom = () => this.#collectOn();
    const { head, client } = this.#exchange;
    if (!head.expectsContinue) return;
    client.sendHead(goOn());
    client.flush();
  }

  /** Before the first byte is asked for. */
  begin(leg: UpstreamLeg): void {
    this.#hasBegun = true;
    if (this.#spool === undefined && this.#options.isRepeatable && leg.reused) this.#keep();
    this.sendTo(leg);
  }

  /** What is kept goes to this leg from the start, and what comes goes to it as well. */
  sendTo(leg: UpstreamLeg): void {
    this.#leg = leg;
    const spool = this.#spool;
    if (spool === undefined) return;
    this.#feed?.close();
    const feed = this.#feedWith(leg, this.#keptBytesMax, spool);
    this.#feed = feed;
    if (!this.#options.isRepeatable) this.#stopKeeping();
    const room = feed.start();
    if (this.#isWhole) feed.sendEnd(this.#trailers);
    else leg.flush();
    if (room > 0) this.#pay();
  }

  /** Bytes pass in both directions from now on, and are no body. */
  becomeTunnel(): void {
    this.#isTunnel = true;
    this.#isWhole = false;
    this.forget();
    if (this.#feed?.isClosed === true) this.#feed = undefined;
    if (this.#feed === undefined) this.#spool = undefined;
  }

  /** No other attempt will follow. */
  forget(): void {
    this.#stopKeeping();
    if (this.#feed === undefined || this.#feed.isClosed) this.#spool?.release();
  }

  /** Gives all back. */
  close(): void {
    this.#feed?.close();
    this.#spool?.release();
    this.#onCollected = undefined;
  }

  // From the client.

  body(piece: Buffer): void {
    const exchange = this.#exchange;
    this.#hasBegun = true;
    exchange.requestBytes += piece.length;
    const { bodyBytesMax } = this.#options;
    if (bodyBytesMax > 0 && exchange.requestBytes > bodyBytesMax && !this.#isTunnel) {
      exchange.abort(new Failure("body-too-large", `Cannot take body: over ${bodyBytesMax} bytes`));
      return;
    }
    this.#owedBytes += piece.length;
    if (this.#take(piece)) this.#pay();
  }

  end(trailers: Fields | undefined): void {
    this.#hasBegun = true;
    this.#isWhole = true;
    this.#trailers = trailers;
    if (this.#onCollected !== undefined) return this.#collected();
    (this.#feed ?? this.#leg)?.sendEnd(trailers);
  }

  flush(): void {
    this.#leg?.flush();
  }

  // From the upstream.

  upstreamHasRoom(): void {
    if (this.#feed === undefined) this.#pay();
    else this.#feed.onRoom();
  }

  upstreamGone(): void {
    this.#leg = undefined;
    this.#feed?.close();
    this.#feed = undefined;
  }

  onFeedRoom(): void {
    this.#pay();
  }

  onFedBytes(): void {}

  onFed(): void {
    if (this.#holder === undefined) this.#spool?.release();
  }

  onFeedFailed(failure: Failure): void {
    this.#exchange.abort(failure);
  }

  // Inside.

  /** Returns whether there is room for more. */
  #take(piece: Buffer): boolean {
    const spool = this.#spool;
    if (this.#onCollected !== undefined) {
      spool?.append(piece);
      return this.#collectOn();
    }
    if (spool !== undefined && spool.length + piece.length > this.#keptBytesMax) {
      this.#stopKeeping();
    }
    if (this.#feed !== undefined) return this.#feed.sendBody(piece) > 0;
    const leg = this.#leg;
    if (leg === undefined) {
      spool?.append(piece);
      return false;
    }
    if (leg.sendBody(piece) > 0) return true;
    this.#feed = this.#feedWith(leg, 0);
    return this.#feed.begin() > 0;
  }

  /** Returns whether there is room for more; if there never will be, collecting is over. */
  #collectOn(): boolean {
    const spool = this.#spool;
    if (this.#onCollected === undefined || spool === undefined) return false;
    if (spool.length <= this.#keptBytesMax) {
      if (spool.room > 0) {
        this.#pay();
        return true;
      }
      if (spool.isStoring) return false;
    }
    this.#collected();
    return false;
  }

  #collected(): void {
    const tell = this.#onCollected;
    this.#onCollected = undefined;
    tell?.();
  }

  #keep(): Spool<Fields | undefined> {
    const spool = new Spool<Fields | undefined>(this.#options.spools, this.#keptBytesMax);
    this.#spool = spool;
    this.#holder = spool.reader();
    return spool;
  }

  #stopKeeping(): void {
    this.#holder?.close();
    this.#holder = undefined;
    this.#feed?.letGo();
  }

  #feedWith(leg: UpstreamLeg, bytesMax: number, spool?: Spool<Fields | undefined>): Feed {
    return new Feed(leg, this, this.#options.spools, { bytesMax, spool, isAnswer: false });
  }

  #pay(): void {
    const owed = this.#owedBytes;
    this.#owedBytes = 0;
    if (owed > 0) this.#exchange.client.consumed(owed);
  }
}

/** RFC 9110 §15.2.1. */
function goOn(): ResponseHead {
  return {
    status: 100,
    reason: "Continue",
    version: "1.1",
    fields: new Fields(),
    body: "none",
    contentLength: -1,
    upgrade: undefined,
  };
}
