/** One end of a connection in memory; see `memory-transport.ts` for what it promises. */

import type { Channel, ChannelReceiver } from "../../src/transport/channel.ts";
import { ToldRead } from "./told-read.ts";

/** As in `net-channel.ts`: how much may wait before the writer is asked to stop. */
const queuedBytesMax = 64 * 1024;

/** Size of one read, in bytes. */
const readBytesMax = 64 * 1024;

const nobody: ChannelReceiver = {
  expectsMore: false,
  onRead: () => {},
  onReadEnd: () => {},
  onDrained: () => {},
  onClosed: () => {},
};

/** Each task in a turn of its own, in order, with all microtasks run between two. */
export class MemoryTurns {
  pendingCount = 0;

  add(task: () => void): void {
    this.pendingCount += 1;
    setImmediate(() => {
      this.pendingCount -= 1;
      task();
    });
  }
}

export class MemoryChannel implements Channel {
  receiver: ChannelReceiver = nobody;
  readonly peerAddress = "127.0.0.1";
  readonly peerPort = 1;
  readonly localAddress = "127.0.0.1";
  readonly localPort = 2;
  other: MemoryChannel | undefined;
  sentBytes = 0;
  readonly #turns: MemoryTurns;
  readonly #pipeBytesMax: number;
  readonly #onFault: (error: unknown) => void;
  readonly #onGone: () => void;
  /** Written here and not taken by the kernel yet. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isDrainAwaited = false;
  /** Taken from the other end's queue, and not read here yet. */
  #pipe: Buffer[] = [];
  #pipedBytes = 0;
  #isEnding = false;
  #hasSentEnd = false;
  #isEndPiped = false;
  #hasReadEnd = false;
  #isPaused = false;
  #isReadDue = false;
  #isClosed = false;
  readonly #told = new ToldRead();

  constructor(
    turns: MemoryTurns,
    pipeBytesMax: number,
    onFault: (error: unknown) => void,
    onGone: () => void,
  ) {
    this.#turns = turns;
    this.#pipeBytesMax = pipeBytesMax;
    this.#onFault = onFault;
    this.#onGone = onGone;
  }

  /** A receiver has not given back what it held. */
  get isHeld(): boolean {
    return this.#told.isHeld;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get room(): number {
    return Math.max(0, queuedBytesMax - this.#queuedBytes);
  }

  writeText(text: string): void {
    this.#write(Buffer.from(text, "latin1"));
  }

  write(bytes: Buffer): void {
    this.#write(Buffer.from(bytes));
  }

  writeBoth(text: string, bytes: Buffer): void {
    this.#write(Buffer.concat([Buffer.from(text, "latin1"), bytes]));
  }

  awaitDrained(): void {
    if (this.#queuedBytes > 0) this.#isDrainAwaited = true;
  }

  hold(buffer: Buffer, from: number, to: number): Buffer {
    return this.#told.hold(buffer, from, to);
  }

  releaseRead(): void {
    this.#told.release();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#readSoon();
  }

  end(): void {
    if (this.#isEnding || this.#isClosed) return;
    this.#isEnding = true;
    this.#push();
  }

  reset(): void {
    if (this.#isClosed) return;
    this.other?.cutOff(systemError("ECONNRESET", "read ECONNRESET"));
    this.#shut(undefined);
  }

  /** As a kernel does it: with unread bytes a close is a reset. */
  close(): void {
    if (this.#isClosed) return;
    if (this.#pipedBytes > 0) return this.reset();
    if (!this.#hasSentEnd) this.other?.takeEnd();
    this.#hasSentEnd = true;
    this.#shut(undefined);
  }

  guard(enter: () => void): void {
    try {
      enter();
    } catch (error) {
      this.#onFault(error);
      this.other?.cutOff(systemError("ECONNRESET", "read ECONNRESET"));
      this.#shut(new Error("a receiver threw", { cause: error }));
    }
  }

  /** For the other end: bytes have come out of its queue. */
  take(bytes: Buffer): void {
    this.#pipe.push(bytes);
    this.#pipedBytes += bytes.length;
    this.#readSoon();
  }

  get pipeRoom(): number {
    return this.#pipeBytesMax - this.#pipedBytes;
  }

  /** For the other end: it sends no more. */
  takeEnd(): void {
    this.#isEndPiped = true;
    this.#readSoon();
  }

  /** For the other end: it is gone, and so is what was not read. */
  cutOff(error: Error): void {
    this.#pipe = [];
    this.#pipedBytes = 0;
    this.#shut(error);
  }

  #write(bytes: Buffer): void {
    if (this.#isEnding || this.#isClosed) return;
    if (this.other?.isClosed === true) {
      this.#shut(systemError("EPIPE", "write EPIPE"));
      return;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#push();
    if (this.#queuedBytes >= queuedBytesMax) this.#isDrainAwaited = true;
  }

  /** Moves what fits from the queue into the pipe. */
  #push(): void {
    const other = this.other;
    if (other === undefined || this.#isClosed) return;
    if (other.isClosed && this.#queuedBytes > 0) {
      this.#shut(systemError("ECONNRESET", "write ECONNRESET"));
      return;
    }
    let first = this.#queue[0];
    while (first !== undefined && other.pipeRoom > 0) {
      const taken = first.subarray(0, other.pipeRoom);
      if (taken.length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(taken.length);
      this.#queuedBytes -= taken.length;
      this.sentBytes += taken.length;
      other.take(taken);
      first = this.#queue[0];
    }
    if (this.#queuedBytes > 0) return;
    if (this.#isEnding && !this.#hasSentEnd) {
      this.#hasSentEnd = true;
      other.takeEnd();
      this.#shutIfBothEnded();
    } else if (this.#isDrainAwaited) this.#drainSoon();
  }

  #drainSoon(): void {
    this.#isDrainAwaited = false;
    this.#turns.add(() => {
      if (!this.#isClosed) this.guard(() => this.receiver.onDrained());
    });
  }

  #readSoon(): void {
    const isDue = this.#pipedBytes > 0 || (this.#isEndPiped && !this.#hasReadEnd);
    if (!isDue || this.#isPaused || this.#isReadDue || this.#isClosed) return;
    this.#isReadDue = true;
    this.#turns.add(() => {
      this.#isReadDue = false;
      if (!this.#isPaused && !this.#isClosed) this.guard(() => this.#read());
    });
  }

  #read(): void {
    if (this.#pipedBytes > 0) this.#readBytes();
    else {
      this.#hasReadEnd = true;
      this.receiver.onReadEnd();
      this.#shutIfBothEnded();
    }
    this.#readSoon();
  }

  #readBytes(): void {
    const all = this.#pipe.length === 1 ? this.#pipe[0]! : Buffer.concat(this.#pipe);
    const bytes = Buffer.from(all.subarray(0, readBytesMax));
    this.#pipe = bytes.length < all.length ? [all.subarray(bytes.length)] : [];
    this.#pipedBytes -= bytes.length;
    this.#told.tell(this.receiver, bytes);
    this.other?.pushOn();
  }

  /** For the other end: there is room in the pipe again. */
  pushOn(): void {
    this.#push();
  }

  #shutIfBothEnded(): void {
    if (this.#hasSentEnd && this.#hasReadEnd) this.#shut(undefined);
  }

  #shut(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#turns.add(() => {
      this.#onGone();
      try {
        this.receiver.onClosed(error);
      } catch (fault) {
        this.#onFault(fault);
      }
    });
  }
}

export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
