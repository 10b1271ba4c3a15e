/**
 * Read buffers, used over and over: a dialled socket reads into one of them instead of having the
 * runtime allocate 64 KB for every read.
 *
 * A buffer may be in use beyond its read: its bytes wait for their receiver (`isHeld`), or they were
 * written to a socket that could not take them whole and now points into them (measured: bytes of
 * the next read then go out in their place). Such a buffer is not read into again; the reader takes
 * another one, and this one is left to the garbage collector.
 */

/** Size of one read, in bytes: what libuv suggests too. */
const readBytes = 64 * 1024;

/** Free buffers kept: 4 MB, above which a burst's buffers are let go. */
const freeBuffersMax = 64;

const free: Buffer[] = [];
/** Memory that a socket still points into. Looked at only after a write that was not taken whole. */
const lent = new WeakSet<ArrayBufferLike>();

export function takeReadBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(readBytes);
}

/** Gives a buffer back, unless a socket points into it. */
export function giveReadBuffer(buffer: Buffer): void {
  if (free.length < freeBuffersMax && !lent.has(buffer.buffer)) free.push(buffer);
}

/** The socket has kept `bytes`: whatever they are a part of is the socket's from now on. */
export function lend(bytes: Buffer): void {
  lent.add(bytes.buffer);
}

export function isLent(buffer: Buffer): boolean {
  return lent.has(buffer.buffer);
}
