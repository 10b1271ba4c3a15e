/**
 * The transport's faulty twin: it stands around another transport and lets one thing go wrong, the
 * k-th read, write, dial or close. What it does the network does too; whoever uses it must not be
 * able to tell.
 *
 *   worker ──▶ FaultyChannel ──▶ channel ══▶ other side
 *          ◀── at most one fault ◀──
 */

import type { Socket } from "node:net";

import type {
  AcceptReceiver,
  Channel,
  DialReceiver,
  DialTarget,
  Listener,
  ListenTarget,
  Transport,
} from "../../src/transport/channel.ts";
import { systemError } from "../support/memory-channel.ts";
import { FaultyChannel } from "./faulty-channel.ts";

export type Operation = "read" | "write" | "dial" | "close";

/** What may go wrong with each operation. */
export const faultKinds = {
  /**
   * The connection breaks; a FIN comes in place of bytes; they come one by one, or in two parts.
   * And our own: whoever is told of the bytes throws, before or after it has dealt with them.
   */
  read: ["ECONNRESET", "ETIMEDOUT", "fin", "byte-by-byte", "in-two", "throw", "throw-after"],
  /** The connection breaks before or in the middle of it; the kernel takes nothing for a while. */
  write: ["EPIPE", "ECONNRESET", "half", "stall"],
  /** It fails; it never answers; the connection breaks right after; it takes a while. */
  dial: ["ECONNREFUSED", "EMFILE", "ETIMEDOUT", "never", "reset-after", "late"],
  /** It fails (`end` too), or takes a while. */
  close: ["ECONNRESET", "late"],
} as const satisfies Record<Operation, readonly string[]>;

export type KindOf<Of extends Operation> = (typeof faultKinds)[Of][number];
export type FaultKind = KindOf<Operation>;

export interface Fault {
  readonly operation: Operation;
  /** Which one: 0 is the first. */
  readonly at: number;
  readonly kind: FaultKind;
  /** Where `in-two` cuts, in bytes. */
  readonly cutBytes?: number;
}

/** How long something is late, in turns of the event loop. */
const lateTurns = 20;

export class FaultyTransport implements Transport {
  /** How many of each there were. */
  readonly counts: Record<Operation, number> = { read: 0, write: 0, dial: 0, close: 0 };
  /** How many bytes the read in question brought. */
  readBytes = 0;
  /** Told of every operation, with how many there were before. */
  onOperation: (count: number) => void = () => {};
  /** Whether the fault has happened. */
  hasStruck = false;
  readonly #inner: Transport;
  readonly #fault: Fault | undefined;

  constructor(inner: Transport, fault: Fault | undefined) {
    this.#inner = inner;
    this.#fault = fault;
  }

  get onFault(): (error: unknown) => void {
    return this.#inner.onFault;
  }

  set onFault(listener: (error: unknown) => void) {
    this.#inner.onFault = listener;
  }

  /** Counts one operation; what goes wrong with it, if this is the one. */
  count<Of extends Operation>(operation: Of, bytes = 0): KindOf<Of> | undefined {
    const { read, write, dial, close } = this.counts;
    this.onOperation(read + write + dial + close);
    const at = this.counts[operation]++;
    const fault = this.#fault;
    if (fault === undefined || fault.operation !== operation || fault.at !== at) return undefined;
    this.hasStruck = true;
    if (operation === "read") this.readBytes = bytes;
    return fault.kind as KindOf<Of>;
  }

  /** Where `in-two` cuts. */
  get cutBytes(): number {
    return this.#fault?.cutBytes ?? 0;
  }

  listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    return this.#inner.listen(target, this.#accepting(receiver));
  }

  adopt(socket: Socket, receiver: AcceptReceiver): void {
    this.#inner.adopt(socket, this.#accepting(receiver));
  }

  #accepting(receiver: AcceptReceiver): AcceptReceiver {
    return {
      onChannel: (channel) => receiver.onChannel(this.#wrap(channel)),
      onAcceptError: (error) => receiver.onAcceptError(error),
    };
  }

  dial(target: DialTarget, receiver: DialReceiver): () => void {
    const kind = this.count("dial");
    const pass = this.#passing(receiver);
    switch (kind) {
      case undefined:
        return this.#inner.dial(target, pass);
      case "never":
        return () => receiver.onDialFailed(new Error("the attempt was given up"));
      case "late":
        return this.#dialLate(target, pass);
      case "reset-after":
        return this.#inner.dial(target, {
          onDialed: (channel) => {
            const wrapped = this.#wrap(channel);
            receiver.onDialed(wrapped);
            setImmediate(() => wrapped.die(systemError("ECONNRESET", "read ECONNRESET")));
          },
          onDialFailed: (error) => receiver.onDialFailed(error),
        });
      case "ECONNREFUSED":
      case "EMFILE":
      case "ETIMEDOUT":
        return failLater(receiver, systemError(kind, `connect ${kind}`));
    }
  }

  late(task: () => void): void {
    afterTurns(lateTurns, task);
  }

  #dialLate(target: DialTarget, receiver: DialReceiver): () => void {
    let giveUp: (() => void) | undefined;
    let isGivenUp = false;
    this.late(() => {
      if (!isGivenUp) giveUp = this.#inner.dial(target, receiver);
    });
    return () => {
      isGivenUp = true;
      if (giveUp === undefined) receiver.onDialFailed(new Error("the attempt was given up"));
      else giveUp();
    };
  }

  #passing(receiver: DialReceiver): DialReceiver {
    return {
      onDialed: (channel) => receiver.onDialed(this.#wrap(channel)),
      onDialFailed: (error) => receiver.onDialFailed(error),
    };
  }

  #wrap(channel: Channel): FaultyChannel {
    return new FaultyChannel(channel, this);
  }
}

function failLater(receiver: DialReceiver, error: Error): () => void {
  let isOver = false;
  const fail = (why: Error): void => {
    if (isOver) return;
    isOver = true;
    receiver.onDialFailed(why);
  };
  setImmediate(() => fail(error));
  return () => fail(new Error("the attempt was given up"));
}

function afterTurns(turns: number, task: () => void): void {
  setImmediate(() => (turns > 0 ? afterTurns(turns - 1, task) : task()));
}
