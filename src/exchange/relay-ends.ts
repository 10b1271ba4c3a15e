/** What a relay hears from either side, and from the filters in between: each says it by name. */

import type { Failure } from "../base/failure.ts";
import type { FeedOwner } from "../buffering/feed.ts";
import type { Fields } from "../http/fields.ts";
import type { FilterOutput } from "../http/filter.ts";
import type { ResponseHead } from "../http/head.ts";
import type { LegReceiver, UpstreamLeg } from "../http/leg.ts";
import type { Relay } from "./relay.ts";

/** What the client's leg tells. */
export class FromClient implements LegReceiver {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  onHead(): void {}

  onBody(piece: Buffer): void {
    this.#relay.requestBody(piece);
  }

  onEnd(trailers: Fields | undefined): void {
    this.#relay.requestEnd(trailers);
  }

  onRoom(): void {
    this.#relay.clientHasRoom();
  }

  onBatch(): void {
    this.#relay.flushRequest();
  }

  onGone(failure: Failure): void {
    this.#relay.clientGone(failure);
  }
}

/** What the upstream's leg tells. */
export class FromUpstream implements LegReceiver {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  onHead(head: ResponseHead): void {
    this.#relay.responseHead(head);
  }

  onBody(piece: Buffer): void {
    this.#relay.responseBody(piece);
  }

  onEnd(trailers: Fields | undefined): void {
    this.#relay.responseEnd(trailers);
  }

  onRoom(): void {
    this.#relay.roomAtUpstream();
  }

  onBatch(): void {
    this.#relay.flushResponse();
  }

  onGone(failure: Failure): void {
    this.#relay.upstreamGone(failure);
  }
}

/** What comes out of the last filter. */
export class FromFilters implements FilterOutput {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  sendBody(piece: Buffer): number {
    return this.#relay.answerBody(piece);
  }

  sendEnd(trailers: Fields | undefined): void {
    this.#relay.answerEnd(trailers);
  }

  flush(): void {
    this.#relay.flushAnswer();
  }

  onRoom(): void {
    this.#relay.roomForAnswer();
  }

  onFailure(failure: Failure): void {
    this.#relay.abort(failure);
  }
}

/** What the feed of a client tells that does not keep up. */
export class FromFeed implements FeedOwner {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  onFeedRoom(): void {
    this.#relay.feedHasRoom();
  }

  onFedBytes(bytes: number): void {
    this.#relay.fedBytes(bytes);
  }

  onFed(): void {
    this.#relay.answerFed();
  }

  onFeedFailed(failure: Failure): void {
    this.#relay.abort(failure);
  }
}

/** Takes what an upstream's leg tells of an answer that nobody wants. */
export class Dropped implements LegReceiver {
  readonly #upstream: UpstreamLeg;
  /** The answer was whole, or is gone. */
  isOver = false;

  constructor(upstream: UpstreamLeg) {
    this.#upstream = upstream;
  }

  onHead(): void {}

  onBody(piece: Buffer): void {
    this.#upstream.consumed(piece.length);
  }

  onEnd(): void {
    this.isOver = true;
  }

  onRoom(): void {}

  onBatch(): void {}

  onGone(): void {
    this.isOver = true;
  }
}
