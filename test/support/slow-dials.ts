/** A transport whose dials can be held back, for what happens between an attempt and the next. */

import type { Socket } from "node:net";

import type {
  AcceptReceiver,
  DialReceiver,
  DialTarget,
  Listener,
  ListenTarget,
  Transport,
} from "../../src/transport/channel.ts";
import { NetTransport } from "../../src/transport/net-transport.ts";
import { until } from "./within.ts";

export class SlowDials implements Transport {
  readonly #real = new NetTransport();
  #waiting: (() => void)[] = [];
  #isHeld = false;

  get onFault(): (error: unknown) => void {
    return this.#real.onFault;
  }

  set onFault(onFault: (error: unknown) => void) {
    this.#real.onFault = onFault;
  }

  listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    return this.#real.listen(target, receiver);
  }

  adopt(socket: Socket, receiver: AcceptReceiver): void {
    this.#real.adopt(socket, receiver);
  }

  dial(target: DialTarget, receiver: DialReceiver): () => void {
    if (!this.#isHeld) return this.#real.dial(target, receiver);
    let giveUp = (): void => {};
    this.#waiting.push(() => (giveUp = this.#real.dial(target, receiver)));
    return () => giveUp();
  }

  /** Dials wait from now on. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Resolves when one waits. */
  begun(): Promise<void> {
    return until(() => this.#waiting.length > 0, "a dial is held back");
  }

  release(): void {
    this.#isHeld = false;
    for (const dial of this.#waiting.splice(0)) dial();
  }
}
