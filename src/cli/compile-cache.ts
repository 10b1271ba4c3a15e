/**
 * Compiled code is kept between starts: compiling is a quarter of the time until the program is
 * ready. Only what is installed does it; who changes the source wants no older code.
 *
 * What is kept is run. So it lies where nobody else can write, and never in the folder for
 * temporary files, where the runtime would put it.
 */

import { mkdirSync, statSync } from "node:fs";
import nodeModule from "node:module";
import { isAbsolute, join } from "node:path";

const isInstalled = import.meta.url.endsWith(".js");

const othersMayWrite = 0o022;

export function keepCompiledCode(environment: NodeJS.ProcessEnv): void {
  const userId = process.getuid?.();
  // Bun has no such thing, and whoever sets the runtime's own variable has chosen.
  const isOurs = isInstalled && environment["NODE_COMPILE_CACHE"] === undefined;
  if (!isOurs || userId === undefined || process.versions["bun"] !== undefined) return;
  const folder = compileCacheFolder(environment, userId);
  if (folder === undefined) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === userId && (mode & othersMayWrite) === 0) nodeModule.enableCompileCache(folder);
  } catch {
    // A disk that cannot be written, or no such home: then every start compiles.
  }
}

/** undefined: nobody says where. */
export function compileCacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
  userId: number,
): string | undefined {
  const { CACHE_DIRECTORY: service, XDG_CACHE_HOME: cache, HOME: home } = environment;
  // systemd's `CacheDirectory=`; it lists several with colons between them.
  const [first = ""] = (service ?? "").split(":");
  if (isAbsolute(first)) return join(first, "compiled");
  if (userId === 0) return "/var/cache/foregate/compiled";
  if (cache !== undefined && isAbsolute(cache)) return join(cache, "foregate/compiled");
  return home !== undefined && isAbsolute(home)
    ? join(home, ".cache/foregate/compiled")
    : undefined;
}
