/** An endless body in which every byte tells its place: what is lost or mixed in shows. */

import assert from "node:assert/strict";

/** A prime: no piece or block of a usual size is a multiple of it. */
const periodBytes = 65_521;

export class Pattern {
  position = 0;
  readonly #bytes: Buffer;

  /** Patterns of different seeds differ nearly everywhere. */
  constructor(seed: number) {
    const one = Buffer.alloc(periodBytes);
    let state = seed >>> 0 || 1;
    for (let at = 0; at < periodBytes; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      one[at] = state >>> 24;
    }
    this.#bytes = Buffer.concat([one, one]);
  }

  /** The next bytes, at most one period of them, as a view. */
  next(bytes: number): Buffer {
    const piece = this.#at(this.position, bytes);
    this.position += piece.length;
    return piece;
  }

  check(piece: Buffer): void {
    for (let done = 0; done < piece.length;) {
      const part = piece.subarray(done, done + periodBytes);
      const want = this.#at(this.position, part.length);
      assert.ok(part.equals(want), `wrong bytes near ${this.position}`);
      this.position += part.length;
      done += part.length;
    }
  }

  #at(position: number, bytes: number): Buffer {
    const start = position % periodBytes;
    return this.#bytes.subarray(start, start + Math.min(bytes, periodBytes));
  }
}
