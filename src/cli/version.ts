/** Which Foregate this is, from its package's own description. */

import { readFileSync } from "node:fs";

/** Two folders up, from the sources as well as from what is published. */
const packageFile = new URL("../../package.json", import.meta.url);

export function version(): string {
  const { version: found } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
  return found;
}

/** `foregate 0.1.0 (node 26.10.0, linux x64)`. */
export function longVersion(): string {
  const { bun } = process.versions;
  const runtime = bun === undefined ? `node ${process.versions.node}` : `bun ${bun}`;
  return `foregate ${version()} (${runtime}, ${process.platform} ${process.arch})`;
}
