/**
 * The files of the demo: pictures, style sheet and scripts. Made or read when first asked for, then
 * kept, and answered with a validator, so that a second visit costs a 304 (RFC 9110 §13.1.2).
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { pictures } from "./pictures.ts";
import { drawMark } from "./vector-art.ts";
import { field, type Visit } from "./visit.ts";

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

const types = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
} as const;

/** Where each path comes from: nothing is ever looked up on disk by a name that a client sent. */
const sources: ReadonlyMap<string, () => Buffer> = new Map([
  ["/assets/style.css", () => readPublic("style.css")],
  ["/assets/pages.css", () => readPublic("pages.css")],
  ["/assets/clock.js", () => readPublic("clock.js")],
  ["/assets/echo.js", () => readPublic("echo.js")],
  ["/images/mark.svg", () => Buffer.from(drawMark())],
  ...pictures.map(({ name, draw }) => [`/images/${name}`, draw] as const),
]);

const kept = new Map<string, Asset>();

/** False if no asset has this path. */
export function sendAsset(visit: Visit): boolean {
  const asset = assetAt(visit.url.pathname);
  if (asset === undefined) return false;
  const { response } = visit;
  response.setHeader("ETag", asset.etag);
  response.setHeader("Cache-Control", "max-age=60");
  if (field(visit, "if-none-match")?.includes(asset.etag) === true) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, { "Content-Type": asset.type, "Content-Length": asset.bytes.length });
  response.end(asset.bytes);
  return true;
}

function assetAt(path: string): Asset | undefined {
  const found = kept.get(path);
  if (found !== undefined) return found;
  const bytes = sources.get(path)?.();
  if (bytes === undefined) return undefined;
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 16)}"`;
  const ending = path.slice(path.lastIndexOf(".") + 1) as keyof typeof types;
  const made = { type: types[ending], bytes, etag };
  kept.set(path, made);
  return made;
}

function readPublic(name: string): Buffer {
  return readFileSync(new URL(`./public/${name}`, import.meta.url));
}
