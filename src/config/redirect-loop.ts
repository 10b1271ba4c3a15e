/**
 * Redirects that lead to themselves. What a client would do is done with the router itself: take
 * the route, follow the location, and see whether it comes back to the same place. Only that is
 * certain, so nothing is said where it depends on fields, or on another server's port.
 */

import type { RedirectAction, RoutePlan } from "../exchange/plan.ts";
import { bareRequest, type RequestHead } from "../http/head.ts";
import { redirectLocation } from "../rewriting/redirect.ts";
import type { RouteMatch, SiteOptions } from "../routing/options.ts";
import { createRouter, type Router } from "../routing/router.ts";
import type { Place } from "./place.ts";

export interface PlacedRedirect {
  readonly host: string;
  readonly match: RouteMatch;
  readonly route: RoutePlan;
  /** Where the target is written. */
  readonly place: Place;
}

interface Served {
  readonly router: Router<RoutePlan>;
  readonly ports: ReadonlySet<number>;
}

/** `sites` hold the routes of the redirects themselves. */
export function warnOfRedirectLoops(
  redirects: readonly PlacedRedirect[],
  { sites, ports }: Pick<Served, "ports"> & { readonly sites: readonly SiteOptions<RoutePlan>[] },
): void {
  if (redirects.length === 0) return;
  const served = { router: createRouter(sites), ports };
  const told = new Set<unknown>();
  for (const redirect of redirects) {
    const { place } = redirect;
    // Routes without an action of their own share their site's.
    if (told.has(place) || !isLoop(redirect, served)) continue;
    told.add(place);
    const message = "it leads to itself, for ever";
    const help = "name another host or path, or narrow the path of the route";
    (place.isMap ? place.at("to") : place).warn({ kind: "redirect-loop", message, help });
  }
}

function isLoop({ host, match, route }: PlacedRedirect, served: Served): boolean {
  const { action } = route;
  if (action.type !== "redirect" || match.fields.length > 0 || dependsOnFields(route, action)) {
    return false;
  }
  return samplePaths(match).some((path) => {
    const first = headFor(match.host ?? host, path, match.methods[0] ?? "GET");
    const second = follow(first, action, served);
    const third = second && follow(second, action, served);
    if (second === undefined || third === undefined) return false;
    const isTakenAgain = [first, second].every((head) => served.router.match(head) === route);
    return isTakenAgain && second.host === third.host && pathOf(second) === pathOf(third);
  });
}

/** Another visit may bring other fields: the client's own, or a cookie set on the way. */
function dependsOnFields({ fieldRules }: RoutePlan, { location }: RedirectAction): boolean {
  const setsCookie = fieldRules?.response.some(({ name }) => /^set-cookie$/i.test(name));
  const isFree = location.every((part) => {
    return typeof part === "string" || (part.kind !== "header" && part.kind !== "cookie");
  });
  return setsCookie === true || !isFree;
}

/** Paths that fit: the rest as nothing, and as something. */
function samplePaths({ path = "/*", query }: RouteMatch): string[] {
  const pairs = query.map(({ name, value = "" }) => `${name}=${value}`);
  const search = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  const filled = path.replaceAll(/\/:[^/]*/g, "/_");
  if (!filled.endsWith("/*")) return [filled + search];
  const prefix = filled.slice(0, -2);
  return [`${prefix === "" ? "/" : prefix}${search}`, `${prefix}/_${search}`];
}

/** What a client sends that follows the redirect; undefined: not to us, as far as we can know. */
function follow(
  head: RequestHead,
  { location, status }: RedirectAction,
  { ports }: Served,
): RequestHead | undefined {
  const target = redirectLocation(location, { head, clientIp: "192.0.2.1" });
  const url = URL.parse(target, `http://${head.host}`);
  if (url === null || url.protocol !== "http:") return undefined;
  const isRelative = target.startsWith("/");
  if (!isRelative && !ports.has(Number(url.port || "80"))) return undefined;
  // RFC 9110 §15.4: a 303 is followed with GET, and after 301 and 302 browsers do so, too.
  const method = status < 307 ? "GET" : head.method;
  return headFor(isRelative ? head.host : url.hostname, url.pathname + url.search, method);
}

function headFor(host: string, target: string, method: string): RequestHead {
  return bareRequest({ method, target, host: host.replace(/^\*(?=\.|$)/, "any-name") });
}

const pathOf = ({ target }: RequestHead): string => target.split("?", 1)[0] ?? "";
