/**
 * The inside of a JSON string (RFC 8259 §7) in plain ASCII: control characters, quotes, backslashes
 * and all from 0x7f up are escaped, so that a log line is valid in any encoding and harmless on a
 * terminal, whatever bytes a client put into its target (threat 170).
 */

import type { TextRules } from "./cut-record.ts";

const special = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const beyondAscii = /[^\x20-\x7e]/;
const allBeyondAscii = /[^\x20-\x7e]/g;

export function jsonText(text: string): string {
  if (!special.test(text)) return text;
  // Long runs of quotes are an attack's cheapest choice, and `stringify` is fast at them.
  const escaped = JSON.stringify(text).slice(1, -1);
  return beyondAscii.test(escaped) ? escaped.replace(allBeyondAscii, escapeUnit) : escaped;
}

/** For texts that are mostly the one before: comparing costs less than reading each character. */
export class RepeatedText {
  #text = "";
  #escaped = "";

  json(text: string): string {
    if (text === this.#text) return this.#escaped;
    this.#text = text;
    this.#escaped = jsonText(text);
    return this.#escaped;
  }
}

export const jsonRules: TextRules = {
  costOf: (unit) => {
    if (unit < 0x20 || unit > 0x7e) return 6;
    return unit === 0x22 || unit === 0x5c ? 2 : 1;
  },
  // No byte of a request is escaped to it: a cut value is never mistaken for a whole one.
  cutMark: "\u2026",
};

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
