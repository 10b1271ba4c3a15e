/**
 * The client's leg over HTTP/1. It knows its connection only until its exchange is over: what is
 * said later must not reach the exchange that comes after it on the same connection.
 */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "../http/fields.ts";
import type { ResponseHead } from "../http/head.ts";
import type { ClientLeg, LegReceiver } from "../http/leg.ts";

/** What the leg asks of its connection. */
export interface ClientLegDriver {
  startDelivery(): void;
  sendHead(head: ResponseHead): void;
  sendBody(piece: Buffer): number;
  sendEnd(trailers: Fields | undefined): void;
  flush(): void;
  consumed(bytes: number): void;
  abort(failure: Failure): void;
}

export class Http1ClientLeg implements ClientLeg {
  /** undefined: nobody wants the body yet. */
  receiver: LegReceiver | undefined;
  #driver: ClientLegDriver | undefined;

  constructor(driver: ClientLegDriver) {
    this.#driver = driver;
  }

  detach(): void {
    this.#driver = undefined;
    this.receiver = undefined;
  }

  attach(receiver: LegReceiver): void {
    if (this.#driver === undefined) return;
    this.receiver = receiver;
    this.#driver.startDelivery();
  }

  sendHead(head: ResponseHead): void {
    this.#driver?.sendHead(head);
  }

  sendBody(piece: Buffer): number {
    return this.#driver?.sendBody(piece) ?? piece.length;
  }

  sendEnd(trailers?: Fields): void {
    this.#driver?.sendEnd(trailers);
  }

  flush(): void {
    this.#driver?.flush();
  }

  consumed(bytes: number): void {
    this.#driver?.consumed(bytes);
  }

  abort(failure: Failure): void {
    this.#driver?.abort(failure);
  }
}
