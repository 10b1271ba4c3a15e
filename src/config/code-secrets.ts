/**
 * What must never be shown of a config in code: every literal that is given a secret name, as a
 * value of a map, as a constant, or as an argument behind it. Of comments, and of text that is no
 * program, rather too much counts as secret.
 */

import { keyText } from "./code-tree.ts";
import type { Token, Tokens } from "./code-tokens.ts";
import { isSecretKey, valuesInBrokenText, withUserinfo } from "./secrets.ts";
import type { Range } from "./spans.ts";

export function secretsOfCode(text: string, lexed: Tokens): readonly Range[] {
  const finder = new Finder(text, lexed.tokens);
  return withUserinfo(text, [...finder.find(), ...commented(text, lexed)]);
}

/** Of text that cannot be read as a program. */
export function secretsOfBrokenCode(text: string, lexed: Tokens): readonly Range[] {
  return withUserinfo(text, [...secretsOfCode(text, lexed), ...valuesInBrokenText(text)]);
}

/** What was switched off is still nobody's business. */
function commented(text: string, { comments }: Tokens): readonly Range[] {
  return comments.flatMap(([start, end]) =>
    valuesInBrokenText(text.slice(start, end)).map(([from, to]): Range => [
      start + from,
      start + to,
    ]),
  );
}

class Finder {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #found: Range[] = [];

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  find(): readonly Range[] {
    /** The brackets around: behind which name, or else the one farther out, and where they end. */
    const around: { readonly name: string | undefined; readonly until: number }[] = [];
    let secretUntil = 0;
    for (const [at, token] of this.#tokens.entries()) {
      while (around.length > 0 && around.at(-1)!.until <= at) around.pop();
      const parent = around.at(-1)?.name;
      if (token.kind === "open") {
        around.push({ name: this.#nameBefore(at) ?? parent, until: token.partner });
      }
      if (at < secretUntil && this.#isValue(at)) this.#found.push([token.start, token.end]);
      // What is within a secret value ends with it.
      const name = at < secretUntil ? undefined : this.#nameAt(at);
      if (name !== undefined && isSecretKey(name, parent)) {
        secretUntil = this.#endOfValue(at + 2);
      }
    }
    return this.#found;
  }

  /** What is given here: `name: …`, `name = …`, `("name", …`. */
  #nameAt(at: number): string | undefined {
    const token = this.#tokens[at];
    if (token?.kind !== "word" && token?.kind !== "string") return undefined;
    const behind = this.#signAt(at + 1);
    const isArgument = behind === "," && token.kind === "string" && this.#isOpening(at - 1, "(");
    const isGiven = behind === ":" || (behind === "=" && this.#signAt(at + 2) !== "=");
    return isGiven || isArgument ? keyText(this.#textOf(token)) : undefined;
  }

  #nameBefore(open: number): string | undefined {
    return this.#signAt(open - 1) === ":" ? this.#nameAt(open - 2) : undefined;
  }

  #isValue(at: number): boolean {
    const token = this.#tokens[at]!;
    if (!/^(?:string|text|number|regex)$/.test(token.kind)) return false;
    // In `users: { "ada:secret": true }` the key is all there is.
    return this.#signAt(at + 1) !== ":" || /[:=]/.test(this.#textOf(token));
  }

  /** To the comma, semicolon or bracket behind it; a word that begins a line ends it, too. */
  #endOfValue(from: number): number {
    let at = from;
    for (; at < this.#tokens.length; at = Math.max(at, this.#tokens[at]!.partner) + 1) {
      const token = this.#tokens[at]!;
      const sign = this.#signAt(at);
      if (token.kind === "close" || sign === "," || sign === ";") break;
      const { end, kind } = this.#tokens[at - 1]!;
      const beginsLine = this.#text.slice(end, token.start).includes("\n");
      if (at > from && token.kind === "word" && kind !== "sign" && beginsLine) break;
    }
    return at;
  }

  #isOpening(at: number, sign: string): boolean {
    const token = this.#tokens[at];
    return token?.kind === "open" && this.#textOf(token) === sign;
  }

  #signAt(at: number): string | undefined {
    const token = this.#tokens[at];
    return token?.kind === "sign" ? this.#textOf(token) : undefined;
  }

  #textOf({ start, end }: Token): string {
    return this.#text.slice(start, end);
  }
}
