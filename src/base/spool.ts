/**
 * The spool: body bytes with one writer and any number of readers, each at its own offset. Nobody
 * else in the house keeps body bytes.
 *
 *   append ──▶ [segment][segment][stored][stored][segm…] ──▶ read, read, …
 *               ▲ dropped as soon as every reader has passed it
 *
 * Bytes are copied into segments that grow, so that a body sent in pieces of one byte does not cost
 * an object for each. What memory is not allowed to hold goes to a store (a file), the newest
 * first, since the oldest are read next; a reader who comes to a stored segment waits until it is
 * back.
 *
 * The writer is asked to wait (`room` is 0), never refused: what is in its hands is taken.
 */

import { assert } from "./assert.ts";
import { blockSizeFor, largestBlockBytes, smallestBlockBytes, takeBlock } from "./blocks.ts";
import type { Budget } from "./budget.ts";
import { Segment, type SegmentOwner } from "./spool-segment.ts";
import { smallExtentBytes, type SpoolStore } from "./spool-store.ts";

/** What many spools share. */
export interface SpoolSupplies {
  readonly memory: Budget;
  /** undefined: there is none. */
  readonly store: SpoolStore | undefined;
  /** What one spool may have in memory now, in bytes. */
  readonly allowanceBytes: number;
  /** A spool keeps something: it is to be looked after until it is gone. */
  onSpoolBegun(spool: Spool<unknown>): void;
  onSpoolGone(spool: Spool<unknown>): void;
}

/** `Trailers` is whatever the writer ends with: the spool only hands it on. */
export class Spool<Trailers = undefined> implements SegmentOwner {
  /** `room` was 0, and there is some again; or nothing is being stored that would make some. */
  onRoom: (() => void) | undefined;
  readonly #supplies: SpoolSupplies;
  readonly #bytesMax: number;
  readonly #readers: SpoolReader<Trailers>[] = [];
  #first: Segment | undefined;
  #last: Segment | undefined;
  /** Segments in memory that take no more and are not busy; the oldest come first, mostly. */
  #inMemory: Segment[] = [];
  #length = 0;
  /** By every reader. */
  #passed = 0;
  #memoryBytes = 0;
  #storedBytes = 0;
  /** Of memory: what is being stored. */
  #storingBytes = 0;
  #trailers: Trailers | undefined;
  #state: "open" | "ended" | "failed" | "released" = "open";
  #wantsRoom = false;

  /** At most `bytesMax` are kept at a time, in memory and store together. */
  constructor(supplies: SpoolSupplies, bytesMax: number) {
    this.#supplies = supplies;
    this.#bytesMax = bytesMax;
  }

  /** All that was appended, dropped bytes included. */
  get length(): number {
    return this.#length;
  }

  /** Bytes kept now. */
  get keptBytes(): number {
    return this.#length - Math.max(this.#passed, this.#first?.start ?? this.#length);
  }

  /** What it takes of memory now, in bytes. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  /** Something that was kept cannot be read any more. */
  get failed(): boolean {
    return this.#state === "failed";
  }

  get trailers(): Trailers | undefined {
    return this.#trailers;
  }

  /** Some of its memory is about to be free. */
  get isStoring(): boolean {
    return this.#storingBytes > 0;
  }

  /** Every byte so far can still be read from the start. */
  get isWhole(): boolean {
    const isGood = this.#state === "open" || this.#state === "ended";
    return isGood && (this.#length === 0 || this.#first?.start === 0);
  }

  /** How many bytes more it takes; 0: `onRoom` will be called. */
  get room(): number {
    if (this.#state !== "open") return 1;
    const left = this.#bytesMax - this.keptBytes;
    const last = this.#last;
    const lastRoom = last?.isFillable === true ? (last.bytes?.length ?? 0) - last.filled : 0;
    const movableBytes = this.#memoryBytes - this.#viewedBytes();
    const memory = this.#supplies.allowanceBytes - movableBytes + lastRoom;
    const room = Math.max(0, Math.min(left, memory));
    this.#wantsRoom = room === 0;
    return room;
  }

  /** Copies the piece, whatever there is room for. */
  append(piece: Buffer): void {
    if (this.#state === "failed" || this.#state === "released") return;
    assert(this.#state === "open", "nothing is appended to a spool that has ended");
    if (piece.length === 0) return;
    if (this.#length === 0) this.#supplies.onSpoolBegun(this);
    let last = this.#last;
    let at = last?.isFillable === true ? last.fill(piece, 0) : 0;
    while (at < piece.length) {
      last = this.#addSegment(this.#length + at, piece.length - at);
      at += last.fill(piece, at);
    }
    this.#length += piece.length;
    if (!last!.isFillable) this.#sealLast();
    this.#store(this.#supplies.allowanceBytes / 2);
  }

  end(trailers?: Trailers): void {
    if (this.#state !== "open") return;
    this.#trailers = trailers;
    this.#state = "ended";
    this.#drop();
  }

  /**
   * A reader at the start. As long as one reader stands still, nothing is dropped: whoever may want
   * to replay the body holds such a one.
   */
  reader(): SpoolReader<Trailers> {
    assert(this.isWhole, "a reader begins while the start is still kept");
    const reader = new SpoolReader<Trailers>(this);
    this.#readers.push(reader);
    return reader;
  }

  /** Gives everything back; readers find nothing more. Harmless a second time. */
  release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    this.#dropUntil(Infinity, false);
    this.#last = undefined;
    this.#readers.length = 0;
    this.onRoom = undefined;
    if (this.#length > 0) this.#supplies.onSpoolGone(this);
  }

  /** Times have changed: stores what is over its allowance, and says if there is room again. */
  look(): void {
    if (this.#state === "released" || this.#state === "failed") return;
    // Half of it, so that there is room for what comes.
    const bytesMax = this.#supplies.allowanceBytes / 2;
    if (this.#memoryBytes - this.#storingBytes > bytesMax) {
      this.#sealLast();
      this.#store(bytesMax);
    }
    this.#tellRoom();
  }

  /** For readers: at most `bytesMax` bytes from `offset` on; undefined: none that are in memory. */
  viewAt(reader: SpoolReader<Trailers>, bytesMax: number): Buffer | undefined {
    const { offset } = reader;
    const segment = this.#segmentAt(offset, reader.segment);
    if (segment === undefined) return undefined;
    reader.segment = segment;
    if (segment.bytes === undefined) return this.#load(segment);
    if (segment.isBusy && segment.extent !== undefined) return undefined;
    const from = offset - segment.start;
    return segment.bytes.subarray(from, Math.min(segment.filled, from + bytesMax));
  }

  /** For readers: one has passed what it was given. */
  passed(): void {
    this.#drop();
    this.#tellRoom();
  }

  /** For readers: one reads no more. */
  left(reader: SpoolReader<Trailers>): void {
    const at = this.#readers.indexOf(reader);
    if (at === -1) return;
    this.#readers.splice(at, 1);
    if (this.#readers.length > 0) this.passed();
  }

  // What segments tell.

  count(memoryBytes: number, storedBytes: number): void {
    this.#memoryBytes += memoryBytes;
    this.#storedBytes += storedBytes;
  }

  onSegmentStored(segment: Segment, isStored: boolean): void {
    this.#storingBytes -= segment.bytes?.length ?? 0;
    if (!isStored || this.#isViewed(segment)) this.#inMemory.unshift(segment);
    else segment.leaveMemory();
    this.#tellRoom();
  }

  onSegmentLoaded(segment: Segment, isThere: boolean): void {
    if (isThere) this.#inMemory.unshift(segment);
    else this.#state = "failed";
    // One may leave when it is told.
    for (const { onReady } of this.#readers.slice()) onReady?.();
  }

  // Inside.

  #addSegment(start: number, bytesMin: number): Segment {
    const { allowanceBytes, memory } = this.#supplies;
    const sizeMax = allowanceBytes < largestBlockBytes ? smallExtentBytes : largestBlockBytes;
    const wanted = Math.max(bytesMin, Math.min(this.keptBytes, allowanceBytes), smallestBlockBytes);
    const bytes = takeBlock(blockSizeFor(Math.min(wanted, sizeMax)));
    const segment = new Segment(start, bytes, this, memory);
    this.#sealLast();
    if (this.#last === undefined) this.#first = segment;
    else this.#last.next = segment;
    this.#last = segment;
    return segment;
  }

  /** The last segment takes no more, and may be stored. */
  #sealLast(): void {
    const last = this.#last;
    if (last?.bytes === undefined || last.isBusy || last.extent !== undefined) return;
    if (last.filled > 0 && this.#inMemory.at(-1) !== last) this.#inMemory.push(last);
  }

  /** Stores the newest segments until no more than `bytesMax` of memory is left to be freed. */
  #store(bytesMax: number): void {
    const { store } = this.#supplies;
    if (store === undefined) return;
    while (this.#memoryBytes - this.#storingBytes > bytesMax) {
      const at = this.#inMemory.findLastIndex((segment) => !this.#isViewed(segment));
      const newest = this.#inMemory[at];
      if (newest === undefined) return;
      const isStored = newest.extent !== undefined;
      const hasPlace = store.isUsable && this.#storedBytes < store.allowanceBytes;
      if (!isStored && !hasPlace) return;
      this.#inMemory.splice(at, 1);
      if (isStored) newest.leaveMemory();
      else this.#storeOne(newest, store);
    }
  }

  #storeOne(segment: Segment, store: SpoolStore): void {
    this.#storingBytes += segment.bytes?.length ?? 0;
    segment.store(store);
  }

  /** It is memory again when its readers are told. */
  #load(segment: Segment): undefined {
    if (!segment.isBusy) segment.load(takeBlock(blockSizeFor(segment.filled)));
    return undefined;
  }

  /** Somebody has a view of its memory, or is in the middle of it. */
  #isViewed(segment: Segment): boolean {
    return this.#readers.some(
      ({ offset, passedOffset }) => offset > segment.start && passedOffset < segment.end,
    );
  }

  /**
   * Memory that cannot be stored, since it is somebody's: whoever stands still in the middle of a
   * large segment must not keep the rest of the body from being stored.
   */
  #viewedBytes(): number {
    let until = 0;
    for (const reader of this.#readers) until = Math.max(until, reader.offset);
    let bytes = 0;
    for (let one = this.#first; one !== undefined && one.start < until; one = one.next) {
      if (this.#isViewed(one)) bytes += one.bytes?.length ?? 0;
    }
    return bytes;
  }

  #segmentAt(offset: number, from: Segment | undefined): Segment | undefined {
    const first = this.#first;
    // Where it was last may have been dropped.
    let segment =
      from !== undefined && first !== undefined && from.start > first.start ? from : first;
    while (segment !== undefined && offset >= segment.end) segment = segment.next;
    return segment;
  }

  /** Drops what every reader has passed; the last segment only if it takes no more. */
  #drop(): void {
    if (this.#readers.length === 0) return;
    let passed = Infinity;
    for (const reader of this.#readers) passed = Math.min(passed, reader.passedOffset);
    this.#passed = passed;
    this.#dropUntil(passed, true);
  }

  #dropUntil(passed: number, isQuiet: boolean): void {
    let segment = this.#first;
    while (segment !== undefined && segment.end <= passed) {
      if (this.#state === "open" && segment === this.#last && segment.isFillable) break;
      if (this.#inMemory[0] === segment) this.#inMemory.shift();
      else this.#forget(segment);
      if (segment.isBusy && segment.extent === undefined) {
        this.#storingBytes -= segment.bytes?.length ?? 0;
      }
      segment.drop(isQuiet);
      if (segment === this.#last) this.#last = undefined;
      segment = segment.next;
    }
    this.#first = segment;
  }

  #forget(segment: Segment): void {
    const at = this.#inMemory.indexOf(segment);
    if (at !== -1) this.#inMemory.splice(at, 1);
  }

  #tellRoom(): void {
    if (!this.#wantsRoom || this.#state !== "open") return;
    if (this.room > 0 || !this.isStoring) this.onRoom?.();
  }
}

/** One reader's place in a spool. */
export class SpoolReader<Trailers = undefined> {
  /** What was to be read has been loaded, or (see `failed`) is lost. */
  onReady: (() => void) | undefined;
  /** Where it was last: only the spool looks at it. */
  segment: Segment | undefined;
  readonly #spool: Spool<Trailers>;
  #offset = 0;
  #passed = 0;

  constructor(spool: Spool<Trailers>) {
    this.#spool = spool;
  }

  /** How many bytes it was given. */
  get offset(): number {
    return this.#offset;
  }

  /** How many of them it is done with. */
  get passedOffset(): number {
    return this.#passed;
  }

  /** It was given all that is there so far. */
  get isCaughtUp(): boolean {
    return this.#offset === this.#spool.length;
  }

  /** The body is whole, and all of it was given. */
  get ended(): boolean {
    return this.#spool.ended && this.isCaughtUp;
  }

  get failed(): boolean {
    return this.#spool.failed;
  }

  /**
   * The next bytes, as a view that stays good until they are passed; undefined: none for now. If it
   * has not caught up, `onReady` will be called.
   */
  read(bytesMax: number = Infinity): Buffer | undefined {
    if (this.isCaughtUp || this.failed) return undefined;
    const view = this.#spool.viewAt(this, bytesMax);
    if (view !== undefined) this.#offset += view.length;
    return view;
  }

  /** All that it was given is looked at by nobody any more: its memory may be used again. */
  pass(): void {
    if (this.#passed === this.#offset) return;
    this.#passed = this.#offset;
    this.#spool.passed();
  }

  /** Reads no more, and holds nothing back. Harmless a second time. */
  close(): void {
    this.onReady = undefined;
    this.#spool.left(this);
  }
}
