/**
 * JavaScript to tokens, as far as it takes to find literals in it: comments and types are gone,
 * brackets know their partners, and a template's `${ }` is a pair of brackets like any other.
 *
 * Never throws: of text that is no program, some tokens come out.
 */

import type { Range } from "./spans.ts";

export type TokenKind = "word" | "string" | "number" | "text" | "regex" | "sign" | "open" | "close";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Of an opening bracket: the index of its partner; without one, of what is behind the last. */
  partner: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Range[];
}

const space = /[\s\ufeff]+/y;
const comment = /\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?(?:\*\/|$)/y;
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const number = /\.?\d(?:[\w.]|(?<=[eE])[+-])*/y;
/** What is left open ends with its line. */
const string = /"[^"\\\n]*(?:\\[^][^"\\\n]*)*"?|'[^'\\\n]*(?:\\[^][^'\\\n]*)*'?/y;
const template = /[^`\\$]*(?:(?:\\[^]|\$(?!\{))[^`\\$]*)*/y;
/** Nobody writes longer ones; without a limit, each slash may be read to the end of its line. */
const regex = /\/(?:[^\\/[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n]){0,500}\]){1,500}\/[a-z]*/y;
const sign = /=>|\.\.\.|[^]/uy;

/** Behind one of these words a slash begins a regular expression; behind others it divides. */
const beforeRegex = new Set(
  "return typeof case in of do else void delete throw new await yield".split(" "),
);

const partners: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "${": "}" };

export function tokensOf(text: string): Tokens {
  return new Lexer(text).read();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #comments: Range[] = [];
  /** Indexes of brackets that are open. */
  readonly #open: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Tokens {
    const text = this.#text;
    while (this.#at < text.length) {
      const start = this.#at;
      if (this.#skip(space)) continue;
      if (this.#skip(comment)) this.#comments.push([start, this.#at]);
      else if (text[start] === "`") this.#template(start, start + 1);
      else this.#token(start);
    }
    for (const index of this.#open) this.#tokens[index]!.partner = this.#tokens.length;
    return { tokens: this.#tokens, comments: this.#comments };
  }

  #token(start: number): void {
    if (this.#skip(word)) this.#add("word", start);
    else if (this.#skip(number)) this.#add("number", start);
    else if (this.#skip(string)) this.#add("string", start);
    else if (this.#mayBeRegex() && this.#skip(regex)) this.#add("regex", start);
    else if (this.#skip(sign)) this.#sign(start);
  }

  #sign(start: number): void {
    const found = this.#text.slice(start, this.#at);
    if (Object.hasOwn(partners, found)) return this.#opening(start);
    if (found !== ")" && found !== "]" && found !== "}") return this.#add("sign", start);
    const index = this.#open.at(-1);
    const opened = index === undefined ? undefined : this.#tokens[index];
    const opening = opened && this.#text.slice(opened.start, opened.end);
    if (opening !== undefined && partners[opening] === found) {
      this.#open.pop();
      opened!.partner = this.#tokens.length;
    }
    this.#add("close", start);
    // Behind the brace of a substitution its template goes on.
    if (opening === "${" && found === "}") this.#template(this.#at, this.#at);
  }

  #opening(start: number): void {
    this.#open.push(this.#tokens.length);
    this.#add("open", start);
  }

  /** A piece of a template: to its end, or into the next substitution. */
  #template(start: number, contentStart: number): void {
    this.#at = contentStart;
    this.#skip(template);
    if (this.#text[this.#at] === "`") this.#at += 1;
    this.#add("text", start);
    const behind = this.#at;
    if (!this.#text.startsWith("${", behind)) return;
    this.#at += 2;
    this.#opening(behind);
  }

  #mayBeRegex(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined || last.kind === "sign" || last.kind === "open") return true;
    return last.kind === "word" && beforeRegex.has(this.#text.slice(last.start, last.end));
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    const isFound = pattern.lastIndex > this.#at;
    this.#at = pattern.lastIndex;
    return isFound;
  }

  #add(kind: TokenKind, start: number): void {
    this.#tokens.push({ kind, start, end: this.#at, partner: -1 });
  }
}
