/** A file in memory under a spool, whose k-th call fails, or does only a part of what it should. */

import type { SpoolDevice } from "../../src/buffering/spool-device.ts";

export type Mishap = "ENOSPC" | "EIO" | "nothing" | "short";

type Done<Value> = (error: Error | null, value: Value) => void;

export class FakeSpoolDevice implements SpoolDevice {
  /** By the number of the call, from 1. */
  readonly mishaps: ReadonlyMap<number, Mishap>;
  calls = 0;
  openCount = 0;
  closeCount = 0;
  named = 0;
  bytes: Buffer = Buffer.alloc(0);
  running = 0;
  runningMax = 0;

  constructor(mishaps: ReadonlyMap<number, Mishap> = new Map()) {
    this.mishaps = mishaps;
  }

  open(_path: string, done: Done<number>): void {
    this.#call((mishap) => {
      if (mishap !== undefined) return done(errorOf("EACCES"), -1);
      this.openCount += 1;
      this.named += 1;
      done(null, 7);
    });
  }

  unlink(_path: string, done: (error: Error | null) => void): void {
    this.#call((mishap) => {
      if (mishap === undefined) this.named -= 1;
      done(mishap === undefined ? null : errorOf("EIO"));
    });
  }

  write(_file: number, bytes: Buffer, at: number, done: Done<number>): void {
    this.#call((mishap) => {
      if (mishap === "ENOSPC" || mishap === "EIO") return done(errorOf(mishap), -1);
      const written = partOf(bytes.length, mishap);
      const end = at + written;
      if (end > this.bytes.length) {
        this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.length)]);
      }
      bytes.copy(this.bytes, at, 0, written);
      done(null, written);
    });
  }

  read(_file: number, into: Buffer, at: number, done: Done<number>): void {
    this.#call((mishap) => {
      into.fill(0xdb);
      if (mishap === "ENOSPC" || mishap === "EIO") return done(errorOf("EIO"), -1);
      const there = Math.max(0, Math.min(into.length, this.bytes.length - at));
      const read = partOf(there, mishap);
      this.bytes.copy(into, 0, at, at + read);
      done(null, read);
    });
  }

  truncate(_file: number, bytes: number, done: (error: Error | null) => void): void {
    this.#call((mishap) => {
      if (mishap !== undefined) return done(errorOf("EIO"));
      this.bytes = this.bytes.subarray(0, bytes);
      done(null);
    });
  }

  close(_file: number, done: (error: Error | null) => void): void {
    this.#call(() => {
      this.closeCount += 1;
      done(null);
    });
  }

  #call(run: (mishap: Mishap | undefined) => void): void {
    this.calls += 1;
    const mishap = this.mishaps.get(this.calls);
    this.running += 1;
    this.runningMax = Math.max(this.runningMax, this.running);
    setImmediate(() => {
      this.running -= 1;
      run(mishap);
    });
  }
}

function partOf(bytes: number, mishap: Mishap | undefined): number {
  return mishap === "nothing" ? 0 : mishap === "short" ? (bytes + 1) >> 1 : bytes;
}

function errorOf(code: string): Error {
  return Object.assign(new Error(`${code}: it fails`), { code });
}
