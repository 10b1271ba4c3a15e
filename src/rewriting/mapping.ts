/**
 * One mapping of paths, used both ways: the target of a request from the public to the internal
 * prefix, and back again what a response says of places: `Location`, `Content-Location`, `Link`,
 * `Refresh`, and the path and domain of `Set-Cookie`.
 *
 *   { publicPrefix: "/app", internalPrefix: "" }     /app/x?y  ▶  /x?y        /x  ▶  /app/x
 *
 * In responses the upstream's own names become the public ones too, with or without a mapping of
 * paths. Every byte that is not part of a mapped name stays, and so does the order of lines.
 */

import { readSetCookie } from "../http/cookie.ts";
import { id } from "../http/field-names.ts";
import type { Fields } from "../http/fields.ts";
import type { PathMapping } from "./options.ts";
import { isUnder, mapCookiePath, replacePrefix } from "./path-prefix.ts";
import { mapReference, type MappingView } from "./reference.ts";

/**
 * The target sent on. One that is not under the public prefix (`*` too) stays as it is. `/app//x`
 * becomes `//x`: as the target of a request that is a path and nothing else (RFC 9112 §3.2.1).
 */
export function mapTarget(mapping: PathMapping, target: string): string {
  const { publicPrefix, internalPrefix } = mapping;
  if (!isUnder(target, publicPrefix)) return target;
  return replacePrefix(target, publicPrefix, internalPrefix);
}

/** The mapping of a route together with the base path of the upstream that was chosen. */
export function withBasePath(
  mapping: PathMapping | undefined,
  basePath: string,
): PathMapping | undefined {
  if (basePath === "") return mapping;
  return {
    publicPrefix: mapping?.publicPrefix ?? "",
    internalPrefix: basePath + (mapping?.internalPrefix ?? ""),
  };
}

/** For final and interim (103) heads. Does next to nothing where none of the fields is there. */
export function mapResponseFields(fields: Fields, view: MappingView): void {
  if (fields.has(id.location)) {
    fields.mapValues(id.location, (value) => mapReference(value, view));
  }
  if (fields.has(id["content-location"])) {
    fields.mapValues(id["content-location"], (value) => mapReference(value, view));
  }
  if (fields.has(id.link)) fields.mapValues(id.link, (value) => mapLink(value, view));
  if (fields.has(id.refresh)) fields.mapValues(id.refresh, (value) => mapRefresh(value, view));
  if (fields.has(id["set-cookie"])) {
    fields.mapValues(id["set-cookie"], (value) => mapSetCookie(value, view));
  }
}

/** RFC 8288 §3: `<uri>; rel="next", <uri>…`; what is quoted may hold `<` and commas. */
export function mapLink(value: string, view: MappingView): string | undefined {
  let out = "";
  let kept = 0;
  let at = 0;
  while (at < value.length) {
    const character = value[at];
    if (character === '"') at = endOfQuoted(value, at);
    else if (character === "<") {
      const end = value.indexOf(">", at);
      if (end < 0) break;
      const mapped = mapReference(value.substring(at + 1, end), view);
      if (mapped !== undefined) {
        out += value.substring(kept, at + 1) + mapped;
        kept = end;
      }
      at = end + 1;
    } else at += 1;
  }
  return kept === 0 ? undefined : out + value.substring(kept);
}

/** The place behind the quoted string that begins at `start`. */
function endOfQuoted(value: string, start: number): number {
  let at = start + 1;
  while (at < value.length && value[at] !== '"') at += value[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** HTML's rules for it (§4.2.5.3): `5`, `5; /x`, `5;url=/x`, `5, URL = "/x"`. */
export function mapRefresh(value: string, view: MappingView): string | undefined {
  const delay = /^[0-9.]+/.exec(value);
  if (delay === null) return undefined;
  const separator = endOfSpace(value, delay[0].length);
  const isSeparated = value[separator] === ";" || value[separator] === ",";
  let start = isSeparated ? endOfSpace(value, separator + 1) : separator;
  if (value.substring(start, start + 3).toLowerCase() === "url") {
    const equals = endOfSpace(value, start + 3);
    if (value[equals] === "=") start = endOfSpace(value, equals + 1);
  }
  const quote = value[start];
  const isQuoted = quote === '"' || quote === "'";
  if (isQuoted) start += 1;
  const closing = isQuoted ? value.indexOf(quote, start) : -1;
  const end = closing < 0 ? value.length : closing;
  const mapped = mapReference(value.substring(start, end), view);
  return mapped && value.substring(0, start) + mapped + value.substring(end);
}

function endOfSpace(value: string, start: number): number {
  let at = start;
  while (value[at] === " " || value[at] === "\t") at += 1;
  return at;
}

export function mapSetCookie(value: string, view: MappingView): string | undefined {
  const { name, attributes } = readSetCookie(value);
  // RFC 6265bis §4.1.3.2: with another path than `/` browsers refuse such a cookie.
  const mapping = name.toLowerCase().startsWith("__host-") ? undefined : view.mapping;
  let out = "";
  let kept = 0;
  for (const attribute of attributes) {
    if (attribute.name === "domain" && isInternalDomain(attribute.value, view)) {
      out += value.substring(kept, attribute.start);
      kept = attribute.end;
    } else if (attribute.name === "path" && mapping !== undefined) {
      const mapped = mapCookiePath(mapping, attribute.value);
      if (mapped === attribute.value) continue;
      out += value.substring(kept, attribute.valueStart) + mapped;
      kept = attribute.valueEnd;
    }
  }
  return kept === 0 ? undefined : out + value.substring(kept);
}

/**
 * A domain that is the upstream's means nothing to the client: without it the cookie is the public
 * host's. One that covers the public host is the site's own choice, say for its sub-domains.
 */
function isInternalDomain(written: string, view: MappingView): boolean {
  const domain = written.replace(/^\./, "").toLowerCase();
  if (domain === "" || covers(domain, hostOf(view.publicAuthority))) return false;
  return view.internalAuthorities.some((authority) => covers(domain, hostOf(authority)));
}

function covers(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function hostOf(authority: string): string {
  return authority.replace(/:[0-9]*$/, "");
}
