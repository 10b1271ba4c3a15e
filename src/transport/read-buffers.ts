/**
 * Read buffers, used over and over: a socket reads into one of them instead of having the runtime
 * allocate for every read. What is allocated outside the runtime's heap makes its collector run:
 * one upload of 1 Gbit/s made it mark the whole heap four times a second.
 *
 * A buffer may be in use beyond its read: its bytes wait for their receiver (`isHeld`), or they
 * were written to a socket that could not take them whole and now points into them (measured: bytes
 * of the next read then go out in their place). Such a buffer is not read into again; the reader
 * takes another one, and this one is left to the garbage collector.
 */

/** What one read takes, in bytes, as soon as a message does not fit: what libuv suggests. */
export const largeReadBytes = 65_536;

/**
 * What a connection reads with while nothing is known of what comes, in bytes: all that it holds
 * while it is idle. A client's holds most requests without a body, and there may be 10,000 of them;
 * an upstream's holds most heads with a small body.
 */
export const clientReadBytes = 2_048;
export const upstreamReadBytes = 8_192;

/** Free buffers kept of each size: up to 4 MB, above which a burst's buffers are let go. */
const freeBytesMax = 4 * 1024 * 1024;

const freeBySize: ReadonlyMap<number, Buffer[]> = new Map([
  [clientReadBytes, []],
  [upstreamReadBytes, []],
  [largeReadBytes, []],
]);

/** Memory that a socket still points into. Looked at only after a write not taken whole. */
const lent = new WeakSet<ArrayBufferLike>();

/** One of the three sizes. */
export function takeReadBuffer(bytes: number): Buffer {
  return freeBySize.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
}

/** Gives a buffer back, unless a socket points into it. */
export function giveReadBuffer(buffer: Buffer): void {
  if (lent.has(buffer.buffer)) return;
  const free = freeBySize.get(buffer.length);
  if (free !== undefined && free.length * buffer.length < freeBytesMax) free.push(buffer);
}

/** The socket has kept `bytes`: whatever they are a part of is the socket's from now on. */
export function lend(bytes: Buffer): void {
  lent.add(bytes.buffer);
}

export function isLent(buffer: Buffer): boolean {
  return lent.has(buffer.buffer);
}
