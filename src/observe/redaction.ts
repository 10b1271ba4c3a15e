/**
 * Masks what must not stand in a log: values of parameters in a query, and whole fields.
 *
 * A parameter is found however its name is spelled: names are compared by their letters and digits
 * alone, in lower case, after percent-decoding (`%74oken`, `api-key`, `user[password]`). Where one
 * server sees the end of a value and another does not (`;`, a second `?`, or a whole URL that is
 * encoded inside a parameter) more is masked rather than less.
 */

import { lineBytesMax } from "./access-record.ts";
import type { RedactionOptions } from "./options.ts";

const mask = "***";

export class Redaction {
  readonly #fields: ReadonlySet<string>;
  readonly #hidesReferer: boolean;
  readonly #hidesUserAgent: boolean;
  readonly #parameters: ReadonlySet<string>;
  /** By a parameter's hash: 1 if one of the list has it. */
  readonly #hashes = new Uint8Array(hashMask + 1);

  constructor({ fields, parameters }: RedactionOptions) {
    this.#fields = new Set(fields);
    this.#hidesReferer = this.#fields.has("referer");
    this.#hidesUserAgent = this.#fields.has("user-agent");
    this.#parameters = new Set(parameters.map((name) => decoded(name, 0, name.length)));
    for (const name of this.#parameters) this.#hashes[hashOf(name)] = 1;
  }

  /** A target, or whatever else a query may stand in. */
  target(target: string): string {
    const at = target.indexOf("?");
    return at === -1 ? target : this.#masked(target, at + 1);
  }

  /** The value of a request field, whose name is in lower case. */
  field(name: string, value: string): string {
    return this.#fields.has(name) ? mask : this.target(value);
  }

  /** A URL that a client says it came from: it may have a fragment, and even a password. */
  referer(value: string): string {
    if (value === "") return value;
    if (this.#hidesReferer) return mask;
    const known = value.includes("@") ? value.replace(userInfo, `//${mask}@`) : value;
    const query = known.indexOf("?");
    const fragment = known.indexOf("#");
    if (query === -1 && fragment === -1) return known;
    const first = query === -1 || (fragment !== -1 && fragment < query) ? fragment : query;
    return this.#masked(known, first + 1);
  }

  userAgent(value: string): string {
    if (value === "") return value;
    return this.#hidesUserAgent ? mask : this.target(value);
  }

  /** `start` is where the parameters begin. What no line can hold is not looked at. */
  #masked(text: string, start: number): string {
    if (text.length > lineBytesMax) {
      return start > lineBytesMax
        ? text
        : `${this.#masked(text.slice(0, lineBytesMax), start)}\u2026`;
    }
    let out = "";
    let kept = 0;
    for (let at = start; at <= text.length;) {
      const found = text.indexOf("&", at);
      const end = found === -1 ? text.length : found;
      const secretAt = this.#secretIn(text, at, end);
      if (secretAt !== -1 && secretAt < end) {
        out += text.slice(kept, secretAt) + mask;
        kept = end;
      }
      at = end + 1;
    }
    return kept === 0 ? text : out + text.slice(kept);
  }

  /** Where the first secret value begins between two `&`; -1: there is none. */
  #secretIn(text: string, start: number, end: number): number {
    // Of the letters and digits of what is between brackets, or of the whole name.
    let hash = 0;
    let partStart = start;
    let hasSecretPart = false;
    let isName = true;
    for (let at = start; at < end; at++) {
      const unitStart = at;
      if (hash === 0) partStart = at;
      const byte = text.charCodeAt(at) === percent ? hexByte(text, at + 1, end) : -1;
      const code = byte === -1 ? text.charCodeAt(at) : byte;
      if (byte !== -1) at += 2;
      if (beginsName(code)) {
        hash = 0;
        hasSecretPart = false;
        isName = true;
        continue;
      }
      if (!isName) continue;
      const folded = foldedByte[code] ?? 0;
      if (folded !== 0) hash = nextHash(hash, folded);
      if (code !== equals && code !== bracket) continue;
      // `user[password]` is a password, too.
      hasSecretPart ||= this.#isSecret(hash, text, partStart, unitStart);
      if (hasSecretPart && code === equals) return at + 1;
      hash = 0;
      isName = code === bracket;
    }
    return -1;
  }

  /** Only a name that looks like one of the list is read as text. */
  #isSecret(hash: number, text: string, start: number, end: number): boolean {
    return this.#hashes[hash] === 1 && this.#parameters.has(decoded(text, start, end));
  }
}

const hashMask = 4095;

/** Never 0, so that 0 says: nothing yet. */
const nextHash = (hash: number, folded: number): number => (hash * 31 + folded) & hashMask || 1;

function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = nextHash(hash, name.charCodeAt(at));
  return hash;
}

/** The letters and digits from `start` to `end`, percent-decoded. */
function decoded(text: string, start: number, end: number): string {
  let name = "";
  for (let at = start; at < end; at++) {
    const byte = text.charCodeAt(at) === percent ? hexByte(text, at + 1, end) : -1;
    const folded = foldedByte[byte === -1 ? text.charCodeAt(at) : byte] ?? 0;
    if (folded !== 0) name += String.fromCharCode(folded);
    if (byte !== -1) at += 2;
  }
  return name;
}

const bracket = 0x5b;
const percent = 0x25;
const equals = 0x3d;

/** The user and the password of a URL, up to the last `@` of its authority. */
const userInfo = /\/\/[^/?#]*@/;

/** `&` is here for one that is encoded, inside a URL that is a value itself. */
function beginsName(code: number): boolean {
  return code === 0x26 || code === 0x3b || code === 0x3f || code === 0x23;
}

function hexByte(text: string, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Letters in lower case, digits, and 0 for all else. */
const foldedByte: Uint8Array = new Uint8Array(256);
for (const character of "abcdefghijklmnopqrstuvwxyz0123456789") {
  foldedByte[character.charCodeAt(0)] = character.charCodeAt(0);
  foldedByte[character.toUpperCase().charCodeAt(0)] = character.charCodeAt(0);
}
