/**
 * The programs that are compared and what compares them: found, installed where that is possible
 * without asking (Debian, as root), and asked for their versions.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { ensureDebian, findProgram } from "../tools/debian.ts";

/** How each one tells its version; they agree on nothing. */
const versionArgs = {
  nginx: ["-v"],
  haproxy: ["-v"],
  caddy: ["version"],
  wrk: ["-v"],
} as const satisfies Record<string, readonly string[]>;

type Program = keyof typeof versionArgs;

export function ensurePrograms(names: readonly string[]): void {
  const wanted = ["nginx", "wrk", ...names.filter((name) => name in versionArgs)];
  const missing = [...ensureDebian([...new Set(wanted)]), ...missingTools()];
  if (missing.length === 0) return;
  throw new Error(
    `Cannot run the benchmark: missing ${missing.join(", ")} (Linux only; on Debian, as root: ` +
      `apt-get install ${missing.join(" ")})`,
  );
}

export function programFile(name: string): string {
  const file = findProgram(name);
  if (file === undefined) throw new Error(`Cannot find ${name}: it is not on the PATH`);
  return file;
}

export function versionsOf(names: readonly string[]): Readonly<Record<string, string>> {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of ["nginx", "wrk", ...names]) {
    if (isProgram(name)) versions[name] = versionOf(name);
  }
  for (const name of names) {
    if (name === "foregate") versions[name] = packageVersion("../package.json");
    if (name === "http-proxy") {
      versions[name] = packageVersion("../node_modules/http-proxy/package.json");
    }
  }
  return versions;
}

function isProgram(name: string): name is Program {
  return name in versionArgs;
}

function versionOf(name: Program): string {
  const { stdout, stderr } = spawnSync(programFile(name), versionArgs[name], { encoding: "utf8" });
  return /\d+\.\d+(?:\.\d+)?/.exec(stdout + stderr)?.[0] ?? "unknown";
}

function packageVersion(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Part of every Linux: named, because their absence means that this is not one. */
function missingTools(): readonly string[] {
  return ["taskset", "timeout", "getconf"].filter((name) => findProgram(name) === undefined);
}
