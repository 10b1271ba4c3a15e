/**
 * Programs that tests and benchmarks start and npm does not bring (a browser, openssl, curl), found
 * on the PATH, and installed where that is possible without asking: on Debian, as root.
 */

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where servers are installed, and what the PATH of an ordinary user leaves out. */
const systemFolders = ["/usr/sbin", "/usr/local/sbin"];

/** The file of a program, or undefined when this machine does not have it. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Installs the packages whose program (of the same name) is missing, if it can, and returns the
 * ones that are missing still. Never fails: who needs the program says so when it is not there.
 */
export function ensureDebian(packages: readonly string[]): readonly string[] {
  const missing = packages.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0 || process.getuid?.() !== 0) return missing;
  if (findProgram("apt-get") === undefined) return missing;

  console.error(`foregate: installing ${missing.join(" ")} (apt-get)`);
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...missing);
  return missing.filter((name) => findProgram(name) === undefined);
}

function aptGet(...words: readonly string[]): void {
  spawnSync("apt-get", ["-qq", ...words], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
