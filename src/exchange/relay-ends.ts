/** What a relay hears from either side, and from the filters in between: each says it by name. */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "../http/fields.ts";
import type { FilterOutput } from "../http/filter.ts";
import type { ResponseHead } from "../http/head.ts";
import type { LegReceiver } from "../http/leg.ts";
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
