/**
 * Paths between the two prefixes of a mapping. What stands behind a prefix is kept byte for byte
 * (threat 65).
 */

import type { PathMapping } from "./options.ts";

const slash = 0x2f;
const questionMark = 0x3f;
const hash = 0x23;

/**
 * The public form of a path (with query and fragment) that an upstream named.
 *
 * An upstream that knows where it is mounted, because it reads `X-Forwarded-Prefix` or was told,
 * names public paths itself; under a prefix that is only taken off they can be told by it, and are
 * not given it twice.
 */
export function mapPathBack(mapping: PathMapping, path: string): string {
  const { publicPrefix, internalPrefix } = mapping;
  const isPublic = isUnder(path, publicPrefix) && publicPrefix.startsWith(internalPrefix);
  if (isPublic || !isUnder(path, internalPrefix)) return path;
  return replacePrefix(path, internalPrefix, publicPrefix);
}

/**
 * The public form of a cookie's path. `/` becomes `/app` and not `/app/`, because the cookie is for
 * `/app` as well (RFC 6265 §5.1.4); a path above the internal prefix is narrowed to the public one:
 * cookies of one upstream are not sent to the others behind the same name.
 */
export function mapCookiePath(mapping: PathMapping, path: string): string {
  const { publicPrefix, internalPrefix } = mapping;
  if (!path.startsWith("/")) return path;
  const above = path.endsWith("/") ? path : `${path}/`;
  const isWide = `${internalPrefix}/`.startsWith(above) && path !== `${internalPrefix}/`;
  if (isWide || path === "/") return publicPrefix === "" ? "/" : publicPrefix;
  return mapPathBack(mapping, path);
}

/** `/app`, `/app/…` and `/app?…` are under `/app`; `/apple` is not. Every path is under "". */
export function isUnder(path: string, prefix: string): boolean {
  if (path.charCodeAt(0) !== slash || !path.startsWith(prefix)) return false;
  if (path.length === prefix.length) return true;
  const next = path.charCodeAt(prefix.length);
  return next === slash || next === questionMark || next === hash;
}

/** For a path that is under `from`; never empty. */
export function replacePrefix(path: string, from: string, to: string): string {
  const rest = path.slice(from.length);
  return to === "" && rest.charCodeAt(0) !== slash ? `/${rest}` : to + rest;
}
