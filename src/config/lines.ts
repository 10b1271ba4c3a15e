/**
 * A file of lines that a config names, such as a block list: one thing on each, `#` begins a
 * comment. What is wrong with a line is said at the place where the file is named.
 */

import { resolve } from "node:path";

import { reject, text, type Issue, type Reader } from "../base/reader.ts";
import { decodeText } from "./decode-text.ts";
import type { Place } from "./place.ts";
import { readSmallFile } from "./small-file.ts";

/** Some hundred thousand IPv6 blocks. */
const fileBytesMax = 16_000_000;

/** A file of another kind is wrong in every line. */
const problemsMax = 5;

/** What the reader makes of each line; undefined: something was wrong, and that was said. */
export function readLines<T>(place: Place, reader: Reader<T>): readonly T[] | undefined {
  const name = place.read(text);
  if (name === undefined) return undefined;
  const path = resolve(place.source.folder, name);
  const content = readContent(place, path);
  if (content === undefined) return undefined;

  const values: T[] = [];
  let problemCount = 0;
  for (const [at, line] of content.split("\n").entries()) {
    const written = line.replace(/(?:^|\s)#.*$/, "").trim();
    if (written === "") continue;
    const before = problemCount;
    const addIssue = ({ message, params }: Issue): void => {
      problemCount += 1;
      const { onKey: _, ...rest } = params ?? {};
      const where = `line ${at + 1} of ${path}`;
      place.addIssue({ code: "custom", message: `${where}: ${message}`, params: rest });
    };
    const value = reader(written, { addIssue });
    if (problemCount === before) values.push(value);
    if (problemCount >= problemsMax) break;
  }
  return problemCount === 0 ? values : undefined;
}

function readContent(place: Place, path: string): string | undefined {
  const bytes = readSmallFile(path, fileBytesMax);
  if (!Buffer.isBuffer(bytes)) return reject(place, { kind: "file", message: bytes.message });
  const content = decodeText(bytes);
  if (typeof content === "string") return content;
  return reject(place, { ...content, kind: "file", message: `${path}: ${content.message}` });
}
