/** Which configs are code, by their names. */

import { extname } from "node:path";

/** `undefined`: it is read as YAML. `commonjs` is code that we do not take. */
export type CodeKind = "typescript" | "javascript" | "commonjs" | undefined;

export function codeKindOf(file: string): CodeKind {
  switch (extname(file)) {
    case ".ts":
    case ".mts":
      return "typescript";
    case ".js":
    case ".mjs":
      return "javascript";
    case ".cts":
    case ".cjs":
      return "commonjs";
    default:
      return undefined;
  }
}
