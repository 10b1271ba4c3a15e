/**
 * The time of one client connection: its next deadline, and the watch over a client that takes its
 * time, while there is one. The connection says what it waits for; this says until when.
 */

import { unwatched, type Timed } from "../base/wheel.ts";
import type { Failure } from "../base/failure.ts";
import type { Channel } from "../transport/channel.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { SlowClientWatch, type WaitsFor } from "./slow-client-watch.ts";

export interface DeadlineOwner {
  /** The deadline that was set has passed. */
  onDeadline(): void;
}

export class ConnectionClock implements Timed {
  deadlineMs = Infinity;
  lookMs: number = unwatched;
  readonly #host: ConnectionHost;
  readonly #channel: Channel;
  readonly #owner: DeadlineOwner;
  #watch: SlowClientWatch | undefined;

  constructor(host: ConnectionHost, channel: Channel, owner: DeadlineOwner) {
    this.#host = host;
    this.#channel = channel;
    this.#owner = owner;
  }

  get isSet(): boolean {
    return this.deadlineMs !== Infinity;
  }

  /** In `ms` from now, instead of whatever was set before. */
  set(ms: number): void {
    this.deadlineMs = this.#host.clock.nowMs + ms;
    this.#host.wheel.watch(this);
  }

  /** No deadline; the wheel finds that out by itself. */
  clear(): void {
    this.deadlineMs = Infinity;
  }

  /** The connection is gone. */
  forget(): void {
    this.#host.wheel.forget(this);
  }

  onDeadline(): void {
    this.#owner.onDeadline();
  }

  /** Begins to watch the client, unless that has begun. */
  watchClient(waitsFor: WaitsFor): void {
    const isNew = this.#watch === undefined;
    this.#watch ??= new SlowClientWatch(this.#host.clock.nowMs, this.#channel);
    if (isNew || waitsFor === "parting") this.set(SlowClientWatch.intervalFor(waitsFor));
  }

  /** Bytes of a body or tunnel came from the client. */
  received(bytes: number): void {
    if (this.#watch !== undefined) this.#watch.receivedBytes += bytes;
  }

  endWatch(): void {
    this.#watch = undefined;
  }

  /** What the client failed to do in time; if nothing, it is looked at again in a while. */
  lookAtClient(waitsFor: WaitsFor): Failure | undefined {
    const { clock, plan } = this.#host;
    this.#watch ??= new SlowClientWatch(clock.nowMs, this.#channel);
    const failure = this.#watch.look(clock.nowMs, waitsFor, plan.timeouts);
    if (failure === undefined) this.set(SlowClientWatch.intervalFor(waitsFor));
    return failure;
  }
}
