/**
 * The inside of a JSON string (RFC 8259 §7) in plain ASCII: control characters, quotes, backslashes
 * and all from 0x7f up are escaped, so that a log line is valid in any encoding and harmless on a
 * terminal, whatever bytes a client put into its target (threat 170).
 */

const special = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const beyondAscii = /[^\x20-\x7e]/;
const allBeyondAscii = /[^\x20-\x7e]/g;

/** `…`, which no byte of a request is escaped to: a cut value is never mistaken for a whole one. */
const cutMark = "\\u2026";

const backslash = 0x5c;
const letterU = 0x75;

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

/** `jsonText` in at most `charsMax` characters: cut between characters, and marked, if longer. */
export function jsonTextCut(text: string, charsMax: number): string {
  // Every character takes at least one: what lies beyond needs no escaping to be cut off.
  const escaped = jsonText(text.slice(0, charsMax + 1));
  if (escaped.length <= charsMax) return escaped;
  const endMax = charsMax - cutMark.length;
  let end = 0;
  for (let next = 0; next <= endMax; next = end + unitLength(escaped, end)) end = next;
  return escaped.slice(0, end) + cutMark;
}

/** How long the character or the escape at this place is. */
function unitLength(escaped: string, at: number): number {
  if (escaped.charCodeAt(at) !== backslash) return 1;
  return escaped.charCodeAt(at + 1) === letterU ? 6 : 2;
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
