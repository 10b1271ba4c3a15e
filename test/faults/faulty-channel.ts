/** A channel of the faulty twin: passes everything on, until the fault strikes. */

import type { Channel, ChannelReceiver } from "../../src/transport/channel.ts";
import { systemError } from "../support/memory-channel.ts";
import { ToldRead } from "../support/told-read.ts";
import type { FaultyTransport } from "./faulty-transport.ts";

/** What a channel needs of its transport. */
type Twin = Pick<FaultyTransport, "count" | "cutBytes" | "onFault" | "late">;

const nobody: ChannelReceiver = {
  expectsMore: false,
  onRead: () => {},
  onReadEnd: () => {},
  onDrained: () => {},
  onClosed: () => {},
};

/** An exception that should not be, and is there to see what becomes of it. */
export class SeededBug extends Error {
  override readonly name = "SeededBug";
}

export class FaultyChannel implements Channel, ChannelReceiver {
  receiver: ChannelReceiver = nobody;
  readonly #inner: Channel;
  readonly #twin: Twin;
  /** It broke, and says so in its own time; nothing goes through any more. */
  #isDead = false;
  #isClosedTold = false;
  /** A FIN was told in place of bytes: what comes now is not told. */
  #hasFinFault = false;
  /** Parts of a read that was cut up; undefined in all other channels. */
  #parts: (() => void)[] | undefined;
  #isPartDue = false;
  readonly #told = new ToldRead();
  #isPaused = false;
  #isStalled = false;
  #isCloseLate = false;
  /** Closed or reset by its user: nothing comes but `onClosed`. */
  #isShut = false;
  /** The other channel is closed; parts of what it brought may still wait. */
  #isInnerClosed = false;

  constructor(inner: Channel, twin: Twin) {
    this.#inner = inner;
    this.#twin = twin;
    inner.receiver = this;
  }

  get expectsMore(): boolean {
    return this.receiver.expectsMore;
  }

  get peerAddress(): string {
    return this.#inner.peerAddress;
  }

  get peerPort(): number {
    return this.#inner.peerPort;
  }

  get localAddress(): string {
    return this.#inner.localAddress;
  }

  get localPort(): number {
    return this.#inner.localPort;
  }

  get queuedBytes(): number {
    return this.#isStalled ? Math.max(64 * 1024, this.#inner.queuedBytes) : this.#inner.queuedBytes;
  }

  get sentBytes(): number {
    return this.#inner.sentBytes;
  }

  get room(): number {
    return this.#isStalled ? 0 : this.#inner.room;
  }

  writeText(text: string): void {
    this.#write(Buffer.from(text, "latin1"), () => this.#inner.writeText(text));
  }

  write(bytes: Buffer): void {
    this.#write(bytes, () => this.#inner.write(bytes));
  }

  writeBoth(text: string, bytes: Buffer): void {
    const both = Buffer.concat([Buffer.from(text, "latin1"), bytes]);
    this.#write(both, () => this.#inner.writeBoth(text, bytes));
  }

  awaitDrained(): void {
    this.#inner.awaitDrained();
  }

  hold(buffer: Buffer, from: number, to: number): Buffer {
    return this.#told.hold(buffer, from, to);
  }

  releaseRead(): void {
    this.#told.release();
  }

  pause(): void {
    this.#isPaused = true;
    this.#inner.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#inner.resume();
    this.#partSoon();
  }

  end(): void {
    this.#close(() => this.#inner.end(), "EPIPE");
  }

  reset(): void {
    this.#isShut = true;
    this.#close(() => this.#inner.reset(), "ECONNRESET");
  }

  close(): void {
    this.#isShut = true;
    this.#close(() => this.#inner.close(), "ECONNRESET");
  }

  // What the other transport tells.

  onRead(buffer: Buffer, length: number): void {
    if (this.#isDead || this.#isShut || this.#hasFinFault) return;
    const bytes = Buffer.from(buffer.subarray(0, length));
    const kind = this.#twin.count("read", length);
    switch (kind) {
      case undefined:
        return this.#parts === undefined
          ? this.#told.tell(this.receiver, bytes)
          : this.#cut([bytes]);
      case "ECONNRESET":
      case "ETIMEDOUT":
        return this.die(systemError(kind, `read ${kind}`));
      case "throw":
        throw new SeededBug();
      case "throw-after":
        this.#told.tell(this.receiver, bytes);
        throw new SeededBug();
      case "fin":
        this.#hasFinFault = true;
        return this.receiver.onReadEnd();
      case "byte-by-byte":
        return this.#cut(inSmallParts(bytes));
      case "in-two": {
        const cutAt = this.#twin.cutBytes;
        this.#cut([Buffer.from(bytes.subarray(0, cutAt)), Buffer.from(bytes.subarray(cutAt))]);
      }
    }
  }

  onReadEnd(): void {
    if (this.#isDead || this.#isShut || this.#hasFinFault) return;
    this.#inTurn(() => this.receiver.onReadEnd());
  }

  onDrained(): void {
    if (!this.#isDead && !this.#isShut && !this.#isStalled) this.receiver.onDrained();
  }

  onClosed(error: Error | undefined): void {
    if (this.#isDead) return;
    this.#isInnerClosed = true;
    if (this.#isCloseLate) this.#twin.late(() => this.#tellClosed(error));
    else if (error === undefined && !this.#isShut) this.#inTurn(() => this.#tellClosed(error));
    else this.#tellClosed(error);
  }

  /** The connection breaks: the other side sees it now, ours is told in a turn of its own. */
  die(error: Error): void {
    if (this.#isDead || this.#isClosedTold) return;
    this.#isDead = true;
    this.#inner.reset();
    setImmediate(() => this.#tellClosed(error));
  }

  #tellClosed(error: Error | undefined): void {
    if (this.#isClosedTold) return;
    this.#isClosedTold = true;
    this.#isDead = true;
    try {
      this.receiver.onClosed(error);
    } catch (fault) {
      this.#twin.onFault(fault);
    }
  }

  #write(bytes: Buffer, pass: () => void): void {
    if (this.#isDead) return;
    const kind = this.#twin.count("write");
    switch (kind) {
      case "EPIPE":
      case "ECONNRESET":
        return this.die(systemError(kind, `write ${kind}`));
      case "half":
        // What is out already still arrives; only then the other side sees the break.
        this.#inner.write(Buffer.from(bytes.subarray(0, bytes.length >> 1)));
        this.#isDead = true;
        this.#twin.late(() => {
          this.#inner.reset();
          this.#tellClosed(systemError("ECONNRESET", "write ECONNRESET"));
        });
        return;
      case "stall":
        pass();
        this.#isStalled = true;
        this.#twin.late(() => this.#goOn());
        return;
      case undefined:
        pass();
    }
  }

  #goOn(): void {
    this.#isStalled = false;
    if (this.#isDead || this.#isShut || this.#inner.room === 0) return;
    this.#guard(() => this.receiver.onDrained());
  }

  #close(pass: () => void, failure: string): void {
    if (this.#isDead) return;
    switch (this.#twin.count("close")) {
      case "ECONNRESET":
        return this.die(systemError(failure, `close ${failure}`));
      case "late":
        this.#isCloseLate = true;
        this.#twin.late(pass);
        return;
      case undefined:
        pass();
        if (this.#isShut && this.#isInnerClosed) setImmediate(() => this.#tellClosed(undefined));
    }
  }

  #cut(parts: readonly Buffer[]): void {
    this.#parts ??= [];
    for (const part of parts) {
      if (part.length > 0) this.#parts.push(() => this.#told.tell(this.receiver, part));
    }
    this.#partSoon();
  }

  /** Now, or behind the parts that wait. */
  #inTurn(tell: () => void): void {
    if (this.#parts === undefined || this.#parts.length === 0) return tell();
    this.#parts.push(tell);
    this.#partSoon();
  }

  #partSoon(): void {
    const isWaiting = this.#parts !== undefined && this.#parts.length > 0;
    if (!isWaiting || this.#isPartDue || this.#isPaused) return;
    this.#isPartDue = true;
    setImmediate(() => {
      this.#isPartDue = false;
      if (this.#isDead || this.#isShut || this.#isPaused) return;
      this.#guard(() => this.#parts?.shift()?.());
      this.#partSoon();
    });
  }

  #guard(enter: () => void): void {
    try {
      enter();
    } catch (error) {
      this.#twin.onFault(error);
      this.die(systemError("ECONNABORTED", "a receiver threw"));
    }
  }
}

/** Byte by byte, as long as that is likely to be a head; then in larger and larger parts. */
function inSmallParts(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = at < 300 ? 1 : at;
    parts.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return parts;
}
