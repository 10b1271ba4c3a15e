/** What a file holds, by its name (RFC 9110 §8.3): for answers that come from a file. */

import { extname } from "node:path";

export const plainText = "text/plain; charset=utf-8";

const typesByExtension: ReadonlyMap<string, string> = new Map([
  [".css", "text/css; charset=utf-8"],
  [".gif", "image/gif"],
  [".htm", "text/html; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".ico", "image/x-icon"],
  [".jpeg", "image/jpeg"],
  [".jpg", "image/jpeg"],
  [".js", "text/javascript; charset=utf-8"],
  [".json", "application/json"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".txt", plainText],
  [".webp", "image/webp"],
  [".xml", "application/xml"],
]);

export function contentTypeOf(path: string): string {
  return typesByExtension.get(extname(path).toLowerCase()) ?? "application/octet-stream";
}
