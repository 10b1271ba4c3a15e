/**
 * Where a program with this config is asked and told things: a socket in a folder that is named
 * after the config's file, so that two instances never meet.
 */

import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const hashCharacters = 12;

/** FOREGATE_ADMIN is nearer. `file`: the config's. */
export function adminPath(file: string, environment: Environment): string {
  const given = environment["FOREGATE_ADMIN"] ?? "";
  if (given !== "") return resolve(given.replace(/^unix:/, ""));
  const path = realPath(file);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, hashCharacters);
  const name = basename(path)
    .replaceAll(/[^\w.-]/g, "_")
    .slice(0, 30);
  return join(runtimeFolder(environment), `${name}-${hash}`, "admin.sock");
}

/** systemd's `RuntimeDirectory=`, root's, the user's; else a folder of the user's own in `/tmp`. */
function runtimeFolder(environment: Environment): string {
  const [service = ""] = (environment["RUNTIME_DIRECTORY"] ?? "").split(":");
  if (isAbsolute(service)) return service;
  const userId = process.getuid?.() ?? 0;
  if (userId === 0) return "/run/foregate";
  const own = environment["XDG_RUNTIME_DIR"] ?? "";
  return isAbsolute(own) ? join(own, "foregate") : join(tmpdir(), `foregate-${userId}`);
}

/** A file that is a link may lead elsewhere by now: that is how some put a new config in place. */
function realPath(file: string): string {
  const path = resolve(file);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    // It was there when the program began, or it will be said that nobody is reached.
    return path;
  }
}
