/** A log device in memory, whose every write is scripted: how many bytes go, or what goes wrong. */

import type { LogDevice, WriteDone } from "../../src/observe/log-device.ts";

/** Bytes that one write takes at most, or the code of its error. */
export type Outcome = number | "EAGAIN" | "ENOSPC" | "EPIPE" | "EIO";

export class FakeDevice implements LogDevice {
  written = "";
  /** The sizes of all writes that succeeded. */
  readonly sizes: number[] = [];
  attempts = 0;
  /** The file of each attempt. */
  readonly files: number[] = [];
  /** One for each write to come; the last one stays. */
  outcomes: Outcome[] = [Infinity];
  /** A write that has begun and has not ended. */
  pending: (() => void) | undefined;
  readonly opened: number[] = [];
  readonly closed: number[] = [];
  failOpen = false;
  /** What is opened next is the file that was there before. */
  isSameFile = false;

  open(): number {
    if (this.failOpen) throw errorOf("EACCES");
    const file = 100 + this.opened.length;
    this.opened.push(file);
    return file;
  }

  areSame(): boolean {
    return this.isSameFile;
  }

  close(file: number): void {
    this.closed.push(file);
  }

  writeNow(file: number, bytes: Buffer): number {
    this.attempts += 1;
    this.files.push(file);
    const outcome = this.outcomes.length > 1 ? this.outcomes.shift()! : this.outcomes[0]!;
    if (typeof outcome === "string") throw errorOf(outcome);
    const taken = bytes.subarray(0, outcome);
    this.written += taken.toString("latin1");
    this.sizes.push(taken.length);
    return taken.length;
  }

  write(file: number, bytes: Buffer, done: WriteDone): void {
    if (this.pending !== undefined) throw new Error("two writes in flight");
    this.pending = () => {
      this.pending = undefined;
      try {
        done(null, this.writeNow(file, bytes));
      } catch (error) {
        done(error as NodeJS.ErrnoException, 0);
      }
    };
  }

  /** Ends the write in flight, and those that follow from it, but at most so many. */
  settle(writes = 1000): void {
    for (let count = 0; count < writes && this.pending !== undefined; count++) this.pending();
  }
}

function errorOf(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
