/**
 * What must never be shown of a config: the values of keys such as `password`, and the user part of
 * URLs. Where the text is too broken to be read as YAML, rather too much counts as secret.
 */

import { isAlias, isMap, isPair, isScalar, isSeq, visit, type Document } from "yaml";

import { aliasTargets } from "./aliases.ts";
import { nameOf, type Range } from "./spans.ts";

export interface SourceText {
  readonly text: string;
  /** In order, apart from each other. */
  readonly secrets: readonly Range[];
}

/** Stands for a secret, however long it is. */
export const mask = "•••";

/** Anywhere in a key's name. */
const secretPart =
  /passw(?:or)?d|passphrase|secret|token|credential|authorization|apikey|privatekey/;

/** The whole name, or its last word: `x-api-key`. */
const secretWord = /(?:^|[-_.])(?:key|keys|users|cookie|pass|pwd)$/;

/** Where `key` is what requests are told apart by: `rate: { key: ip }`. */
const plainKeyHomes: ReadonlySet<string | undefined> = new Set(["cache", "hash", "rate"]);

/** Whether what stands behind this key, at any depth, is nobody's business. */
export function isSecretKey(name: string, parent: string | undefined): boolean {
  if (name === "key" && plainKeyHomes.has(parent)) return false;
  const plain = name.replaceAll(/([a-z])([A-Z])/g, "$1-$2").toLowerCase();
  return secretWord.test(plain) || secretPart.test(plain.replaceAll(/[-_.]/g, ""));
}

/** A user part ends at an `@`, and has no space or quote in it. */
const wordPattern = /[^\s"']+/g;

/** In a word without `//`: a name at its beginning, or behind a bracket, brace or comma. */
const userPattern = /(?:^|(?<=[[{,]))[^[{,@/:]*:/g;

/** Between `//`, or where a word begins, and the last `@`. Each character is looked at once. */
function usersIn(text: string): Range[] {
  return Array.from(text.matchAll(wordPattern)).flatMap(({ 0: word, index }): Range[] => {
    const last = word.lastIndexOf("@");
    if (last < 0) return [];
    const slashes = word.indexOf("//");
    const [scheme, rest] = slashes < 0 ? [word, undefined] : [word.slice(0, slashes), slashes + 2];
    const found = usersWithoutScheme(scheme);
    if (rest !== undefined && rest < last) found.push([rest, last]);
    return found.map(([start, end]): Range => [index + start, index + end]);
  });
}

function usersWithoutScheme(word: string): Range[] {
  const found: Range[] = [];
  let start = 0;
  for (const part of word.split("/")) {
    const last = part.lastIndexOf("@");
    for (const { 0: name, index } of last < 0 ? [] : part.matchAll(userPattern)) {
      // Behind a slash no word begins.
      if (index + name.length >= last || (index === 0 && start > 0)) continue;
      found.push([start + index, start + last]);
      break;
    }
    start += part.length + 1;
  }
  return found;
}

/** For messages. */
export function maskUserinfo(text: string): string {
  if (!text.includes("@")) return text;
  let masked = "";
  let from = 0;
  for (const [start, end] of usersIn(text)) {
    masked += text.slice(from, start) + mask;
    from = end;
  }
  return masked + text.slice(from);
}

export function secretsOf(yaml: Document, text: string): readonly Range[] {
  const isSound = yaml.errors.length === 0;
  return withUserinfo(text, isSound ? secretValues(yaml, text) : valuesInBrokenText(text));
}

/** These, and the user part of every URL. */
export function withUserinfo(text: string, ranges: readonly Range[]): readonly Range[] {
  return inOrder([...ranges, ...usersIn(text)]);
}

/** Tags and anchors (`!x &y`) are no part of a value, unless somebody forgot its quotes. */
function propertiesStart(text: string, start: number): number {
  let found = start;
  for (let at = start; ;) {
    const gapEnd = at;
    while (/[ \t]/.test(text.charAt(at - 1))) at -= 1;
    if (at === gapEnd) return found;
    while (/\S/.test(text.charAt(at - 1))) at -= 1;
    if (!/[!&]/.test(text.charAt(at))) return found;
    found = at;
  }
}

function secretValues(yaml: Document, text: string): Range[] {
  const ranges: Range[] = [];
  const seen = new Set<unknown>();
  const targets = aliasTargets(yaml);
  const add = (node: unknown): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (isAlias(node)) add(targets.get(node));
    if (isSeq(node)) node.items.forEach(add);
    else if (isMap(node)) {
      for (const { key, value } of node.items) {
        // In `users: { "ada:secret" }` the key is all there is.
        if (value === null || /[:=]/.test(nameOf(key) ?? "")) add(key);
        add(value);
      }
    } else if ((isScalar(node) || isAlias(node)) && node.range) {
      const [start, end] = node.range;
      ranges.push([propertiesStart(text, start), end]);
    }
  };
  visit(yaml, {
    Pair(_, { key, value }, around) {
      const parent = nameOf(around.findLast((node) => isPair(node))?.key);
      if (isSecretKey(nameOf(key) ?? "", parent)) add(value);
    },
  });
  return ranges;
}

const keyInText = /["']?(?<![\w.-])([\w.-]+)["']?[ \t]*[:=]/g;

/** To the end of the line and of all that is indented below it; what is left open never ends. */
export function valuesInBrokenText(text: string): Range[] {
  const ranges: Range[] = [];
  const lines = linesOf(text);
  let coveredUntil = 0;
  for (const [at, { line, start }] of lines.entries()) {
    const values = secretValueStarts(line);
    const [first] = values;
    if (first === undefined) continue;
    const open = values[earliestOpen(line, values)];
    // What is below a key within a value is below that one as well.
    const end = start < coveredUntil ? start + line.length : endOfBlock(lines, at);
    coveredUntil = Math.max(coveredUntil, end);
    ranges.push([start + first, end]);
    if (open !== undefined) return [...ranges, [start + open, text.length]];
  }
  return ranges;
}

interface Line {
  readonly line: string;
  readonly start: number;
}

function linesOf(text: string): Line[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const found = { line, start };
    start += line.length + 1;
    return found;
  });
}

/** Where the values of secret keys begin. */
const secretValueStarts = (line: string): number[] =>
  Array.from(line.matchAll(keyInText)).flatMap(({ 0: written, 1: name = "", index }) =>
    isSecretKey(name, undefined) ? [index + written.length] : [],
  );

/** Which value leaves a bracket, a brace or a quote open; one too many does not matter. */
function earliestOpen(line: string, values: readonly number[]): number {
  let until = line.length;
  let brackets = 0;
  let quotes = 0;
  let apostrophes = 0;
  let earliest = -1;
  for (let at = values.length - 1; at >= 0; at -= 1) {
    const piece = line.slice(values[at], until);
    const count = (pattern: RegExp): number => piece.match(pattern)?.length ?? 0;
    brackets += count(/[[{]/g) - count(/[\]}]/g);
    quotes += count(/"/g);
    apostrophes += count(/'/g);
    if (brackets > 0 || quotes % 2 === 1 || apostrophes % 2 === 1) earliest = at;
    until = values[at] ?? until;
  }
  return earliest;
}

function endOfBlock(lines: readonly Line[], first: number): number {
  const indent = spacesBefore(lines[first]?.line ?? "");
  let at = first + 1;
  while (at < lines.length && isWithin(lines[at]?.line ?? "", indent)) at += 1;
  const last = lines[at - 1];
  return last === undefined ? 0 : last.start + last.line.length;
}

const spacesBefore = (line: string): number => /^[ \t]*/.exec(line)![0].length;

function isWithin(line: string, indent: number): boolean {
  const spaces = spacesBefore(line);
  return line.trim() === "" || spaces > indent || (spaces === indent && /^\s*-\s/.test(line));
}

function inOrder(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) merged.push([start, end]);
  }
  return merged;
}

export function isSecretAt(secrets: readonly Range[], offset: number): boolean {
  return secrets.some(([start, end]) => start <= offset && offset < end);
}
