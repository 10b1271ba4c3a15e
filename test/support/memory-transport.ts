/**
 * A transport without a network: channels in memory, for tests that want every byte and every event
 * under their hand. It is as hard on its users as a kernel, and in some things harder:
 *
 *   write ──▶ queue ──▶ pipe (bounded) ──▶ onRead of the other end
 *
 * every event comes in a turn of the event loop of its own, as from a kernel; bytes that `onRead`
 * brought are overwritten as soon as they may be; a reset takes with it what was not read yet.
 */

import type {
  AcceptReceiver,
  DialReceiver,
  DialTarget,
  Listener,
  ListenTarget,
  Transport,
} from "../../src/transport/channel.ts";
import { MemoryChannel, MemoryTurns } from "./memory-channel.ts";

export interface MemoryTransportOptions {
  /** What lies between two ends beyond their queues, in bytes: the kernel's part. 64 KB. */
  readonly pipeBytesMax?: number;
}

export class MemoryTransport implements Transport {
  onFault: (error: unknown) => void = (error) => {
    throw error;
  };
  /** Ends of connections that are not closed yet. */
  readonly open = new Set<MemoryChannel>();
  readonly #turns = new MemoryTurns();
  readonly #listeners = new Map<string, AcceptReceiver>();
  readonly #pipeBytesMax: number;
  #nextPort = 1;

  constructor(options: MemoryTransportOptions = {}) {
    this.#pipeBytesMax = options.pipeBytesMax ?? 64 * 1024;
  }

  /** Nothing is on its way: whoever waits now waits for a user or for time. */
  get isQuiet(): boolean {
    return this.#turns.pendingCount === 0;
  }

  /** Resolves when nothing is on its way, and nothing came of it either. */
  async quiet(): Promise<void> {
    for (let calmTurns = 0; calmTurns < 3; calmTurns++) {
      if (!this.isQuiet) calmTurns = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async listen(target: ListenTarget, receiver: AcceptReceiver): Promise<Listener> {
    const port = target.port === 0 ? this.#nextPort++ : target.port;
    const key = target.socketPath ?? `:${port}`;
    if (this.#listeners.has(key)) {
      throw Object.assign(new Error(`listen EADDRINUSE: ${key}`), { code: "EADDRINUSE" });
    }
    this.#listeners.set(key, receiver);
    return {
      port: target.socketPath === undefined ? port : 0,
      address: target.socketPath ?? "127.0.0.1",
      close: () => void this.#listeners.delete(key),
    };
  }

  adopt(): void {
    throw new Error("nobody has sockets for a transport in memory");
  }

  dial(target: DialTarget, receiver: DialReceiver): () => void {
    let isOver = false;
    const once = (then: () => void): void => {
      if (isOver) return;
      isOver = true;
      then();
    };
    this.#turns.add(() => once(() => this.#connect(target, receiver)));
    return () => once(() => receiver.onDialFailed(new Error("the attempt was given up")));
  }

  /** Both ends of a connection that nobody dialled. */
  pair(): [MemoryChannel, MemoryChannel] {
    const one = this.#channel();
    const other = this.#channel();
    one.other = other;
    other.other = one;
    return [one, other];
  }

  #connect(target: DialTarget, receiver: DialReceiver): void {
    const key = target.socketPath ?? `:${target.port}`;
    const acceptor = this.#listeners.get(key);
    if (acceptor === undefined) {
      const error = new Error(`connect ECONNREFUSED ${key}`);
      receiver.onDialFailed(Object.assign(error, { code: "ECONNREFUSED" }));
      return;
    }
    const [near, far] = this.pair();
    this.#turns.add(() => far.guard(() => acceptor.onChannel(far)));
    near.guard(() => receiver.onDialed(near));
  }

  #channel(): MemoryChannel {
    const channel: MemoryChannel = new MemoryChannel(
      this.#turns,
      this.#pipeBytesMax,
      (error) => this.onFault(error),
      () => this.open.delete(channel),
    );
    this.open.add(channel);
    return channel;
  }
}
