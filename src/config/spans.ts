/** From a place in a config's value to where it is written. */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document as YamlDocument,
  type LineCounter,
  type Pair,
  type YAMLMap,
} from "yaml";

import type { Span } from "./problems.ts";

export type Path = readonly (string | number)[];

/** Whether `path` is this place, or one below it. */
export const isWithin = (path: Path, around: Path): boolean =>
  around.every((step, at) => path[at] === step);

/** Offsets: the first character, and the one behind the last. */
export type Range = readonly [start: number, end: number];

export class Spans {
  readonly #yaml: YamlDocument;
  readonly #text: string;
  readonly #lines: LineCounter;
  /** A map with 10,000 sites is looked through once. */
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(yaml: YamlDocument, text: string, lines: LineCounter) {
    this.#yaml = yaml;
    this.#text = text;
    this.#lines = lines;
  }

  /** What stands between two offsets, without the space behind it. */
  between([start, end]: Range): Span {
    const written = this.#text.slice(start, end).trimEnd();
    const { line, column } = this.#at(start);
    const { line: endLine, column: endColumn } = this.#at(start + written.length);
    return { line, column, endLine, endColumn };
  }

  /** Of a place that is not written: where the nearest one around it begins, without length. */
  of(path: Path, onKey: boolean): Span | undefined {
    let node: unknown = this.#yaml.contents;
    let range = rangeOf(node);
    for (const [depth, step] of path.entries()) {
      const within = isAlias(node) ? node.resolve(this.#yaml) : node;
      const isLast = depth === path.length - 1;
      let target: unknown;
      if (isMap(within)) {
        const pair = this.#pairOf(within, step);
        node = pair?.value;
        const isKeyMeant = (onKey && isLast) || rangeOf(node) === undefined || isEmpty(node);
        target = isKeyMeant ? pair?.key : node;
      } else if (isSeq(within) && typeof step === "number") {
        node = within.items[step];
        target = node;
      }
      if (target === undefined) return range && this.between([range[0], range[0]]);
      range = rangeOf(target) ?? range;
    }
    return range && this.between(range);
  }

  /** The first place where this text stands in a value as it is written; else the whole value. */
  in(path: Path, written: string): Span | undefined {
    const range = rangeOf(this.nodeAt(path));
    if (range === undefined) return this.of(path, false);
    const offset = this.#text.slice(...range).indexOf(written);
    if (offset < 0) return this.between(range);
    return this.between([range[0] + offset, range[0] + offset + written.length]);
  }

  /** What is written there; aliases are followed. */
  nodeAt(path: Path): unknown {
    let node: unknown = this.#yaml.contents;
    for (const step of path) {
      const within = isAlias(node) ? node.resolve(this.#yaml) : node;
      if (isMap(within)) node = this.#pairOf(within, step)?.value;
      else node = isSeq(within) && typeof step === "number" ? within.items[step] : undefined;
    }
    return isAlias(node) ? node.resolve(this.#yaml) : node;
  }

  #at(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The pair with this key, here or in what `<<` merges in. */
  #pairOf(map: YAMLMap, step: string | number): Pair | undefined {
    const own = this.#indexOf(map).get(String(step));
    if (own !== undefined) return own;
    for (const { key, value } of map.items) {
      if (nameOf(key) !== "<<") continue;
      for (const source of isSeq(value) ? value.items : [value]) {
        const merged = isAlias(source) ? source.resolve(this.#yaml) : source;
        const found = isMap(merged) ? this.#pairOf(merged, step) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Of a key that is written twice, the first. */
  #indexOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#pairs.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Pair>();
    for (const pair of map.items) {
      const name = nameOf(pair.key);
      if (name !== undefined && !index.has(name)) index.set(name, pair);
    }
    this.#pairs.set(map, index);
    return index;
  }
}

/** What the key is called in the value; undefined: it is no scalar. */
export function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (key.value === null) return "";
  // `<<` is a symbol once merging is on.
  const value = key.value as string | number | boolean | symbol;
  return typeof value === "symbol" ? (key.source ?? "<<") : String(value);
}

export function rangeOf(node: unknown): Range | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) ? [range[0] as number, range[1] as number] : undefined;
}

/** `key:` with nothing behind it: the key is where the eye has to go. */
const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && (node.source ?? "") === "";
