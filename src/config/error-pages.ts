/** `errors`: pages for people, by status or class of statuses, from files beside the config. */

import { failures } from "../base/failure.ts";
import { describe, isOff, reject } from "../base/reader.ts";
import type { ErrorPage, ErrorPages } from "../exchange/error-pages.ts";
import type { Place } from "./place.ts";
import { readContentFile } from "./responds.ts";

/** Held in memory, and sent whole: more than a page should be. */
const pageBytesMax = 1_000_000;

/** Where a page wants the request's id. */
const idMark = "{{request_id}}";

/** All that we answer ourselves when something failed; 499 is nobody's to see. */
const statuses = [...new Set(Object.values(failures).map(({ status }) => status))].filter(
  (status) => status !== 499,
);

/** A page for a status that the nearer place names; `off` lifts what is said outside. */
export function readErrorPages(
  place: Place,
  outer: ErrorPages | undefined,
): ErrorPages | undefined {
  if (!place.isThere) return outer;
  if (isOff(place.value)) return undefined;
  if (place.entries().length === 0) {
    const want = "want a map such as { 404: ./404.html, 5xx: ./sorry.html }";
    reject(place, { message: `${want}, found ${describe(place.value)}` });
  }
  const pages = new Map(outer);
  // Classes first: what is said of one status counts more.
  const isClass = ([key]: readonly [string, Place]): number => Number(key.endsWith("xx"));
  const entries = place.entries().toSorted((a, b) => isClass(b) - isClass(a));
  for (const [key, at] of entries) {
    const wanted = statusesOf(key);
    if (wanted.length === 0) rejectKey(at);
    const page = readPage(at);
    if (page !== undefined) for (const status of wanted) pages.set(status, page);
  }
  return pages;
}

function statusesOf(key: string): readonly number[] {
  if (!/^[45](?:xx|[0-9]{2})$/.test(key)) return [];
  return statuses.filter((status) =>
    key.endsWith("xx") ? String(status)[0] === key[0] : status === Number(key),
  );
}

function rejectKey(place: Place): void {
  const known = statuses.toSorted((a, b) => a - b).join(", ");
  const message = "no error answer of ours has this status";
  reject(place, { message, help: `4xx, 5xx, or one of ${known}`, onKey: true });
}

function readPage(place: Place): ErrorPage | undefined {
  const content = readContentFile(place);
  if (content === undefined) return undefined;
  if (!content.type.startsWith("text/html")) {
    const message = `want a page in HTML, found ${content.type}`;
    return reject(place, { message, help: "name a file that ends in .html" });
  }
  if (content.body.length > pageBytesMax) {
    return reject(place, { kind: "file", message: `${content.file} is larger than 1MB` });
  }
  return { file: content.file, parts: content.body.toString("latin1").split(idMark) };
}
