/** `sites`: hosts, each its own area with routes, compiled to what the router takes. */

import { domainToASCII } from "node:url";

import { describe, isOff, reject, type Reader } from "../base/reader.ts";
import type { RoutePlan } from "../exchange/plan.ts";
import type { PathMapping } from "../rewriting/options.ts";
import { isUnder } from "../rewriting/path-prefix.ts";
import type { RouteMatch, SiteOptions } from "../routing/options.ts";
import { routesNeverTaken } from "../routing/never-taken.ts";
import { hostPattern, matchSchema } from "../routing/schema.ts";
import { warnOfClientHosts } from "./client-host.ts";
import type { Place } from "./place.ts";
import type { Pools } from "./pools.ts";
import type { PlacedRedirect } from "./redirect-loop.ts";
import {
  finishRoute,
  nothingThere,
  readAction,
  readProxy,
  readRooms,
  type RoomWishes,
  type UnfinishedAction,
} from "./routes.ts";
import { actionKeys, mappingKeys, routeKeys, siteKeys } from "./site-schema.ts";

/** For people: where a host's requests go. */
export interface SiteSummary {
  readonly host: string;
  readonly leadsTo: readonly string[];
}

export interface CompiledSites {
  readonly sites: readonly SiteOptions<RoutePlan>[];
  readonly summaries: readonly SiteSummary[];
  readonly redirects: readonly PlacedRedirect[];
}

interface Entry {
  readonly match: RouteMatch;
  readonly route: RoutePlan;
  /** Where its action is written. */
  readonly place: Place;
}

interface CompiledSite {
  readonly entries: readonly Entry[];
  readonly leadsTo: readonly string[];
}

const everything: RouteMatch = {
  path: undefined,
  host: undefined,
  methods: [],
  fields: [],
  query: [],
};

export function compileSites(sites: Place, defaults: RoomWishes, pools: Pools): CompiledSites {
  if (sites.entries().length === 0) {
    const message = `want a map from hosts to upstreams, found ${describe(sites.value)}`;
    const isOneWord = typeof sites.value === "string" && sites.value.includes(":");
    const help = isOneWord
      ? 'a space is missing behind the colon: "example.com: localhost:3000"'
      : 'sites: { "*": "localhost:3000" } sends everything to one upstream';
    reject(sites, { kind: "missing", message, help });
  }
  const compiled = new Map<string, CompiledSite & { readonly written: string }>();
  for (const [written, place] of sites.entries()) {
    const host = place.read(siteHost(written));
    const site = compileSite(host ?? written, place, { defaults, pools });
    if (host === undefined) continue;
    const first = compiled.get(host)?.written;
    compiled.set(host, { ...site, written: first ?? written });
    if (host === "*") warnOfClientHosts(place);
    if (first === undefined) continue;
    const beside = [{ step: first, message: "first written here" }];
    const message = "this host is written twice";
    const help = "write both into one site";
    reject(place, { kind: "twice", message, help, onKey: true, beside });
  }
  const all = [...compiled];
  return {
    sites: all.map(([host, { entries }]) => ({ host, routes: entries.map(withoutPlace) })),
    summaries: all.map(([host, { leadsTo }]) => ({ host, leadsTo: [...new Set(leadsTo)] })),
    redirects: all.flatMap(([host, { entries }]) => redirectsOf(host, entries)),
  };
}

const withoutPlace = ({ match, route }: Entry): SiteOptions<RoutePlan>["routes"][number] => ({
  match,
  route,
});

function redirectsOf(host: string, entries: readonly Entry[]): PlacedRedirect[] {
  const found = entries.filter(({ route }) => route.action.type === "redirect");
  return found.map((entry) => ({ host, ...entry }));
}

/** The host of a key; names in other scripts become what is sent on the wire (RFC 5891). */
function siteHost(written: string): Reader<string> {
  return (_, reporter) => {
    const isAscii = /^[\x20-\x7e]*$/.test(written);
    const ascii = isAscii ? written : domainToASCII(written) || written;
    return hostPattern(ascii, {
      addIssue: (issue) =>
        reporter.addIssue({ ...issue, params: { ...issue.params, onKey: true } }),
    });
  };
}

interface Around {
  readonly defaults: RoomWishes;
  readonly pools: Pools;
}

const nothing: CompiledSite = { entries: [], leadsTo: [] };

function compileSite(host: string, place: Place, around: Around): CompiledSite {
  if (Array.isArray(place.value)) return rejectList(place);
  if (!place.isMap) {
    // `example.com: localhost:3000` is short for `{ proxy: localhost:3000 }`.
    const action = readProxy(place, around.pools);
    if (action === undefined) return nothing;
    const route = finishRoute(host, action, around.defaults);
    return { entries: [{ match: everything, route, place }], leadsTo: [action.label] };
  }
  const isKnown = place.hasKeys(siteKeys);
  const rooms = readRooms(place, around.defaults);
  const action = readAction(place, around.pools);
  const actionPlace = actionOf(place);
  const site: SiteBase = { host, rooms, action, actionPlace, pools: around.pools };
  const routes = compileRoutes(place.at("routes"), site);
  if (action === undefined || action === "none") {
    // An unknown key may be what is missing, mistyped.
    if (action === "none" && isKnown && !place.at("routes").isThere) rejectIdle(place);
    return guarded(routes, site);
  }
  // What no route takes goes where the site itself goes.
  const route = finishRoute(host, action, rooms);
  if (!place.at("routes").isThere) checkHooks(place.at("hooks"), route);
  const own = { match: everything, route, place: actionPlace };
  const hasOwn = routes.entries.some(({ match }) => isEverything(match));
  return {
    entries: hasOwn ? routes.entries : [...routes.entries, own],
    leadsTo: [...routes.leadsTo, ...(hasOwn ? [] : [action.label])],
  };
}

/**
 * Who is kept out of a site is not told which of its paths have a route; and a site in maintenance
 * is so at every path.
 */
function guarded(routes: CompiledSite, { host, rooms, actionPlace }: SiteBase): CompiledSite {
  const hasOwn = routes.entries.some(({ match }) => isEverything(match));
  const isGuarded = rooms.access !== undefined || rooms.maintenance !== undefined;
  if (!isGuarded || hasOwn) return routes;
  const route = finishRoute(host, nothingThere, rooms);
  const rest = { match: everything, route, place: actionPlace };
  return { ...routes, entries: [...routes.entries, rest] };
}

function rejectList(place: Place): CompiledSite {
  const help = "several upstreams: { proxy: { to: [...] } }; several routes: { routes: [...] }";
  reject(place, { message: "want an upstream or a map, found a list", help });
  return nothing;
}

function rejectIdle(place: Place): void {
  const message = "want `proxy`, `redirect`, `respond` or `routes`, found none";
  reject(place, { kind: "missing", message, onKey: true });
}

/** The part of a site or a route that says what it does. */
const actionOf = (place: Place): Place =>
  place.at(actionKeys.find((key) => place.at(key).isThere) ?? "routes");

interface SiteBase extends Pick<Around, "pools"> {
  readonly host: string;
  readonly actionPlace: Place;
  readonly rooms: RoomWishes;
  readonly action: UnfinishedAction | "none" | undefined;
}

function compileRoutes(routes: Place, site: SiteBase): CompiledSite {
  if (!routes.isThere) return nothing;
  if (routes.items().length === 0) {
    reject(routes, { message: `want a list of routes, found ${describe(routes.value)}` });
  }
  const firstByMatch = new Map<string, PlacedMatch>();
  const entries: Entry[] = [];
  const leadsTo: string[] = [];
  for (const [at, place] of routes.items().entries()) {
    if (!place.isMap) {
      place.hasKeys(routeKeys);
      continue;
    }
    const compiled = compileRoute(place, site);
    if (compiled === undefined) continue;
    const { label, ...entry } = compiled;
    const conditions = JSON.stringify(entry.match);
    const first = firstByMatch.get(conditions);
    if (first !== undefined) {
      const other = `route ${first.at + 1}`;
      const message = `can never be taken: ${other} has the same conditions`;
      const beside = [{ step: first.at, message: other }];
      reject(place, { kind: "twice", message, help: `remove it, or ${other}`, beside });
    } else firstByMatch.set(conditions, { at, match: entry.match });
    entries.push(entry);
    leadsTo.push(label);
  }
  warnOfNeverTaken(routes, [...firstByMatch.values()]);
  return { entries, leadsTo };
}

interface PlacedMatch {
  /** Index into the list; what is wrong leaves gaps. */
  readonly at: number;
  readonly match: RouteMatch;
}

function warnOfNeverTaken(routes: Place, placed: readonly PlacedMatch[]): void {
  for (const found of routesNeverTaken(placed.map(({ match }) => match))) {
    const step = placed[found.takenBy]!.at;
    const other = `route ${step + 1}`;
    routes.at(placed[found.route]!.at).warn({
      kind: "never-taken",
      message: `can never be taken: ${other} takes all that it would`,
      help: found.isAlike ? `remove it, or ${other}` : `write it before ${other}, or remove it`,
      beside: [{ step, message: other }],
    });
  }
}

function compileRoute(place: Place, site: SiteBase): (Entry & { label: string }) | undefined {
  const isKnown = place.hasKeys(routeKeys);
  const match = place.parse(matchSchema);
  const rooms = readRooms(place, site.rooms);
  const own = readAction(place, site.pools);
  const action = own === "none" ? site.action : own;
  if (own === "none" && site.action === "none" && isKnown) {
    const message = "want one of `proxy`, `redirect` and `respond`, found none";
    reject(place, { kind: "missing", message });
  }
  if (match !== undefined) {
    checkHost(match, site.host, place);
    if (rooms.mapping !== site.rooms.mapping) checkMapping(match, rooms.mapping, place);
  }
  if (action === undefined || action === "none" || match === undefined) return undefined;
  const name = `${site.host}${routeName(match)}`;
  const written = own === "none" ? site.actionPlace : actionOf(place);
  const route = finishRoute(name, action, rooms);
  checkHooks(place.at("hooks"), route);
  return { match, route, place: written, label: action.label };
}

/** ` POST /api/*`, as it stands behind the host in logs. */
function routeName({ host, methods, path }: RouteMatch): string {
  return [host === undefined ? "" : ` (${host})`, methods.join(","), path ?? ""]
    .filter((part) => part !== "")
    .map((part) => (part.startsWith(" ") ? part : ` ${part}`))
    .join("");
}

function isEverything({ path, host, methods, fields, query }: RouteMatch): boolean {
  const conditions = methods.length + fields.length + query.length;
  return path === undefined && host === undefined && conditions === 0;
}

/** A host that is not the site's could never be asked for here. */
function checkHost({ host }: RouteMatch, siteHost: string, place: Place): void {
  if (host === undefined || siteHost === "*" || host === siteHost) return;
  if (siteHost.startsWith("*.") && host.endsWith(siteHost.slice(1))) return;
  const message = `${host} is no host of the site ${siteHost}`;
  reject(place.at("host"), { kind: "together", message, help: "give it a site of its own" });
}

/** Code that is never called would be missed by nobody, until it is needed. */
function checkHooks(hooks: Place, { action }: RoutePlan): void {
  if (action.type === "proxy" || !hooks.isThere || isOff(hooks.value)) return;
  const message = "they see what is passed on, and this passes nothing on";
  reject(hooks, { kind: "together", message, onKey: true });
}

/** A prefix that the route's path never has would never be taken off. */
function checkMapping({ path }: RouteMatch, mapping: PathMapping | undefined, place: Place): void {
  const isProxy = place.at("proxy").isThere || !actionKeys.some((key) => place.at(key).isThere);
  const prefix = mapping?.publicPrefix ?? "";
  for (const key of mappingKeys) {
    const at = place.at(key);
    if (!at.isThere) continue;
    if (!isProxy) {
      const message = "it changes what is sent upstream, and this route sends nothing";
      reject(at, { kind: "together", message, onKey: true });
    }
    if (path === undefined || path.includes("/:")) continue;
    if (isUnder(path.replace(/\/\*$/, "") || "/", prefix)) continue;
    const message = `the path ${path} does not begin with ${prefix}, so nothing would change`;
    const beside = [{ step: "path", message: "the path of this route" }];
    reject(at, { kind: "together", message, beside });
  }
}
