/** The same bytes cut in every way: what a machine makes of them may not depend on the cuts. */

/** Up to this length a wire is cut at every place; the time of a test grows with its square. */
const everyPlaceBytesMax = 1_500;

/** A place of a long wire at which it is cut whatever its length: the usual sizes of buffers. */
const blockBytes = 1_024;

/** A prime, so that the other cuts meet every offset within whatever repeats. */
const strideBytes = 1_021;

/**
 * As one piece, byte by byte, and cut in two at every place (of a long wire: at every place near
 * its ends and near block sizes, and at some between). Pieces are copies: a machine may mend them.
 */
export function* everySplit(wire: string | Uint8Array): Generator<readonly Buffer[]> {
  const whole = typeof wire === "string" ? Buffer.from(wire, "latin1") : Buffer.from(wire);
  yield [Buffer.from(whole)];
  yield Array.from(whole, (byte) => Buffer.from([byte]));
  for (let at = 1; at < whole.length; at++) {
    if (whole.length <= everyPlaceBytesMax || isTelling(at, whole.length)) yield cutAt(whole, [at]);
  }
}

/** The bytes cut at these places, in order. */
export function cutAt(whole: Uint8Array, places: readonly number[]): readonly Buffer[] {
  const ends = [...places, whole.length];
  return ends.map((end, at) => Buffer.from(whole.subarray(at === 0 ? 0 : ends[at - 1], end)));
}

function isTelling(at: number, length: number): boolean {
  if (at < 48 || length - at < 8 || at % strideBytes === 0) return true;
  const beyond = (at + 2) % blockBytes;
  return beyond <= 4;
}
