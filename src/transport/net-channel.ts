/**
 * A channel over a `net.Socket`.
 *
 * Every event of the socket enters through one guard: an exception that a receiver lets out ends
 * this connection and no other. The listeners are shared functions that find their channel on the
 * socket, since a closure each for 10,000 idle connections would be the larger part of their
 * memory.
 */

import type { Socket } from "node:net";
import { plainIp } from "../base/ip.ts";
import type { Channel, ChannelReceiver, DialTarget, ListenTarget } from "./channel.ts";
import {
  commonBuffer,
  commonReadBytes,
  giveBuffer,
  isLent,
  largeReadBytes,
  lend,
  takeBuffer,
  unshared,
} from "./read-buffers.ts";
import { thrift } from "./thrift.ts";

/** A read from this on, in bytes, makes the next one of the same message a large one. */
const longReadBytes = 8_192;

/**
 * What one connection may read before the others have their turn, in bytes. The runtime reads on as
 * long as its buffer is filled, 32 times: 2 MB, in which everybody else waited for 2 ms.
 */
const turnBytesMax = 128 * 1024;

interface LinkedSocket extends Socket {
  foregateChannel?: NetChannel;
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/** `onread` of a socket that reads into buffers of ours. */
export interface ReadOptions {
  readonly buffer: () => Buffer;
  readonly callback: (bytes: number, buffer: Uint8Array) => boolean;
}

const noBytes = Buffer.alloc(0);

const nobody: ChannelReceiver = {
  expectsMore: false,
  onRead: () => {},
  onReadEnd: () => {},
  onDrained: () => {},
  onClosed: () => {},
};

export class NetChannel implements Channel {
  receiver: ChannelReceiver = nobody;
  readonly #onFault: (error: unknown) => void;
  #socket: LinkedSocket | undefined;
  #error: Error | undefined;
  /** What the kernel reads into, and what holds the bytes that wait, if not the same. */
  #readBuffer: Buffer = commonBuffer;
  #heldBuffer: Buffer | undefined;
  /** Bytes in the read buffer itself wait. */
  #isHeld = false;
  #readBytes = 0;
  /** Bytes since a read that did not fill its buffer; `#isResting`: until the next turn. */
  #turnBytes = 0;
  #isResting = false;
  #isPaused = false;
  #awaitsDrained = false;
  readonly #isPipe: boolean;

  /** `target` is where it was accepted, or is dialled to. */
  constructor(target: ListenTarget | DialTarget, onFault: (error: unknown) => void) {
    this.#isPipe = target.socketPath !== undefined;
    this.#onFault = onFault;
  }

  /** Takes over a socket that was made with `readOptions`. */
  link(socket: Socket): void {
    const linked: LinkedSocket = socket;
    linked.foregateChannel = this;
    this.#socket = linked;
    socket.on("end", onEnd).on("drain", onDrain).on("error", onError).on("close", onClose);
  }

  /** Takes over a socket that reads into memory of the runtime's. */
  linkReading(socket: Socket): void {
    this.link(socket);
    socket.on("data", onData);
  }

  /** `onread` for a socket to be made: it reads into a buffer of ours. */
  readOptions(): ReadOptions {
    // Types say that a buffer always comes back; the runtime keeps the old one if none does.
    const buffer = (): Buffer => this.#nextReadBuffer() as Buffer;
    return { buffer, callback: (bytes) => this.#readInto(bytes) };
  }

  get #open(): LinkedSocket {
    if (this.#socket === undefined) throw new Error("the channel has no socket");
    return this.#socket;
  }

  get peerAddress(): string {
    return plainIp(this.#open.remoteAddress ?? "");
  }

  get peerPort(): number {
    return this.#open.remotePort ?? 0;
  }

  get localAddress(): string {
    return plainIp(this.#open.localAddress ?? "");
  }

  get localPort(): number {
    return this.#open.localPort ?? 0;
  }

  get queuedBytes(): number {
    return this.#open.writableLength;
  }

  get sentBytes(): number {
    const socket = this.#open;
    // A write that the kernel took in part counts as a whole above libuv, whose own queue is seen
    // only here; where it is not to be had, progress is noticed a write later.
    const queued = socket._handle?.writeQueueSize ?? socket.writableLength;
    return socket.bytesWritten - queued;
  }

  get room(): number {
    return Math.max(0, thrift.queuedBytesMax - this.#open.writableLength);
  }

  writeText(text: string): void {
    if (this.#open.writable) this.#open.write(text, "latin1");
  }

  write(bytes: Buffer): void {
    const socket = this.#open;
    if (!socket.writable) return;
    const own = unshared(bytes);
    socket.write(own);
    if (socket.writableLength > 0) lend(own);
  }

  writeBoth(text: string, bytes: Buffer): void {
    const socket = this.#open;
    if (!socket.writable) return;
    const own = unshared(bytes);
    socket.cork();
    socket.write(text, "latin1");
    socket.write(own);
    socket.uncork();
    if (socket.writableLength > 0) lend(own);
  }

  /** The runtime tells of a drained queue only if it had been a long one. */
  awaitDrained(): void {
    const socket = this.#open;
    if (socket.writableNeedDrain || this.#awaitsDrained || !socket.writable) return;
    this.#awaitsDrained = true;
    socket.write(noBytes, () => {
      this.#awaitsDrained = false;
      this.guard(() => this.receiver.onDrained());
    });
  }

  hold(buffer: Buffer, from: number, to: number): Buffer {
    if (buffer === commonBuffer) return this.#holdCopy(from, to);
    if (buffer === this.#readBuffer) this.#isHeld = true;
    return buffer;
  }

  #holdCopy(from: number, to: number): Buffer {
    const held = (this.#heldBuffer ??= takeBuffer(commonReadBytes));
    commonBuffer.copy(held, from, from, to);
    return held;
  }

  releaseRead(): void {
    this.#isHeld = false;
    if (this.#heldBuffer === undefined) return;
    giveBuffer(this.#heldBuffer);
    this.#heldBuffer = undefined;
  }

  pause(): void {
    this.#isPaused = true;
    this.#open.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isResting) this.#open.resume();
  }

  end(): void {
    if (!this.#open.writableEnded) this.#open.end();
  }

  /** A pipe cannot be reset, and a socket whose FIN is on its way would never close (EINVAL). */
  reset(): void {
    const socket = this.#open;
    const isEnding = socket.writableEnded && !socket.writableFinished;
    if (this.#isPipe || (isEnding && socket.writableLength === 0)) socket.destroy();
    else socket.resetAndDestroy();
  }

  close(): void {
    this.#open.destroy();
  }

  /** Asked for before the first read and after every one; undefined: the same one again. */
  #nextReadBuffer(): Buffer | undefined {
    const current = this.#readBuffer;
    const isLong = this.#readBytes >= longReadBytes && !thrift.isOn;
    const wantsLarge = isLong && this.receiver.expectsMore;
    if (current === commonBuffer) {
      if (wantsLarge) return (this.#readBuffer = takeBuffer(largeReadBytes));
      return this.#readBytes === 0 ? current : undefined;
    }
    const isFree = !this.#isHeld && !isLent(current);
    if (isFree && wantsLarge) return undefined;
    if (this.#isHeld) this.#holdWhole(current);
    else if (isFree) giveBuffer(current);
    return (this.#readBuffer = wantsLarge ? takeBuffer(largeReadBytes) : commonBuffer);
  }

  /** A second read while the first is held: that one is left to its holder and the collector. */
  #holdWhole(buffer: Buffer): void {
    this.#heldBuffer = buffer;
    this.#isHeld = false;
  }

  /** Returns whether the runtime may read on. */
  #readInto(bytes: number): boolean {
    const buffer = this.#readBuffer;
    this.#readBytes = bytes;
    this.#turnBytes = bytes === buffer.length ? this.#turnBytes + bytes : 0;
    this.read(buffer, bytes);
    return this.#turnBytes < turnBytesMax || this.#rest();
  }

  #rest(): false {
    this.#turnBytes = 0;
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      if (!this.#isPaused && !this.#open.destroyed) this.#open.resume();
    });
    return false;
  }

  read(buffer: Buffer, length: number): void {
    if (this.#error !== undefined) return;
    try {
      this.receiver.onRead(buffer, length);
    } catch (error) {
      this.fault(error);
    }
  }

  /** After an error nothing is told but the close: some runtimes still tell of an end before it. */
  guard(enter: () => void): void {
    if (this.#error !== undefined) return;
    try {
      enter();
    } catch (error) {
      this.fault(error);
    }
  }

  failed(error: Error): void {
    this.#error ??= error;
  }

  closed(): void {
    const buffer = this.#readBuffer;
    this.#readBuffer = commonBuffer;
    try {
      this.receiver.onClosed(this.#error);
    } catch (error) {
      this.#onFault(error);
    }
    if (buffer !== commonBuffer && !this.#isHeld) giveBuffer(buffer);
  }

  /** A bug in a receiver: the connection breaks, visibly, and everybody else's goes on. */
  fault(error: unknown): void {
    this.failed(new Error("a receiver threw", { cause: error }));
    this.#onFault(error);
    this.reset();
  }
}

function channelOf(socket: LinkedSocket): NetChannel {
  if (socket.foregateChannel === undefined) throw new Error("a socket without its channel");
  return socket.foregateChannel;
}

function onData(this: Socket, bytes: Buffer): void {
  channelOf(this).read(bytes, bytes.length);
}

function onEnd(this: Socket): void {
  const channel = channelOf(this);
  channel.guard(() => channel.receiver.onReadEnd());
}

function onDrain(this: Socket): void {
  const channel = channelOf(this);
  channel.guard(() => channel.receiver.onDrained());
}

function onError(this: Socket, error: Error): void {
  channelOf(this).failed(error);
}

function onClose(this: Socket): void {
  channelOf(this).closed();
}
