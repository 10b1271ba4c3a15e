/** Makes a wire out of others by the small changes that attackers make. */

import { words } from "./corpus.ts";
import type { Random } from "./random.ts";

/** Longer wires cost time and show nothing new but limits; those are reached by repetition. */
const wireBytesMax = 3_000;

/** Now and then a part is repeated up to this length, beyond every limit of a head. */
const repeatedBytesMax = 40_000;

const changesMax = 6;

type Change = (wire: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

export function mutate(random: Random, corpus: readonly Buffer[]): Buffer {
  let wire = random.pick(corpus);
  const changes = 1 + random.below(changesMax);
  for (let count = 0; count < changes; count++) wire = random.pick(all)(wire, random, corpus);
  if (random.below(200) === 0) wire = repeatPart(wire, random);
  return wire.subarray(0, repeatedBytesMax);
}

/** The wire in a few pieces. */
export function cut(wire: Buffer, random: Random): readonly Buffer[] {
  const count = random.below(6);
  const places = Array.from({ length: count }, () => random.below(wire.length + 1));
  places.sort((a, b) => a - b);
  const ends = [...places, wire.length];
  return ends
    .map((end, at) => Buffer.from(wire.subarray(at === 0 ? 0 : ends[at - 1], end)))
    .filter((piece) => piece.length > 0);
}

const flipBit: Change = (wire, random) => {
  const changed = Buffer.from(wire);
  const at = random.below(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
};

const setByte: Change = (wire, random) => {
  const changed = Buffer.from(wire);
  changed[random.below(changed.length)] = random.below(256);
  return changed;
};

const insertWord: Change = (wire, random) => {
  const at = random.below(wire.length + 1);
  return spliced(wire, at, at, Buffer.from(random.pick(words), "latin1"));
};

/** Where lines begin is where most is decided. */
const insertLine: Change = (wire, random) => {
  const at = lineStart(wire, random);
  return spliced(wire, at, at, Buffer.from(random.pick(words), "latin1"));
};

const replaceByWord: Change = (wire, random) => {
  const at = random.below(wire.length + 1);
  const end = Math.min(wire.length, at + random.below(8));
  return spliced(wire, at, end, Buffer.from(random.pick(words), "latin1"));
};

const removePart: Change = (wire, random) => {
  const at = random.below(wire.length + 1);
  return spliced(wire, at, Math.min(wire.length, at + 1 + random.below(20)), Buffer.alloc(0));
};

const doubleLine: Change = (wire, random) => {
  const at = lineStart(wire, random);
  const end = wire.indexOf("\n", at) + 1;
  return end === 0 ? wire : spliced(wire, end, end, wire.subarray(at, end));
};

const moveLine: Change = (wire, random) => {
  const at = lineStart(wire, random);
  const end = wire.indexOf("\n", at) + 1;
  if (end === 0) return wire;
  const line = Buffer.from(wire.subarray(at, end));
  const rest = spliced(wire, at, end, Buffer.alloc(0));
  const to = lineStart(rest, random);
  return spliced(rest, to, to, line);
};

const joinOther: Change = (wire, random, corpus) => {
  const other = random.pick(corpus);
  const head = wire.subarray(0, random.below(wire.length + 1));
  return Buffer.concat([head, other.subarray(random.below(other.length))]).subarray(
    0,
    wireBytesMax,
  );
};

const appendOther: Change = (wire, random, corpus) =>
  Buffer.concat([wire, random.pick(corpus)]).subarray(0, wireBytesMax);

const all: readonly Change[] = [
  flipBit,
  setByte,
  insertWord,
  insertWord,
  insertLine,
  insertLine,
  replaceByWord,
  removePart,
  doubleLine,
  moveLine,
  joinOther,
  appendOther,
];

function repeatPart(wire: Buffer, random: Random): Buffer {
  const at = random.below(wire.length + 1);
  const end = Math.min(wire.length, at + 1 + random.below(40));
  const times = random.below(Math.ceil(repeatedBytesMax / Math.max(1, end - at)));
  const parts = Array.from({ length: times }, () => wire.subarray(at, end));
  return spliced(wire, at, at, Buffer.concat(parts));
}

function lineStart(wire: Buffer, random: Random): number {
  return wire.lastIndexOf("\n", random.below(wire.length + 1)) + 1;
}

function spliced(wire: Buffer, start: number, end: number, middle: Buffer): Buffer {
  return Buffer.concat([wire.subarray(0, start), middle, wire.subarray(end)]);
}
