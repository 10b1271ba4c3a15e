/** The loop of the fuzzer: change, check, keep what is new, make what failed small. */

import { readCorpus } from "./corpus.ts";
import { checkWire } from "./invariants.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";

/** More wires than this make the choice among them worse, not better. */
const corpusMax = 4_000;

/** After so many failures the rest is the same one again. */
const foundMax = 5;

/** Memory that a run may take more than at its start, in bytes: the corpus and garbage. */
const grownBytesMax = 512 * 1024 * 1024;

export interface FuzzOptions {
  readonly seed: number;
  /** Asked before every wire. */
  readonly goesOn: (count: number) => boolean;
}

export interface Found {
  readonly wire: Buffer;
  readonly error: unknown;
}

export interface FuzzOutcome {
  readonly passed: number;
  readonly shapes: number;
  readonly found: readonly Found[];
}

export function runFuzz({ seed, goesOn }: FuzzOptions): FuzzOutcome {
  const random = new Random(seed);
  const corpus = [...readCorpus()];
  const shapes = new Set<string>();
  const found: Found[] = [];
  const rssBefore = process.memoryUsage.rss();
  let passed = 0;
  const seeds = corpus.length;
  for (let count = 0; goesOn(count) && found.length < foundMax; count++) {
    const wire = corpus[count < seeds ? count : -1] ?? mutate(random, corpus);
    try {
      const shape = checkWire(wire, random);
      if (!shapes.has(shape) && wire.length > 0 && corpus.length < corpusMax) corpus.push(wire);
      shapes.add(shape);
      passed += 1;
    } catch (error) {
      found.push({ wire: smaller(wire), error });
    }
  }
  if (process.memoryUsage.rss() - rssBefore > grownBytesMax) {
    found.push({ wire: Buffer.alloc(0), error: new Error("memory grew without bound") });
  }
  return { passed, shapes: shapes.size, found };
}

/** Takes away whatever it fails without. */
function smaller(wire: Buffer): Buffer {
  let best = wire;
  for (let bytes = Math.ceil(wire.length / 2); bytes >= 1; bytes = Math.floor(bytes / 2)) {
    for (let at = 0; at < best.length;) {
      const tried = Buffer.concat([best.subarray(0, at), best.subarray(at + bytes)]);
      if (fails(tried)) best = tried;
      else at += bytes;
    }
  }
  return best;
}

function fails(wire: Buffer): boolean {
  try {
    checkWire(wire, new Random(1));
    return false;
  } catch {
    return true;
  }
}
