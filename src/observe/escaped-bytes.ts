/**
 * Text with what is not plain ASCII as `\x` and two hexadecimal digits, quotes and backslashes too:
 * nginx's escaping of log variables. What came over a wire has one byte a character; anything
 * beyond (a name in a config) is written as UTF-8.
 */

import type { TextRules } from "./cut-record.ts";

const special = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const allSpecial = /[^\x20\x21\x23-\x5b\x5d-\x7e]/gu;

export function escapedBytes(text: string): string {
  return special.test(text) ? text.replace(allSpecial, escapeCharacter) : text;
}

export const bytesRules: TextRules = {
  costOf: (unit) => {
    if (unit > 0xff) return 12;
    return unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c ? 4 : 1;
  },
  cutMark: "...",
};

const byBytes: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

export function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return byBytes[code] ?? "";
  let escaped = "";
  for (const byte of Buffer.from(character)) escaped += byBytes[byte] ?? "";
  return escaped;
}
