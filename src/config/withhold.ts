/**
 * What placeholders stand for stays out of what is said: a message shows the text as it is written
 * in the config, and a secret is nowhere shown in any form that we ever give it.
 */

import { describe } from "../base/reader.ts";
import type { Said } from "./discreet.ts";
import type { Expansion } from "./expand.ts";
import type { Piece } from "./placeholders.ts";
import { percentEncoded } from "../rewriting/redirect.ts";
import { mask } from "./secrets.ts";
import { isWithin, type Path } from "./spans.ts";

/** Shorter ones are parts of ordinary words, and are replaced only where they stand alone. */
const partCharactersMin = 4;

/** A text without the secrets in it. */
export type Withhold = (text: string) => string;

/** Of a message about the place at `path`. */
export function asWritten(said: Said, path: Path, expansions: readonly Expansion[]): Said {
  // What stands beside it is compared with it; sites and pools are not, with each other.
  const around = path.length > 2 ? path.slice(0, -1) : path;
  const near = expansions.filter((expansion) => isWithin(expansion.path, around));
  if (near.length === 0) return said;
  const own = near.filter((expansion) => isWithin(expansion.path, path));
  const told = (text: string): string => {
    const retold = new Retold(text);
    for (const expansion of own) retold.withoutValue(expansion);
    for (const expansion of near) retold.withoutParts(expansion);
    return retold.text;
  };
  return {
    message: told(said.message),
    // What is to be written instead has the value in it.
    hint: own.length > 0 ? undefined : said.hint && told(said.hint),
    help: said.help && told(said.help),
  };
}

const quotedPattern = /"((?:[^"\\]|\\.)*)"/gs;

/** Private characters stand for what is put in, until nothing more is taken out. */
const firstMark = 0xe000;
const markPattern = /[\ue000-\uf8ff]/g;

class Retold {
  readonly #shown: string[] = [];
  #text: string;

  constructor(text: string) {
    this.#text = text.replaceAll(markPattern, (found) => this.#mark(found));
  }

  get text(): string {
    return this.#text.replaceAll(markPattern, (found) => {
      return this.#shown[found.charCodeAt(0) - firstMark] ?? found;
    });
  }

  withoutValue({ value, written, pieces }: Expansion): void {
    const before = this.#text;
    const shown = this.#mark(describe(written));
    this.#text = this.#text
      .replaceAll(`found ${describe(value)}`, `found ${shown}`)
      .replaceAll(typeof value === "string" ? describe(value) : shown, shown)
      .replaceAll(quotedPattern, (quoted, inner: string) => {
        return inner !== "" && String(value).includes(unescaped(inner)) ? shown : quoted;
      });
    if (this.#text !== before) return;
    // Not quoted, such as the number in "found 8000".
    for (const piece of pieces) {
      if (piece.text === "") continue;
      const word = new RegExp(`(?<!\\w)${RegExp.escape(piece.text)}(?!\\w)`, "g");
      this.#text = this.#text.replaceAll(word, this.#mark(piece.written));
    }
  }

  withoutParts({ pieces }: Expansion): void {
    for (const { text, written } of pieces) {
      if (text.length < partCharactersMin) continue;
      for (const form of formsOf(text)) {
        if (!this.#text.includes(form)) continue;
        this.#text = this.#text.replaceAll(form, this.#mark(written));
      }
    }
  }

  #mark(shown: string): string {
    this.#shown.push(shown);
    return String.fromCharCode(firstMark + this.#shown.length - 1);
  }
}

function unescaped(inner: string): string {
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    // A quote of our own, and no value's.
    return inner;
  }
}

/** Of all that is ever shown of a config. */
export function withholdSecrets(pieces: readonly Piece[]): Withhold {
  const secrets = pieces
    .filter(({ isSecret, text }) => isSecret && text.trim() !== "")
    // One may be a part of another.
    .toSorted((a, b) => b.text.length - a.text.length);
  const wholes = new Map<string, string>();
  const parts = new Map<string, string>();
  for (const { text, written } of secrets) {
    for (const form of formsOf(text)) {
      wholes.set(form, written);
      if (form.length >= partCharactersMin) parts.set(form.toLowerCase(), written);
    }
  }
  if (parts.size === 0) return (text) => wholes.get(text) ?? text;
  const pattern = new RegExp([...parts.keys()].map((form) => RegExp.escape(form)).join("|"), "gi");
  return (text) =>
    wholes.get(text) ?? text.replaceAll(pattern, (found) => parts.get(found.toLowerCase()) ?? mask);
}

/** A message may quote one line; shorter ones are words that stand elsewhere as well. */
const lineCharactersMin = 8;

/** Longest first: as it is, in a template, in JSON, as bytes of a field, in a redirect. */
function formsOf(text: string): readonly string[] {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "utf8").toString("latin1");
  const forms = [
    text,
    trimmed,
    trimmed.replaceAll("$", "$$$$"),
    JSON.stringify(trimmed).slice(1, -1),
    bytes,
    percentEncoded(bytes),
    ...trimmed.split(/\r?\n/).filter((line) => line.trim().length >= lineCharactersMin),
  ];
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

/** The same for every text in a value. */
export function withheld(value: unknown, withhold: Withhold): unknown {
  if (typeof value === "string") return withhold(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => withheld(inner, withhold));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withheld(inner, withhold)]));
}
