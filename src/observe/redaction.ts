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
  readonly #parameters: ReadonlySet<string>;

  constructor({ fields, parameters }: RedactionOptions) {
    this.#fields = new Set(fields);
    this.#parameters = new Set(parameters.map(folded));
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
    if (this.#fields.has("referer")) return mask;
    const known = value.includes("@") ? value.replace(userInfo, `//${mask}@`) : value;
    const at = known.search(/[?#]/);
    return at === -1 ? known : this.#masked(known, at + 1);
  }

  userAgent(value: string): string {
    return value === "" ? value : this.field("user-agent", value);
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
    // The letters and digits of what is between brackets, or of the whole name.
    let part = "";
    let hasSecretPart = false;
    let isName = true;
    for (let at = start; at < end; at++) {
      let code = text.charCodeAt(at);
      if (code === percent) {
        const byte = hexByte(text, at + 1, end);
        if (byte !== -1) {
          code = byte;
          at += 2;
        }
      }
      if (beginsName(code)) {
        part = "";
        hasSecretPart = false;
        isName = true;
      } else if (!isName) continue;
      else if (code === equals) {
        if (hasSecretPart || this.#parameters.has(part)) return at + 1;
        isName = false;
      } else if (code === bracket) {
        // `user[password]` is a password, too.
        hasSecretPart ||= this.#parameters.has(part);
        part = "";
      } else if (part.length < partCharsMax) part += foldedByte[code] ?? "";
    }
    return -1;
  }
}

/** Longer ones are in no list: they need not be held. One more, so that none is taken for one. */
const partCharsMax = 65;

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

/** Letters in lower case, digits, and nothing for all else. */
const foldedByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[a-z0-9]/i.test(character) ? character.toLowerCase() : "";
});

function folded(name: string): string {
  return Array.from(name, (character) => foldedByte[character.charCodeAt(0)] ?? "").join("");
}
