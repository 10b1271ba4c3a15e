/** A config's bytes to text: UTF-8 and nothing else, so that no name is read as another one. */

import { isUtf8 } from "node:buffer";

import type { Wrong } from "../base/reader.ts";

const lf = 0x0a;

/** The text without a byte order mark, or what is wrong. */
export function decodeText(bytes: Buffer): string | Wrong {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const help = "save it as UTF-8";
  if (isUtf16(bytes)) return { message: "cannot read it: it is UTF-16 text", help };
  const message = `cannot read it: line ${firstBrokenLine(bytes)} is not UTF-8 text`;
  return { message, help };
}

/** By its byte order mark, which is not UTF-8. */
const isUtf16 = ([first, second]: Buffer): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

function firstBrokenLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(lf, start);
    const stop = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, stop))) break;
    start = stop;
  }
  return line;
}
