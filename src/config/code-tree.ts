/**
 * From the tokens of a config in code to what of its value is written out: the maps and lists of
 * the exported literal, each with its place. What is computed is a leaf, however it is computed.
 *
 * What it knows of the language is little: the exported expression, `defineConfig(…)` around it, a
 * function that returns it, and constants of the file that it names. Where types could not be
 * removed, those of constants and `as` are stepped over. Never throws.
 */

import type { Range } from "./spans.ts";
import { tokensOf, type Token, type Tokens } from "./code-tokens.ts";

export type CodeNode = CodeMap | CodeList | CodeLeaf;

export interface CodeMap {
  readonly kind: "map";
  readonly range: Range;
  /** Of a key that is written twice, the first. */
  readonly entries: ReadonlyMap<string, CodeEntry>;
  readonly repeated: readonly RepeatedKey[];
}

export interface CodeEntry {
  readonly key: Range;
  readonly value: CodeNode;
}

export interface RepeatedKey {
  readonly name: string;
  readonly key: Range;
  readonly first: Range;
}

export interface CodeList {
  readonly kind: "list";
  readonly range: Range;
  /** As many as can be counted: behind a spread nobody knows. */
  readonly items: readonly CodeNode[];
}

export interface CodeLeaf {
  readonly kind: "leaf";
  readonly range: Range;
}

/** Deeper than any config; what is deeper is a leaf. */
const depthMax = 64;

/** Longer than the types of constants in configs. */
const typeTokensMax = 50;

/** `undefined`: there is no exported expression to be found. */
export function codeTree(text: string, lexed: Tokens = tokensOf(text)): CodeNode | undefined {
  return new Parser(text, lexed.tokens).root();
}

/** What a string literal or a name means as a key. */
export function keyText(written: string): string {
  const quoted = /^(["'])([^]*)\1$/.exec(written)?.[2];
  if (quoted === undefined) return /^\d/.test(written) ? String(Number(written)) : written;
  return quoted.replaceAll(/\\([^])/g, "$1");
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  /** Where the value of a constant of the file begins. */
  readonly #constants = new Map<string, number>();
  /** Read once; what names itself stays a leaf. */
  readonly #constantNodes = new Map<string, CodeNode>();
  #exported: number | undefined;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
    this.#findStatements();
  }

  root(): CodeNode | undefined {
    return this.#exported === undefined ? undefined : this.#peel(this.#exported, 0);
  }

  #findStatements(): void {
    for (let at = 0; at < this.#tokens.length; at = this.#next(at)) {
      const first = this.#word(at);
      if (first === "export" && this.#word(at + 1) === "default") this.#exported ??= at + 2;
      const isConstant = first === "const" || first === "let" || first === "var";
      if (!isConstant || this.#word(at + 1) === undefined) continue;
      const equals = this.#behindType(at + 2);
      if (this.#is(equals, "=") && !this.#is(equals + 1, "=")) {
        this.#constants.set(this.#textOf(at + 1), equals + 1);
      }
    }
  }

  #behindType(from: number): number {
    let at = from;
    if (!this.#is(at, ":")) return at;
    while (at < from + typeTokensMax && !this.#is(at, "=") && !this.#is(at, ";")) {
      at = this.#next(at);
    }
    return at;
  }

  /** `{ … } as const` is over with its bracket. */
  #withoutType(from: number, end: number): number {
    const behind = this.#next(from);
    const word = this.#kindOf(from) === "open" ? this.#word(behind) : undefined;
    return behind < end && (word === "as" || word === "satisfies") ? behind : end;
  }

  /** The literal within what is around it. */
  #peel(from: number, depth: number): CodeNode | undefined {
    const end = this.#withoutType(from, this.#statementEnd(from));
    if (end <= from || depth > depthMax) return undefined;
    const partner = this.#tokens[from]?.partner ?? -1;
    if (this.#is(from, "(") && partner === end - 1) return this.#peel(from + 1, depth + 1);
    const word = this.#word(from);
    if (word === "async") return this.#peel(from + 1, depth + 1);
    const body = this.#bodyOf(from, end);
    if (body !== undefined) {
      if (!this.#is(body, "{")) return this.#peel(body, depth + 1);
      const returned = this.#returned(body);
      return returned === undefined ? this.#leaf(from, end) : this.#peel(returned, depth + 1);
    }
    const isCall = word !== undefined && this.#is(from + 1, "(");
    if (isCall && this.#tokens[from + 1]?.partner === end - 1) {
      return this.#peel(from + 2, depth + 1) ?? this.#leaf(from, end);
    }
    const constant = this.#constantAt(from, end);
    return constant === undefined ? this.#value(from, end, depth) : this.#peel(constant, depth + 1);
  }

  /** Of a function: what is behind its arrow, or its opening brace. */
  #bodyOf(from: number, end: number): number | undefined {
    if (this.#word(from) === "function") {
      let at = from + 1;
      while (at < end && !this.#is(at, "(")) at += 1;
      const brace = this.#next(at);
      return this.#is(brace, "{") ? brace : undefined;
    }
    const arrow = this.#next(from);
    return this.#is(arrow, "=>") ? arrow + 1 : undefined;
  }

  /** What the last statement of a function's body gives back. */
  #returned(brace: number): number | undefined {
    const close = this.#tokens[brace]?.partner ?? -1;
    let found: number | undefined;
    for (let at = brace + 1; at < close; at = this.#next(at)) {
      if (this.#word(at) === "return") found = at + 1;
    }
    return found;
  }

  #value(from: number, until: number, depth: number): CodeNode {
    const token = this.#tokens[from];
    const end = this.#withoutType(from, until);
    if (token === undefined || end <= from || depth > depthMax) return this.#leaf(from, end);
    if (token.partner === end - 1) {
      if (this.#is(from, "(")) return this.#value(from + 1, end - 1, depth + 1);
      if (this.#is(from, "{")) return this.#map(from, end - 1, depth + 1);
      if (this.#is(from, "[")) return this.#list(from, end - 1, depth + 1);
    }
    const constant = this.#constantAt(from, end);
    if (constant === undefined) return this.#leaf(from, end);
    const name = this.#textOf(from);
    const known = this.#constantNodes.get(name);
    if (known !== undefined) return known;
    this.#constantNodes.set(name, this.#leaf(from, end));
    const node = this.#value(constant, this.#statementEnd(constant), depth + 1);
    this.#constantNodes.set(name, node);
    return node;
  }

  #map(open: number, close: number, depth: number): CodeMap {
    const entries = new Map<string, CodeEntry>();
    const repeated: RepeatedKey[] = [];
    for (let at = open + 1; at < close;) {
      const end = this.#expressionEnd(at, close);
      const entry = this.#entry(at, end, depth);
      if (entry !== undefined) {
        const first = entries.get(entry.name);
        if (first === undefined) entries.set(entry.name, entry);
        else repeated.push({ name: entry.name, key: entry.key, first: first.key });
      }
      at = end + 1;
    }
    return { kind: "map", range: this.#range(open, close + 1), entries, repeated };
  }

  /** `key: value`, `key`, `key() { … }` and `get key() { … }`; of a spread or `[key]`, nothing. */
  #entry(from: number, end: number, depth: number): (CodeEntry & { name: string }) | undefined {
    let at = from;
    while (at + 1 < end && this.#isModifier(at)) at += 1;
    const token = this.#tokens[at];
    const isKey = token !== undefined && /^(?:word|string|number)$/.test(token.kind);
    if (!isKey || at >= end) return undefined;
    const key: Range = [token.start, token.end];
    const name = keyText(this.#textOf(at));
    if (this.#is(at + 1, ":")) return { name, key, value: this.#value(at + 2, end, depth) };
    if (at + 1 === end) return { name, key, value: this.#value(at, end, depth) };
    return this.#is(at + 1, "(") ? { name, key, value: this.#leaf(from, end) } : undefined;
  }

  /** Before the name of a method. */
  #isModifier(at: number): boolean {
    if (this.#is(at, "*")) return true;
    const isBefore = this.#is(at + 1, "*") || /word|string|number/.test(this.#kindOf(at + 1));
    return isBefore && ["async", "get", "set"].includes(this.#word(at) ?? "");
  }

  #list(open: number, close: number, depth: number): CodeList {
    const items: CodeNode[] = [];
    for (let at = open + 1; at < close && !this.#is(at, "...");) {
      const end = this.#expressionEnd(at, close);
      items.push(this.#value(at, end, depth));
      at = end + 1;
    }
    return { kind: "list", range: this.#range(open, close + 1), items };
  }

  /** A name alone, of what the file says what it is. */
  #constantAt(from: number, end: number): number | undefined {
    const name = end === from + 1 ? this.#word(from) : undefined;
    return name === undefined ? undefined : this.#constants.get(name);
  }

  #expressionEnd(from: number, close: number): number {
    let at = from;
    while (at < close && !this.#is(at, ",")) at = this.#next(at);
    return Math.min(at, close);
  }

  /** Nobody has to write a semicolon: a word that begins a line ends what is before it, too. */
  #statementEnd(from: number): number {
    let at = from;
    for (; at < this.#tokens.length; at = this.#next(at)) {
      if (this.#kindOf(at) === "close" || this.#is(at, ";") || this.#is(at, ",")) break;
      if (at > from && this.#word(at) !== undefined && this.#beginsLine(at)) break;
    }
    return Math.min(at, this.#tokens.length);
  }

  #beginsLine(at: number): boolean {
    const { end = 0 } = this.#tokens[at - 1] ?? {};
    const isContinued = this.#kindOf(at - 1) === "sign";
    return !isContinued && this.#text.slice(end, this.#tokens[at]?.start).includes("\n");
  }

  #leaf(from: number, end: number): CodeLeaf {
    return { kind: "leaf", range: this.#range(from, end) };
  }

  #range(from: number, end: number): Range {
    const start = this.#tokens[from]?.start ?? this.#text.length;
    return [start, Math.max(start, this.#tokens[end - 1]?.end ?? start)];
  }

  /** Over what is in brackets. */
  #next(at: number): number {
    const partner = this.#tokens[at]?.partner ?? -1;
    return Math.max(at, partner) + 1;
  }

  #kindOf(at: number): string {
    return this.#tokens[at]?.kind ?? "";
  }

  #word(at: number): string | undefined {
    return this.#kindOf(at) === "word" ? this.#textOf(at) : undefined;
  }

  #is(at: number, sign: string): boolean {
    const kind = this.#kindOf(at);
    return (kind === "sign" || kind === "open") && this.#textOf(at) === sign;
  }

  #textOf(at: number): string {
    const token = this.#tokens[at];
    return token === undefined ? "" : this.#text.slice(token.start, token.end);
  }
}
