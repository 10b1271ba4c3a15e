/**
 * What must never be shown of a config: the values of keys such as `password`, and the user part of
 * URLs. Where the text is too broken to be read as YAML, rather too much counts as secret.
 */

import { isAlias, isMap, isPair, isScalar, isSeq, visit, type Document } from "yaml";

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

/** Between `//`, or where a word begins, and the last `@` of the word. */
const userinfo = /(?<=\/\/)[^\s"']+(?=@)|(?<![^\s"'[{,])[^\s"'[{,@/:]*:[^\s"'/]+(?=@)/g;

/** For messages. */
export const maskUserinfo = (text: string): string => text.replaceAll(userinfo, mask);

export function secretsOf(yaml: Document, text: string): readonly Range[] {
  const isSound = yaml.errors.length === 0;
  return withUserinfo(text, isSound ? secretValues(yaml, text) : valuesInBrokenText(text));
}

/** These, and the user part of every URL. */
export function withUserinfo(text: string, ranges: readonly Range[]): readonly Range[] {
  const users = Array.from(text.matchAll(userinfo), ({ 0: found, index }): Range => {
    return [index, index + found.length];
  });
  return inOrder([...ranges, ...users]);
}

/** Tags and anchors (`!x &y`) are no part of a value, unless somebody forgot its quotes. */
function propertiesBefore(text: string, start: number): number {
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /(?:(?<!\S)[!&]\S*[ \t]+)*$/.exec(before)![0].length;
}

function secretValues(yaml: Document, text: string): Range[] {
  const ranges: Range[] = [];
  const seen = new Set<unknown>();
  const add = (node: unknown): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (isAlias(node)) add(node.resolve(yaml));
    if (isSeq(node)) node.items.forEach(add);
    else if (isMap(node)) {
      for (const { key, value } of node.items) {
        // In `users: { "ada:secret" }` the key is all there is.
        if (value === null || /[:=]/.test(nameOf(key) ?? "")) add(key);
        add(value);
      }
    } else if ((isScalar(node) || isAlias(node)) && node.range) {
      const [start, end] = node.range;
      ranges.push([start - propertiesBefore(text, start), end]);
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

const keyInText = /["']?([\w.-]+)["']?[ \t]*[:=]/g;

/** To the end of the line and of all that is indented below it; what is left open never ends. */
export function valuesInBrokenText(text: string): Range[] {
  return Array.from(text.matchAll(keyInText)).flatMap((found): Range[] => {
    const { 0: written, 1: name = "", index } = found;
    if (!isSecretKey(name, undefined)) return [];
    const start = index + written.length;
    const lineStart = text.lastIndexOf("\n", index) + 1;
    const indent = /^[ \t]*/.exec(text.slice(lineStart, index))![0].length;
    return [[start, isOpen(lineAt(text, start)) ? text.length : endOfBlock(text, start, indent)]];
  });
}

const lineAt = (text: string, from: number): string => /^[^\n]*/.exec(text.slice(from))![0];

/** Whether a bracket, a brace or a quote is left open; one too many does not matter. */
function isOpen(rest: string): boolean {
  const count = (pattern: RegExp): number => rest.match(pattern)?.length ?? 0;
  const opened = count(/[[{]/g) - count(/[\]}]/g);
  return opened > 0 || count(/"/g) % 2 === 1 || count(/'/g) % 2 === 1;
}

function endOfBlock(text: string, start: number, indent: number): number {
  let end = start;
  do {
    const next = text.indexOf("\n", end);
    if (next < 0) return text.length;
    end = next + 1;
  } while (isWithin(lineAt(text, end), indent));
  return end - 1;
}

function isWithin(line: string, indent: number): boolean {
  const spaces = /^[ \t]*/.exec(line)![0].length;
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
