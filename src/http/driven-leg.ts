/**
 * A leg that hands everything to the driver of its connection, for as long as its exchange lasts.
 * After `detach` what is said to it goes nowhere: it must not reach the exchange that comes next on
 * the same connection.
 */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "./fields.ts";
import type { Leg, LegReceiver } from "./leg.ts";

/** What a leg asks of its connection. */
export interface LegDriver {
  /** A receiver has attached: whatever waited for it may go. */
  startDelivery(): void;
  sendBody(piece: Buffer): number;
  queued(): number;
  sendEnd(trailers: Fields | undefined): void;
  flush(): void;
  consumed(bytes: number): void;
  abort(failure: Failure): void;
}

export class DrivenLeg<Driver extends LegDriver> implements Leg {
  /** undefined: nobody has attached yet. */
  receiver: LegReceiver | undefined;
  protected driver: Driver | undefined;

  constructor(driver: Driver, receiver?: LegReceiver) {
    this.driver = driver;
    this.receiver = receiver;
  }

  detach(): void {
    this.driver = undefined;
    this.receiver = undefined;
  }

  attach(receiver: LegReceiver): void {
    if (this.driver === undefined) return;
    this.receiver = receiver;
    this.driver.startDelivery();
  }

  /** On a leg that is over every piece has room, so that nobody waits for it. */
  sendBody(piece: Buffer): number {
    return this.driver === undefined ? Math.max(1, piece.length) : this.driver.sendBody(piece);
  }

  queued(): number {
    return this.driver?.queued() ?? 0;
  }

  sendEnd(trailers?: Fields): void {
    this.driver?.sendEnd(trailers);
  }

  flush(): void {
    this.driver?.flush();
  }

  consumed(bytes: number): void {
    this.driver?.consumed(bytes);
  }

  abort(failure: Failure): void {
    this.driver?.abort(failure);
  }
}
