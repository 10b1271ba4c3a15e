/**
 * The spool, its memory half: body bytes with one writer and any number of readers, each at its own
 * offset. Nobody else in the house keeps body bytes.
 *
 *   append ──▶ [block][block][bl…] ──▶ read, read, …       each reader takes views, in order
 *               ▲ dropped as soon as every reader has passed it
 *
 * Bytes are copied into blocks that grow, so that a body sent in pieces of one byte does not cost
 * an object for each. A block is never written twice: a view stays good after its block is dropped.
 * What the blocks take is counted against a budget that many spools share.
 */

import { assert } from "./assert.ts";

export interface SpoolBudget {
  readonly bytesMax: number;
  bytesUsed: number;
}

/** Smallest and largest block: a small body takes little, a large one is not cut too fine. */
const blockBytesMin = 1024;
const blockBytesMax = 16 * 1024;

interface Block {
  readonly bytes: Buffer;
  /** Where in the body its first byte stands. */
  readonly start: number;
  filled: number;
}

/** `Trailers` is whatever the writer ends with: the spool only hands it on. */
export class Spool<Trailers = undefined> {
  readonly #budget: SpoolBudget;
  readonly #shareBytes: number;
  readonly #readers: SpoolReader<Trailers>[] = [];
  #blocks: Block[] = [];
  #start = 0;
  #length = 0;
  #trailers: Trailers | undefined;
  #state: "open" | "ended" | "overflowed" | "released" = "open";

  /** At most `shareBytes` are kept at a time. */
  constructor(budget: SpoolBudget, shareBytes: number) {
    this.#budget = budget;
    this.#shareBytes = shareBytes;
  }

  /** All that was appended, dropped bytes included. */
  get length(): number {
    return this.#length;
  }

  /** Bytes kept now. */
  get keptBytes(): number {
    return this.#length - this.#start;
  }

  /** A piece was refused: what is kept is not the whole, and never will be. */
  get overflowed(): boolean {
    return this.#state === "overflowed";
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  get trailers(): Trailers | undefined {
    return this.#trailers;
  }

  /** Every byte so far can still be read from the start. */
  get isWhole(): boolean {
    return this.#start === 0 && (this.#state === "open" || this.#state === "ended");
  }

  /** Copies the piece, whole or not at all. False: over share or budget, now and for ever. */
  append(piece: Buffer): boolean {
    if (this.#state === "overflowed" || this.#state === "released") return false;
    assert(this.#state === "open", "nothing is appended to a spool that has ended");
    const tail = this.#blocks.at(-1);
    const tailRoom = tail === undefined ? 0 : tail.bytes.length - tail.filled;
    const rest = piece.length - tailRoom;
    const fits = this.keptBytes + piece.length <= this.#shareBytes;
    if (!fits || (rest > 0 && !this.#addBlock(this.#length + tailRoom, rest))) {
      this.#state = "overflowed";
      this.#drop();
      return false;
    }
    const toTail = tail === undefined ? 0 : fill(tail, piece, 0);
    if (rest > 0) fill(this.#blocks.at(-1)!, piece, toTail);
    this.#length += piece.length;
    return true;
  }

  end(trailers?: Trailers): void {
    assert(this.#state !== "ended", "a spool ends once");
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

  /** Gives all memory back to the budget; readers find nothing more. Harmless a second time. */
  release(): void {
    for (const block of this.#blocks) this.#budget.bytesUsed -= block.bytes.length;
    this.#blocks = [];
    this.#start = this.#length;
    this.#readers.length = 0;
    this.#state = "released";
  }

  /** For readers: the bytes from `offset` to the end of their block. */
  viewAt(offset: number): Buffer | undefined {
    for (const block of this.#blocks) {
      if (offset >= block.start + block.filled) continue;
      return block.bytes.subarray(offset - block.start, block.filled);
    }
    return undefined;
  }

  /** For readers: one has moved on, or (`gone`) reads no more. */
  moved(reader: SpoolReader<Trailers>, gone: boolean): void {
    const at = gone ? this.#readers.indexOf(reader) : -1;
    if (at !== -1) this.#readers.splice(at, 1);
    this.#drop();
  }

  #addBlock(start: number, bytesMin: number): boolean {
    const budget = this.#budget;
    const bytesLeft = budget.bytesMax - budget.bytesUsed;
    if (bytesLeft < bytesMin) return false;
    const wanted = Math.min(Math.max(this.keptBytes, blockBytesMin), blockBytesMax);
    const size = Math.max(bytesMin, Math.min(wanted, bytesLeft));
    budget.bytesUsed += size;
    this.#blocks.push({ bytes: newBytes(size), start, filled: 0 });
    return true;
  }

  /** Drops the blocks that every reader has passed; the last one only if it takes no more. */
  #drop(): void {
    if (this.#readers.length === 0) return;
    let passed = Infinity;
    for (const reader of this.#readers) passed = Math.min(passed, reader.offset);
    let block = this.#blocks[0];
    while (block !== undefined && passed >= block.start + block.bytes.length) {
      block = this.#dropFirst(block);
    }
    // A block with room left is the last one: of use only while the body goes on.
    if (block !== undefined && passed === this.#length && this.#state !== "open") {
      this.#dropFirst(block);
    }
  }

  #dropFirst(block: Block): Block | undefined {
    this.#blocks.shift();
    this.#budget.bytesUsed -= block.bytes.length;
    this.#start = block.start + block.filled;
    return this.#blocks[0];
  }
}

/** Smallest blocks are cut from one allocation, which costs ten times what a cut costs. */
let uncut: Buffer = Buffer.alloc(0);
const uncutBytes = 8 * blockBytesMin;

/**
 * Not from Buffer's own pool, which all the program shares: a small body that stays for long would
 * hold 64 KB of it, and here at most 8.
 */
function newBytes(size: number): Buffer {
  if (size !== blockBytesMin) return Buffer.allocUnsafeSlow(size);
  if (uncut.length === 0) uncut = Buffer.allocUnsafeSlow(uncutBytes);
  const bytes = uncut.subarray(0, size);
  uncut = uncut.subarray(size);
  return bytes;
}

/** One reader's place in a spool. */
export class SpoolReader<Trailers = undefined> {
  readonly #spool: Spool<Trailers>;
  #offset = 0;

  constructor(spool: Spool<Trailers>) {
    this.#spool = spool;
  }

  /** How many bytes it has read. */
  get offset(): number {
    return this.#offset;
  }

  /** The body is whole, and all of it was read. */
  get ended(): boolean {
    return this.#spool.ended && this.#offset === this.#spool.length;
  }

  /** The next bytes, as a view that stays good; undefined: none for now, see `ended`. */
  read(): Buffer | undefined {
    const view = this.#spool.viewAt(this.#offset);
    if (view === undefined) return undefined;
    this.#offset += view.length;
    this.#spool.moved(this, false);
    return view;
  }

  /** Reads no more, and holds nothing back. Harmless a second time. */
  close(): void {
    this.#spool.moved(this, true);
  }
}

/** Copies what fits of `piece` from `at` on, and says how many bytes that was. */
function fill(block: Block, piece: Buffer, at: number): number {
  const copied = piece.copy(block.bytes, block.filled, at);
  block.filled += copied;
  return copied;
}
