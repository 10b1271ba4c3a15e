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

/** Free blocks kept of each size: up to 2 MB of the largest, above which a burst's are let go. */
const freeMax = 32;

const freeBySize: ReadonlyMap<number, Buffer[]> = new Map([
  [sizes[1], []],
  [sizes[2], []],
  [sizes[3], []],
]);

/** The smallest size that holds `bytes`; the largest one if none does. */
export function blockSizeFor(bytes: number): number {
  for (const size of sizes) if (bytes <= size) return size;
  return largestBlockBytes;
}

/** One of the sizes. What is in it is anybody's. */
export function takeBlock(size: number): Buffer {
  if (size === smallestBlockBytes) return cutSmallest();
  return freeBySize.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** Nobody may have a view of it that is still looked at. */
export function giveBlock(block: Buffer): void {
  const free = freeBySize.get(block.length);
  if (free !== undefined && free.length < freeMax) free.push(block);
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
