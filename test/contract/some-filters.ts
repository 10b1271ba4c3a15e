/** Filters for tests: each does one thing that a real one does. */

import { Failure } from "../../src/base/failure.ts";
import type { Fields } from "../../src/http/fields.ts";
import type { Filter, FilterOutput } from "../../src/http/filter.ts";

/** What all of them have in common. */
abstract class TestFilter implements Filter {
  readonly changesBytes: boolean = true;
  closedCount = 0;
  #output: FilterOutput | undefined;

  protected get output(): FilterOutput {
    if (this.#output === undefined) throw new Error("a filter that was not started");
    return this.#output;
  }

  start(output: FilterOutput): void {
    if (this.#output !== undefined) throw new Error("a filter that is started twice");
    this.#output = output;
  }

  abstract sendBody(piece: Buffer): number;

  sendEnd(trailers?: Fields): void {
    this.output.sendEnd(trailers);
  }

  flush(): void {
    this.output.flush();
  }

  onRoom(): void {
    this.output.onRoom();
  }

  close(): void {
    this.closedCount += 1;
  }
}

/** Adds a number to every byte: as many bytes, at once. */
export class Adding extends TestFilter {
  readonly #summand: number;

  constructor(summand: number) {
    super();
    this.#summand = summand;
  }

  sendBody(piece: Buffer): number {
    return this.output.sendBody(piece.map((byte) => byte + this.#summand) as Buffer);
  }
}

/** Says every byte twice. */
export class Doubling extends TestFilter {
  sendBody(piece: Buffer): number {
    const doubled = Buffer.allocUnsafe(2 * piece.length);
    for (let at = 0; at < piece.length; at++) doubled.fill(piece[at]!, 2 * at, 2 * at + 2);
    return this.output.sendBody(doubled) >> 1;
  }
}

/** Looks, and changes nothing. */
export class Counting extends TestFilter {
  override readonly changesBytes = false;
  bytes = 0;

  sendBody(piece: Buffer): number {
    this.bytes += piece.length;
    return this.output.sendBody(piece);
  }
}

/** Works on one piece at a time, elsewhere: what a thread of the runtime's would do. */
export class Slow extends TestFilter {
  override readonly changesBytes = false;
  /** The most that was inside at a time, in bytes. */
  insideBytesMax = 0;
  #inside: Buffer[] = [];
  #isWorking = false;
  #isFull = false;
  #end: { trailers: Fields | undefined } | undefined;

  sendBody(piece: Buffer): number {
    this.#inside.push(Buffer.from(piece));
    this.insideBytesMax = Math.max(this.insideBytesMax, this.#bytesInside);
    this.#work();
    return 0;
  }

  override sendEnd(trailers?: Fields): void {
    this.#end = { trailers };
    this.#work();
  }

  /** Whatever is done goes out at once. */
  override flush(): void {}

  override onRoom(): void {
    this.#isFull = false;
    this.#work();
  }

  get #bytesInside(): number {
    return this.#inside.reduce((sum, piece) => sum + piece.length, 0);
  }

  #work(): void {
    if (this.#isWorking || this.#isFull) return;
    const piece = this.#inside.shift();
    if (piece === undefined) {
      const end = this.#end;
      this.#end = undefined;
      if (end !== undefined) this.output.sendEnd(end.trailers);
      return;
    }
    this.#isWorking = true;
    setImmediate(() => {
      this.#isWorking = false;
      this.#isFull = this.output.sendBody(piece) === 0;
      this.output.flush();
      if (this.#inside.length === 0 && this.#end === undefined) this.output.onRoom();
      this.#work();
    });
  }
}

/** Gives nothing before it has everything. */
export class Hoarding extends TestFilter {
  #pieces: Buffer[] = [];

  sendBody(piece: Buffer): number {
    this.#pieces.push(Buffer.from(piece));
    return 65_536;
  }

  override sendEnd(trailers?: Fields): void {
    this.output.sendBody(Buffer.concat(this.#pieces));
    this.output.sendEnd(trailers);
  }

  override onRoom(): void {}
}

/** Takes some, and then cannot go on. */
export class Failing extends TestFilter {
  #bytesLeft: number;

  constructor(bytes: number) {
    super();
    this.#bytesLeft = bytes;
  }

  sendBody(piece: Buffer): number {
    this.#bytesLeft -= piece.length;
    if (this.#bytesLeft >= 0) return this.output.sendBody(piece);
    this.output.onFailure(new Failure("bad-response", "Cannot filter body: it is broken"));
    return 1;
  }
}
