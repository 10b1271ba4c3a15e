/**
 * Memory for body bytes that wait. What is allocated outside the runtime's heap makes its collector
 * run, so larger blocks are used again: whoever gives one back must know that no socket points into
 * it any more.
 */

/** Smallest block: a small body takes little. */
export const smallestBlockBytes: number = 1024;

/** Largest one: what the largest read brings, and what is written to a file at once. */
export const largestBlockBytes: number = 64 * 1024;

/** Blocks come in these sizes, in bytes. */
const sizes = [smallestBlockBytes, 4 * 1024, 16 * 1024, largestBlockBytes] as const;

/** Free bytes kept of each size. */
const freeBytesMax = 16 * 1024 * 1024;

/** Free blocks of one size. */
interface Free {
  readonly blocks: Buffer[];
  /** The fewest there were since the last trim: nobody needed so many. */
  fewest: number;
}

const freeBySize: ReadonlyMap<number, Free> = new Map(
  sizes.slice(1).map((size) => [size, { blocks: [], fewest: 0 }]),
);

/** The smallest size that holds `bytes`; the largest one if none does. */
export function blockSizeFor(bytes: number): number {
  for (const size of sizes) if (bytes <= size) return size;
  return largestBlockBytes;
}

/** One of the sizes. What is in it is anybody's. */
export function takeBlock(size: number): Buffer {
  if (size === smallestBlockBytes) return cutSmallest();
  const free = freeBySize.get(size);
  const block = free?.blocks.pop();
  if (free === undefined || block === undefined) return Buffer.allocUnsafeSlow(size);
  free.fewest = Math.min(free.fewest, free.blocks.length);
  return block;
}

/** Nobody may have a view of it that is still looked at. */
export function giveBlock(block: Buffer): void {
  const blocks = freeBySize.get(block.length)?.blocks;
  if (blocks !== undefined && blocks.length * block.length < freeBytesMax) blocks.push(block);
}

/**
 * Lets go of half of those that nobody needed since the last time, at least of one: what a burst
 * left is gone soon, and what is in use again and again stays.
 */
export function trimBlocks(): void {
  for (const free of freeBySize.values()) {
    free.blocks.splice(0, Math.ceil(free.fewest / 2));
    free.fewest = free.blocks.length;
  }
}

/**
 * Smallest blocks are cut from one allocation, which costs ten times what a cut costs. Not from
 * Buffer's own pool, which all the program shares: a small body that stays for long would hold
 * 64 KB of it, and here at most 8.
 */
function cutSmallest(): Buffer {
  if (uncut.length === 0) uncut = Buffer.allocUnsafeSlow(uncutBytes);
  const bytes = uncut.subarray(0, smallestBlockBytes);
  uncut = uncut.subarray(smallestBlockBytes);
  return bytes;
}

const uncutBytes = 8 * smallestBlockBytes;
let uncut: Buffer = Buffer.alloc(0);
