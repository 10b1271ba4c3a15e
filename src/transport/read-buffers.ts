/**
 * Read buffers, used over and over: a dialled socket reads into one of them instead of having the
 * runtime allocate 64 KB for every read.
 *
 * A buffer may be in use beyond its read: its bytes wait for their receiver (`isHeld`), or they
 * were
 * written to a socket that could not take them whole and now points into them (measured: bytes of
 * the next read then go out in their place). Such a buffer is not read into again; the reader takes
 * another one, and this one is left to the garbage collector.
 */

/**
 * Sizes of one read, in bytes. A connection begins with the small one, which holds nearly every
 * head with its body, and is all that an idle connection costs; a read that fills it asks for the
 * large one, which is what libuv suggests.
 */
const smallBytes = 8 * 1024;
const largeBytes = 64 * 1024;

/** Free buffers kept: 2 and 4 MB, above which a burst's buffers are let go. */
const freeSmallMax = 256;
const freeLargeMax = 64;

const freeSmall: Buffer[] = [];
const freeLarge: Buffer[] = [];
/**
 * Memory that a socket still points into. Looked at only after a write that was not taken whole.
 */
const lent = new WeakSet<ArrayBufferLike>();

export function takeReadBuffer(isLarge: boolean): Buffer {
  const free = isLarge ? freeLarge : freeSmall;
  return free.pop() ?? Buffer.allocUnsafeSlow(isLarge ? largeBytes : smallBytes);
}

/** Gives a buffer back, unless a socket points into it. */
export function giveReadBuffer(buffer: Buffer): void {
  if (lent.has(buffer.buffer)) return;
  if (isLargeBuffer(buffer)) {
    if (freeLarge.length < freeLargeMax) freeLarge.push(buffer);
  } else if (freeSmall.length < freeSmallMax) freeSmall.push(buffer);
}

export function isLargeBuffer(buffer: Buffer): boolean {
  return buffer.length === largeBytes;
}

/** Whether the read after one of `bytes` into `buffer` should go into a large one. */
export function wantsLarge(buffer: Buffer, bytes: number): boolean {
  return bytes === buffer.length || (isLargeBuffer(buffer) && bytes > smallBytes);
}

/** The socket has kept `bytes`: whatever they are a part of is the socket's from now on. */
export function lend(bytes: Buffer): void {
  lent.add(bytes.buffer);
}

export function isLent(buffer: Buffer): boolean {
  return lent.has(buffer.buffer);
}
