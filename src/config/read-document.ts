/**
 * A config file's text to a value, and from each place in the value back to line and column.
 *
 * JSON is YAML, so one reader does both. What YAML would quietly accept and nobody means is an
 * error: a key written twice, an unknown tag, a second document. Anchors and `<<` are allowed.
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document as YamlDocument,
  type Pair,
  type YAMLMap,
} from "yaml";

import type { ProblemKind } from "./problems.ts";

export type Path = readonly (string | number)[];

export interface Position {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface ConfigDocument {
  readonly value: unknown;
  /** Where this place is written; of a place that is not, where the nearest one around it is. */
  readonly positionOf: (path: Path, onKey: boolean) => Position | undefined;
}

export interface DocumentProblem extends Position {
  readonly kind: ProblemKind;
  readonly message: string;
  readonly help: string | undefined;
}

export interface ReadDocument {
  /** undefined: the text cannot be trusted to mean anything. */
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly DocumentProblem[];
}

export function readDocument(text: string): ReadDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    // The library compares each key with each: 2 s for 10,000 sites. We look ourselves.
    uniqueKeys: false,
  });
  const found = [...syntaxProblems(yaml, text), ...meaningProblems(yaml)];
  const problems = found.map(({ offset, ...problem }) => ({ ...problem, ...at(lines, offset) }));
  const isSound = found.every(({ kind }) => kind === "twice");
  if (!isSound) return { document: undefined, problems };

  const value = toValue(yaml);
  if (value instanceof Error) {
    const message = `cannot read it: aliases within aliases grow too large`;
    const help = "write them out";
    return { document: undefined, problems: [{ ...none, message, help }] };
  }
  const positionOf = (path: Path, onKey: boolean): Position | undefined => {
    const offset = offsetOf(yaml, path, onKey);
    return offset === undefined ? undefined : at(lines, offset);
  };
  return { document: { value, positionOf }, problems };
}

interface Found {
  readonly kind: ProblemKind;
  readonly message: string;
  readonly help: string | undefined;
  readonly offset: number;
}

const none = { kind: "syntax", line: 1, column: 1 } as const;

/** Where the library's words say too little. */
const wordsByCode: Readonly<Record<string, string>> = {
  BAD_ALIAS: "a word that begins with * is an alias",
  BLOCK_IN_FLOW: "this does not belong inside brackets or braces",
  MULTILINE_IMPLICIT_KEY: "a value ends here, and another begins",
  MULTIPLE_DOCS: "the file holds several documents",
};

/** How to mend what people run into. */
const helpByCode: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "a bracket, brace or indentation does not match",
  BLOCK_AS_IMPLICIT_KEY: 'a value with ": " in it needs quotes',
  BAD_SCALAR_START: "put the value in quotes",
  MULTIPLE_DOCS: "a config is one document: remove the --- line",
  MISSING_CHAR: "a quote, comma or colon is missing",
  TAG_RESOLVE_FAILED: "remove the tag, or put the value in quotes",
  BAD_ALIAS: 'put it in quotes: "*.example.com"',
  BLOCK_IN_FLOW: "a comma, a quote or a bracket is missing before it",
  MULTILINE_IMPLICIT_KEY: "a comma or a quote is missing",
};

function syntaxProblems(yaml: YamlDocument, text: string): Found[] {
  const stars = yaml.warnings.filter(({ code }) => code === "BAD_ALIAS");
  const said = [...yaml.warnings, ...yaml.errors].filter(
    // One unquoted star breaks whatever follows it: say it once, and where it is.
    ({ code, pos }) => code === "BAD_ALIAS" || !stars.some((star) => isNear(star.pos[0], pos[0])),
  );
  const offsets = new Set<number>();
  return said.flatMap(({ code, pos: [start], message }) => {
    const offset = code === "BAD_ALIAS" ? text.lastIndexOf("*", start) : start;
    // What follows from an error is often found at the same place.
    if (offsets.has(offset)) return [];
    offsets.add(offset);
    const what = wordsByCode[code] ?? message;
    return [{ kind: "syntax", message: `cannot read it: ${what}`, help: helpByCode[code], offset }];
  });
}

/** How far the consequences of a star are, in characters: about a host's name. */
const isNear = (star: number, other: number): boolean => other >= star - 1 && other - star < 300;

/** Sound YAML that means nothing here. */
function meaningProblems(yaml: YamlDocument): Found[] {
  const found: Found[] = [];
  visit(yaml, {
    Alias(_, alias) {
      if (yaml.errors.length > 0 || alias.resolve(yaml) !== undefined) return;
      const { source } = alias;
      const message = `\`*${source}\` is an alias, and no anchor \`&${source}\` is before it`;
      const help = `put it in quotes if it is text: "*${source}"`;
      found.push({ kind: "syntax", message, help, offset: alias.range?.[0] ?? 0 });
    },
    Map(_, map) {
      found.push(...keyProblems(map));
    },
  });
  return found;
}

function keyProblems(map: YAMLMap): Found[] {
  const names = new Set<string>();
  return map.items.flatMap(({ key }): Found[] => {
    const offset = hasRange(key) ? key.range[0] : 0;
    const name = nameOf(key);
    if (isAlias(key) || name === "<<") return [];
    if (name === undefined || name === "__proto__" || name === "") {
      const what = name === undefined ? "a list or a map" : `\`${name}\``;
      const message = `${what} cannot be a key`;
      return [{ kind: "syntax", message, help: undefined, offset }];
    }
    const isKnown = names.has(name);
    names.add(name);
    const message = `\`${name}\` is written twice`;
    return isKnown ? [{ kind: "twice", message, help: undefined, offset }] : [];
  });
}

function toValue(yaml: YamlDocument): unknown {
  try {
    return yaml.toJS() as unknown;
  } catch (error) {
    // The library's own bound on what aliases may grow into.
    return error instanceof Error ? error : new Error(String(error));
  }
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function offsetOf(yaml: YamlDocument, path: Path, onKey: boolean): number | undefined {
  let node: unknown = yaml.contents;
  let offset = hasRange(node) ? node.range[0] : undefined;
  for (const [depth, step] of path.entries()) {
    const within = isAlias(node) ? node.resolve(yaml) : node;
    const isLast = depth === path.length - 1;
    if (isMap(within)) {
      const pair = pairOf(within, step, yaml);
      if (pair === undefined) return offset;
      const { key, value } = pair;
      node = value;
      const target = (onKey && isLast) || !hasRange(value) || isEmpty(value) ? key : value;
      if (hasRange(target)) offset = target.range[0];
    } else if (isSeq(within) && typeof step === "number") {
      node = within.items[step];
      if (hasRange(node)) offset = node.range[0];
    } else return offset;
  }
  return offset;
}

/** The pair with this key, here or in what `<<` merges in. */
function pairOf(map: YAMLMap, step: string | number, yaml: YamlDocument): Pair | undefined {
  const own = map.items.find(({ key }) => nameOf(key) === String(step));
  if (own !== undefined) return own;
  for (const { key, value } of map.items) {
    if (nameOf(key) !== "<<") continue;
    for (const source of isSeq(value) ? value.items : [value]) {
      const merged = isAlias(source) ? source.resolve(yaml) : source;
      const found = isMap(merged) ? pairOf(merged, step, yaml) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What the key is called in the value; undefined: it is no scalar. */
function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (key.value === null) return "";
  // `<<` is a symbol once merging is on.
  const value = key.value as string | number | boolean | symbol;
  return typeof value === "symbol" ? (key.source ?? "<<") : String(value);
}

/** `key:` with nothing behind it: the key is where the eye has to go. */
const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && (node.source ?? "") === "";

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}
