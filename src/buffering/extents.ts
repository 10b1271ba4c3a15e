/**
 * Places in a file: chunks of 64 KB, and small ones of 16 KB that are cut from a chunk. Free ones
 * are given out again before the file grows, and a chunk whose small ones are all back is whole
 * again.
 */

import { assert } from "../base/assert.ts";
import { extentBytesMax, smallExtentBytes } from "../base/spool-store.ts";

const smallInChunk = extentBytesMax / smallExtentBytes;

export class Extents {
  /** Bytes of the file that were ever given out since it was last empty. */
  fileBytes = 0;
  /** Bytes that are given out now. */
  bytesUsed = 0;
  #freeChunks: number[] = [];
  /** Small places that are free, by their chunk's offset. */
  readonly #freeSmall = new Map<number, number[]>();

  /** The offset of a place of this size, which is one of the two. */
  take(size: number): number {
    assert(size === extentBytesMax || size === smallExtentBytes, "extents have two sizes");
    this.bytesUsed += size;
    return size === extentBytesMax ? this.#takeChunk() : this.#takeSmall();
  }

  /** The place is free again. When none is in use, the file may be cut to nothing. */
  give(at: number, size: number): void {
    this.bytesUsed -= size;
    if (this.bytesUsed === 0) return this.#begin();
    if (size === extentBytesMax) this.#freeChunks.push(at);
    else this.#giveSmall(at);
  }

  #takeChunk(): number {
    const free = this.#freeChunks.pop();
    if (free !== undefined) return free;
    const at = this.fileBytes;
    this.fileBytes += extentBytesMax;
    return at;
  }

  #takeSmall(): number {
    for (const [chunk, places] of this.#freeSmall) {
      const at = places.pop();
      if (places.length === 0) this.#freeSmall.delete(chunk);
      if (at !== undefined) return at;
    }
    const chunk = this.#takeChunk();
    const rest = Array.from({ length: smallInChunk - 1 }, (_, n) => {
      return chunk + (n + 1) * smallExtentBytes;
    });
    this.#freeSmall.set(chunk, rest);
    return chunk;
  }

  #giveSmall(at: number): void {
    const chunk = at - (at % extentBytesMax);
    const places = this.#freeSmall.get(chunk) ?? [];
    places.push(at);
    if (places.length < smallInChunk) {
      this.#freeSmall.set(chunk, places);
      return;
    }
    this.#freeSmall.delete(chunk);
    this.#freeChunks.push(chunk);
  }

  #begin(): void {
    this.fileBytes = 0;
    this.#freeChunks = [];
    this.#freeSmall.clear();
  }
}
