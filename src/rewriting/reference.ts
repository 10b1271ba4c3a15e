/**
 * References in responses: from the upstream's names to the public ones.
 *
 *   /x                           ▶  /app/x
 *   http://10.0.0.5:3000/x       ▶  https://example.com/app/x
 *   //10.0.0.5:3000/x            ▶  //example.com/app/x
 *   https://elsewhere.org/x · x.html · ?page=2        stay as they are
 */

import type { PathMapping } from "./options.ts";
import { mapPathBack } from "./path-prefix.ts";

export interface MappingView {
  /** With the upstream's base path as part of the internal prefix; undefined: the same paths. */
  readonly mapping: PathMapping | undefined;
  readonly publicScheme: "http" | "https";
  /** As the client called us; "" in an HTTP/1.0 request without Host. */
  readonly publicAuthority: string;
  /** In lower case: host and port as dialled, and the `Host` that was sent. */
  readonly internalAuthorities: readonly string[];
}

/** A scheme that a browser follows, and an authority, which with userinfo is no upstream's. */
const absolutePattern = /^(?:(https?):)?\/\/([^/?#\\]*)/i;

/** undefined: it stays as it is. */
export function mapReference(reference: string, view: MappingView): string | undefined {
  const mapped = publicReference(reference, view);
  return mapped === reference ? undefined : mapped;
}

function publicReference(reference: string, view: MappingView): string {
  const absolute = absolutePattern.exec(reference);
  if (absolute === null) {
    return reference.startsWith("/") ? publicPath(reference, view) : reference;
  }
  const [whole, scheme, authority] = absolute;
  if (!isInternal(authority!, scheme, view.internalAuthorities)) return reference;
  const path = mapPath(reference.slice(whole.length), view.mapping);
  if (view.publicAuthority === "") return withoutDoubleSlash(path);
  return `${scheme === undefined ? "" : `${view.publicScheme}:`}//${view.publicAuthority}${path}`;
}

/**
 * Taking a prefix away can bring two slashes to the front, which would be another server's name to
 * a browser: with our own name before them they stay a path.
 */
function publicPath(path: string, view: MappingView): string {
  const mapped = mapPath(path, view.mapping);
  if (mapped === path || !/^\/[/\\]/.test(mapped)) return mapped;
  if (view.publicAuthority === "") return withoutDoubleSlash(mapped);
  return `${view.publicScheme}://${view.publicAuthority}${mapped}`;
}

/** `path` is what stands behind an authority: it may be empty, or begin with the query. */
function mapPath(path: string, mapping: PathMapping | undefined): string {
  if (mapping === undefined) return path;
  return mapPathBack(mapping, path.startsWith("/") ? path : `/${path}`);
}

function withoutDoubleSlash(path: string): string {
  return path.replace(/^[/\\]*/, "/");
}

/** A port that is the scheme's own may be left out on either side. */
function isInternal(
  written: string,
  scheme: string | undefined,
  internalAuthorities: readonly string[],
): boolean {
  const authority = written.toLowerCase();
  const port = scheme?.toLowerCase() === "https" ? ":443" : ":80";
  for (const internal of internalAuthorities) {
    if (internal === "") continue;
    if (authority === internal || authority + port === internal) return true;
    if (authority === internal + port) return true;
  }
  return false;
}
