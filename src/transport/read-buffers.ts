/**
 * What sockets read into. What is allocated outside the runtime's heap makes its collector run: one
 * upload of 1 Gbit/s made it mark the whole heap four times a second. So nothing is allocated for a
 * read.
 *
 *   between messages    the common buffer: one for all connections, good until the read was told
 *   in a long message   a large buffer of its own, from a free list, that is passed on uncopied
 *   bytes must wait     a held buffer, from a free list, into which they are copied
 *
 * An idle connection has no buffer, and a small exchange is read into memory that is in the
 * processor's cache, whichever connection it comes on (docs/decisions/0009-one-common-buffer.md).
 *
 * A large buffer may be in use beyond its read: its bytes wait for their receiver, or they were
 * written to a socket that could not take them whole and now points into them (measured: bytes of
 * the next read then go out in their place). Such a buffer is not read into again; the reader takes
 * another one, and this one is left to the garbage collector.
 */

/** A read of the common buffer, in bytes: less than what one write copies with its head. */
export const commonReadBytes = 12_288;

/** What one read takes in the middle of a long message, in bytes: what libuv suggests. */
export const largeReadBytes = 65_536;

/** All connections read into it. The bytes of a read are gone with the next read of any of them. */
export const commonBuffer: Buffer = Buffer.allocUnsafeSlow(commonReadBytes);
const commonMemory = commonBuffer.buffer;

/** Free buffers kept of each size: up to 4 MB, above which a burst's buffers are let go. */
const freeBytesMax = 4 * 1024 * 1024;

const freeBySize: ReadonlyMap<number, Buffer[]> = new Map([
  [commonReadBytes, []],
  [largeReadBytes, []],
]);

/** Memory that a socket still points into. Looked at only after a write not taken whole. */
const lent = new WeakSet<ArrayBufferLike>();

/** One of the two sizes. */
export function takeBuffer(bytes: number): Buffer {
  return freeBySize.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
}

/** Gives a buffer back, unless a socket points into it. */
export function giveBuffer(buffer: Buffer): void {
  if (lent.has(buffer.buffer)) return;
  const free = freeBySize.get(buffer.length);
  if (free !== undefined && free.length * buffer.length < freeBytesMax) free.push(buffer);
}

/** The same bytes, or a copy of them where the next read would overwrite them. */
export function unshared(bytes: Buffer): Buffer {
  return bytes.buffer === commonMemory ? Buffer.from(bytes) : bytes;
}

/** The socket has kept `bytes`: whatever they are a part of is the socket's from now on. */
export function lend(bytes: Buffer): void {
  lent.add(bytes.buffer);
}

export function isLent(buffer: Buffer): boolean {
  return lent.has(buffer.buffer);
}
