/**
 * A part of a spooled body: in memory, in the store, or on its way from one to the other.
 *
 *   filling ─▶ in memory ─▶ storing ─▶ stored ─▶ loading ─▶ in memory and stored ─▶ dropped
 *                  └──────────────────────────────────────────────────────────────────┘
 *
 * What it takes is counted for as long as it takes it: memory that the store still writes from or
 * reads into belongs to nobody else, though the segment was dropped long ago.
 */

import { assert } from "./assert.ts";
import { giveBlock } from "./blocks.ts";
import type { Budget } from "./budget.ts";
import type { Extent, SpoolStore, StoreClient } from "./spool-store.ts";

/** Told what became of a segment, each once for every `store` and `load`. */
export interface SegmentOwner {
  /** It is stored now, or (`isStored` false) still in memory only. */
  onSegmentStored(segment: Segment, isStored: boolean): void;
  onSegmentLoaded(segment: Segment, isThere: boolean): void;
  /** So many bytes of memory or of the store are taken (or given back, below 0). */
  count(memoryBytes: number, storedBytes: number): void;
}

export class Segment implements StoreClient {
  /** Where in the body its first byte stands. */
  readonly start: number;
  filled = 0;
  next: Segment | undefined;
  bytes: Buffer | undefined;
  extent: Extent | undefined;
  /** The store has its memory in its hands. */
  isBusy = false;
  #isDropped = false;
  /** When it was dropped, nobody had a view of its memory. */
  #isQuiet = true;
  readonly #owner: SegmentOwner;
  readonly #memory: Budget;
  #store: SpoolStore | undefined;

  constructor(start: number, bytes: Buffer, owner: SegmentOwner, memory: Budget) {
    this.start = start;
    this.#owner = owner;
    this.#memory = memory;
    this.#hold(bytes);
  }

  /** Where the byte behind its last one stands. */
  get end(): number {
    return this.start + this.filled;
  }

  /** It may take more; what is stored, or being stored, may not. */
  get isFillable(): boolean {
    const { bytes, extent, isBusy } = this;
    return bytes !== undefined && extent === undefined && !isBusy && this.filled < bytes.length;
  }

  /** Copies what fits of `piece` from `at` on, and says how many bytes that was. */
  fill(piece: Buffer, at: number): number {
    assert(this.bytes !== undefined, "a segment is filled in memory");
    const copied = piece.copy(this.bytes, this.filled, at);
    this.filled += copied;
    return copied;
  }

  store(store: SpoolStore): void {
    assert(this.bytes !== undefined && !this.isBusy, "what is stored lies in memory");
    this.isBusy = true;
    this.#store = store;
    store.store(this.bytes.subarray(0, this.filled), this);
  }

  load(into: Buffer): void {
    assert(this.bytes === undefined && this.extent !== undefined, "what is loaded was stored");
    this.isBusy = true;
    this.#hold(into);
    this.#store?.load(this.extent, into, this);
  }

  onStored(extent: Extent | undefined): void {
    this.isBusy = false;
    this.extent = extent;
    if (extent !== undefined) this.#owner.count(0, extent.size);
    if (this.#isDropped) this.#giveBack();
    else this.#owner.onSegmentStored(this, extent !== undefined);
  }

  onLoaded(isThere: boolean): void {
    this.isBusy = false;
    if (this.#isDropped) this.#giveBack();
    else this.#owner.onSegmentLoaded(this, isThere);
  }

  /** Its bytes are in the store, and nobody looks at them in memory. */
  leaveMemory(): void {
    assert(this.extent !== undefined && !this.isBusy, "only what is stored leaves memory");
    this.#letGo(true);
  }

  /** Nobody needs it any more. `isQuiet`: nor has anybody a view of its memory. */
  drop(isQuiet: boolean): void {
    this.#isDropped = true;
    this.#isQuiet = isQuiet;
    if (!this.isBusy) this.#giveBack();
  }

  #giveBack(): void {
    this.#letGo(this.#isQuiet);
    if (this.extent === undefined) return;
    this.#owner.count(0, -this.extent.size);
    this.#store?.free(this.extent);
    this.extent = undefined;
  }

  #hold(bytes: Buffer): void {
    this.bytes = bytes;
    this.#memory.take(bytes.length);
    this.#owner.count(bytes.length, 0);
  }

  #letGo(isQuiet: boolean): void {
    const { bytes } = this;
    if (bytes === undefined) return;
    this.bytes = undefined;
    this.#memory.give(bytes.length);
    this.#owner.count(-bytes.length, 0);
    if (isQuiet) giveBlock(bytes);
  }
}
