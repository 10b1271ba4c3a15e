/**
 * Readers: from what a user wrote to what the plan holds, value by value.
 *
 * A reader reports what is wrong, where, and how to mend it, and never throws. It knows neither the
 * file nor the schema library: a zod context fits `Reporter` as it stands, and so does a place in a
 * config file. Wording: "want a whole number from 1 to 10, found "x"".
 */

import {
  meantQuantity,
  quantityPatterns,
  readByteCount,
  readByteRate,
  readDurationMs,
  type QuantityKind,
} from "./quantity.ts";
import { off, textShape, type Shape } from "./shape.ts";

export interface Reader<T> {
  (value: unknown, reporter: Reporter): T;
  /** What it takes, for those who write configs; its messages say it more exactly. */
  readonly shape?: Shape;
}

/** One that tells what it takes. */
export type ShapedReader<T> = Reader<T> & { readonly shape: Shape };

export interface Reporter {
  addIssue(issue: Issue): void;
}

/** The parts of a zod issue that are ours; zod changes `path`. A type, for zod's sake. */
export type Issue = {
  readonly code: "custom";
  readonly message: string;
  /** Below the value that is being read; none: the value itself. */
  path?: PropertyKey[];
  params?: Record<string, unknown>;
};

/**
 * `value`: not what may stand there. `unavailable`: a later version's. `missing`: something has to
 * be there. `together`: does not go with what stands beside it. `pool`: no pool has this name.
 */
export type WrongKind =
  | "value"
  | "unavailable"
  | "missing"
  | "together"
  | "twice"
  | "pool"
  | "file";

export interface Wrong {
  readonly kind?: WrongKind;
  /** What is wrong: "want …, found …". */
  readonly message: string;
  /** How to mend it in a few words that may stand right behind the value: `write "5s"`. */
  readonly hint?: string | undefined;
  /** How to mend it, as what to do or what to write. */
  readonly help?: string | undefined;
  /** What it conflicts with. */
  readonly beside?: readonly Sibling[];
  readonly path?: readonly PropertyKey[];
  /** Point at the key and not at its value. */
  readonly onKey?: true;
}

/** Something in the same map or list: its key or its value is pointed at like the culprit's. */
export interface Sibling {
  readonly step: string | number;
  /** `first written here`. */
  readonly message: string;
}

/** Reports; the value that it pretends to return is never looked at, since there is an issue. */
export function reject(reporter: Reporter, wrong: Wrong): never {
  const { message, path = [], ...params } = wrong;
  reporter.addIssue({ code: "custom", message, path: [...path], params });
  return undefined as never;
}

/** What was found, for a message. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") {
    return Object.keys(value).length === 0 ? "an empty map" : "a map";
  }
  const text = typeof value === "bigint" ? `${value}` : (JSON.stringify(value) ?? typeof value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

export function shaped<T>(
  shape: Shape,
  read: (value: unknown, reporter: Reporter) => T,
): ShapedReader<T> {
  return Object.assign(read, { shape });
}

export const text = shaped(textShape, (value, reporter): string => {
  if (typeof value === "string" && value !== "") return value;
  const scalar = typeof value === "number" || typeof value === "boolean";
  const hint = scalar ? `put it in quotes: "${String(value)}"` : undefined;
  return reject(reporter, { message: `want text, found ${describe(value)}`, hint });
});

/** How a user switches something off. */
export const isOff = (value: unknown): boolean => value === "off" || value === false;

export const flag = shaped({ type: "boolean" }, (value, reporter): boolean =>
  typeof value === "boolean"
    ? value
    : reject(reporter, { message: `want true or false, found ${describe(value)}` }),
);

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export function wholeNumber({ min, max }: Bounds): Reader<number> {
  const shape: Shape = { type: "integer", minimum: min, maximum: max };
  return shaped(shape, (value, reporter) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    const message = `want a whole number from ${min} to ${max}, found ${describe(value)}`;
    return reject(reporter, { message });
  });
}

/** Bounds as they are written, so that a message can show them; `off` also allows `off`: 0. */
export interface QuantityBounds {
  readonly min: string;
  readonly max: string;
  readonly off?: true;
}

export const durationMs = (bounds: QuantityBounds): ShapedReader<number> =>
  quantity("time", readDurationMs, bounds);

export const byteCount = (bounds: QuantityBounds): ShapedReader<number> =>
  quantity("size", readByteCount, bounds);

export const byteRate = (bounds: QuantityBounds): ShapedReader<number> =>
  quantity("rate", readByteRate, bounds);

function quantity(
  kind: QuantityKind,
  read: (text: string) => number | undefined,
  bounds: QuantityBounds,
): ShapedReader<number> {
  const { min, max } = bounds;
  const orOff = bounds.off === undefined ? "" : ", or off";
  const smallest = read(min) ?? 0;
  const largest = read(max) ?? Infinity;
  const want = `want a ${kind} from "${min}" to "${max}"${orOff}`;
  return shaped(quantityShape(kind, bounds), (value, reporter) => {
    if (bounds.off === true && isOff(value)) return 0;
    const count = typeof value === "string" ? read(value) : undefined;
    if (count !== undefined && count >= smallest && count <= largest) return count;
    const meant = count === undefined ? meantQuantity(kind, value) : undefined;
    const hint = meant === undefined ? undefined : `write "${meant}"`;
    return reject(reporter, { message: `${want}, found ${describe(value)}`, hint });
  });
}

function quantityShape(kind: QuantityKind, bounds: QuantityBounds): Shape {
  const called = `a ${kind} from ${bounds.min} to ${bounds.max}`;
  const shape: Shape = { type: "string", pattern: quantityPatterns[kind], called };
  return bounds.off === undefined ? shape : { anyOf: [shape, off] };
}

/** One of the words; `later` are words that a later version will know. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  later: readonly string[] = [],
): Reader<Word> {
  return shaped({ enum: words }, (value, reporter) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    if (typeof value === "string" && later.includes(value)) {
      const message = `\`${value}\` is not available in this version`;
      return reject(reporter, { kind: "unavailable", message, help: `use ${words.join(" or ")}` });
    }
    return reject(reporter, { message: `want ${words.join(", ")}; found ${describe(value)}` });
  });
}

/** The keys that were written, without those that were not: an overlay for defaults. */
export function defined<T extends object>(keys: {
  readonly [K in keyof T]: T[K] | undefined;
}): Partial<T> {
  const entries = Object.entries(keys).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
