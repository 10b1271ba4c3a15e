/** Long bodies through a relay, from one remote to another. */

import assert from "node:assert/strict";

import type { Remote } from "./leg-bench.ts";
import { Pattern } from "./pattern.ts";
import type { RelayBench } from "./relay-bench.ts";

const longBytes = 100 * 1024 * 1024;
export const pieceBytes = 50_000;

/** A stalled exchange that takes so much has no bound. */
const endlessBytesMax = 50 * 1024 * 1024;

export interface Source {
  sentBytes: number;
}

/** Sends as long as there is room, and an end after `bytes`. */
export function flood(from: Remote, bytes: number, seed: number): Source {
  const pattern = new Pattern(seed);
  const source: Source = { sentBytes: 0 };
  const go = (): void => {
    while (source.sentBytes < bytes) {
      // Without a bound this would go on for ever.
      if (bytes === Infinity && source.sentBytes > endlessBytesMax) return;
      const piece = pattern.next(Math.min(pieceBytes, bytes - source.sentBytes));
      source.sentBytes += piece.length;
      if (from.sendBody(piece) === 0) return;
    }
    from.onRoom = () => {};
    from.sendEnd();
  };
  from.onRoom = go;
  go();
  return source;
}

/** A long body passes whole and in order. */
export async function passes(
  bench: RelayBench,
  from: Remote,
  to: Remote,
  bytes: number = longBytes,
): Promise<void> {
  const pattern = new Pattern(2);
  to.onPiece = (piece) => pattern.check(piece);
  flood(from, bytes, 2);
  await bench.quiet();
  assert.equal(pattern.position, bytes);
  assert.equal(to.state, "ended");
}
