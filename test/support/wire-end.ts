/**
 * One end of a connection, raw: what a test says goes out byte for byte, and every byte that comes
 * in is kept, one character a byte. It knows nothing of HTTP.
 */

import assert from "node:assert/strict";
import type { Socket } from "node:net";

import { turns, within } from "./within.ts";

/** How much of what was seen stands in a message. */
const shownCharsMax = 2_000;

export class WireEnd {
  readonly name: string;
  readonly #socket: Socket;
  #received = "";
  /** Where `expect` goes on. */
  #at = 0;
  /** Bytes come by the hundred megabyte: then they are counted only. */
  #isCounting = false;
  #receivedBytes = 0;
  #isEnded = false;
  #isClosed = false;
  #error: Error | undefined;
  #onChange: (() => void) | undefined;
  #watcher: (() => void) | undefined;

  constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      this.#receivedBytes += bytes.length;
      if (!this.#isCounting) this.#received += bytes.toString("latin1");
      this.#changed();
    });
    socket.on("end", () => this.#note(() => (this.#isEnded = true)));
    socket.on("error", (error) => this.#note(() => (this.#error = error)));
    socket.on("close", () => this.#note(() => (this.#isClosed = true)));
  }

  /** This end's own. */
  get port(): number {
    return this.#socket.localPort ?? 0;
  }

  /** All that came, the first byte to the last. */
  get received(): string {
    return this.#received;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** What came and no `expect` has taken. */
  get rest(): string {
    return this.#received.slice(this.#at);
  }

  /** The other side sent its FIN. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The other side cut the connection. */
  get isReset(): boolean {
    return this.#error !== undefined;
  }

  /** Called after every byte and every end: for those who answer by themselves. */
  watch(watcher: () => void): void {
    this.#watcher = watcher;
  }

  // Saying.

  say(what: string | Buffer): void {
    this.#socket.write(typeof what === "string" ? Buffer.from(what, "latin1") : what);
  }

  /** Says more than a socket takes, and resolves when the kernel has it. */
  async sayAll(what: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.write(what, () => resolve());
    await within(promise, `${this.name} says ${what.length} bytes`, () => this.#seen());
  }

  /** In pieces of so many bytes, each one a read of its own on the other side. */
  async sayPieces(what: string, bytes = 1): Promise<void> {
    for (let at = 0; at < what.length && !this.#isClosed; at += bytes) {
      this.say(what.slice(at, at + bytes));
      await turns(2);
    }
  }

  /** A FIN: nothing more is said, reading goes on. */
  end(): void {
    this.#socket.end();
  }

  /** Cuts the connection with a RST, where there is such a thing. */
  cut(): void {
    if (this.#socket.remoteAddress === undefined) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Closes without a word. */
  close(): void {
    this.#socket.destroy();
  }

  /** Reads nothing more, until `resume`. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** From here on bytes are counted, and not kept. */
  countOnly(): void {
    this.#isCounting = true;
  }

  // Hearing.

  /** Waits until the text has come, and returns all up to its end. */
  expect(text: string): Promise<string> {
    return this.#until(`${this.name} expects ${show(text)}`, () => {
      const found = this.#received.indexOf(text, this.#at);
      return found < 0 ? undefined : this.#take(found + text.length);
    });
  }

  expectMatch(pattern: RegExp): Promise<string> {
    return this.#until(`${this.name} expects ${String(pattern)}`, () => {
      const found = pattern.exec(this.#received.slice(this.#at));
      return found === null ? undefined : this.#take(this.#at + found.index + found[0].length);
    });
  }

  /** Waits until so many bytes have come after what was taken. */
  expectBytes(bytes: number): Promise<string> {
    return this.#until(`${this.name} expects ${bytes} bytes`, () =>
      this.#received.length - this.#at < bytes ? undefined : this.#take(this.#at + bytes),
    );
  }

  expectCount(bytes: number, ms?: number): Promise<number> {
    const what = `${this.name} expects ${bytes} bytes in all`;
    const enough = (): number | undefined =>
      this.#receivedBytes >= bytes ? this.#receivedBytes : undefined;
    return this.#until(what, enough, ms);
  }

  /** Waits for a FIN, and returns what came before it and was not taken. */
  async expectEnd(): Promise<string> {
    await this.#until(`${this.name} expects the end`, () =>
      this.#isEnded || this.#isClosed ? true : undefined,
    );
    assert.ok(this.#isEnded, `${this.name} expects a FIN, and got a reset: ${this.#seen()}`);
    return this.#take(this.#received.length);
  }

  /** Waits until the other side is gone, in whatever way, and returns what was not taken. */
  async expectGone(): Promise<string> {
    await this.#until(`${this.name} expects to be left`, () =>
      this.#isEnded || this.#isClosed ? true : undefined,
    );
    return this.#take(this.#received.length);
  }

  async expectReset(): Promise<string> {
    await this.#until(`${this.name} expects a reset`, () => (this.#isClosed ? true : undefined));
    assert.ok(this.#error !== undefined, `${this.name} expects a reset: ${this.#seen()}`);
    return this.#take(this.#received.length);
  }

  /** Nothing comes for a while: only for what must not happen, where no event tells of it. */
  async expectSilence(ms = 60): Promise<void> {
    const before = this.#received.length;
    await new Promise((resolve) => setTimeout(resolve, ms));
    assert.equal(this.#received.slice(before), "", `${this.name} expects silence`);
  }

  #take(end: number): string {
    const taken = this.#received.slice(this.#at, end);
    this.#at = end;
    return taken;
  }

  async #until<Value>(what: string, find: () => Value | undefined, ms?: number): Promise<Value> {
    const waiting = (async (): Promise<Value> => {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        if (this.#isClosed) throw new Error(`${what}: the connection is gone. ${this.#seen()}`);
        await new Promise<void>((resolve) => (this.#onChange = resolve));
      }
    })();
    return within(waiting, what, () => this.#seen(), ms);
  }

  #note(change: () => void): void {
    change();
    this.#changed();
  }

  #changed(): void {
    this.#watcher?.();
    this.#onChange?.();
  }

  #seen(): string {
    const state = this.#error?.message ?? (this.#isEnded ? "ended" : "open");
    return `It is ${state}, and has received ${show(this.#received)}`;
  }
}

/** Text with its line ends and other marks to be seen. */
export function show(text: string): string {
  const cut = text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text;
  return JSON.stringify(cut).replaceAll("\\r\\n", "\\r\\n\n  ");
}
