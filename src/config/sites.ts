/** `sites`: hosts, each its own area with routes, compiled to what the router takes. */

import { domainToASCII } from "node:url";

import { describe, reject, type Reader } from "../base/reader.ts";
import type { RoutePlan } from "../exchange/plan.ts";
import type { PathMapping } from "../rewriting/options.ts";
import { isUnder } from "../rewriting/path-prefix.ts";
import type { RouteMatch, SiteOptions } from "../routing/options.ts";
import { hostPattern, matchKeys, matchSchema } from "../routing/schema.ts";
import type { Place } from "./place.ts";
import type { Pools } from "./pools.ts";
import {
  actionKeys,
  finishRoute,
  mappingKeys,
  nothingThere,
  readAction,
  readProxy,
  readRooms,
  roomKeys,
  type RoomWishes,
  type UnfinishedAction,
} from "./routes.ts";

/** For people: where a host's requests go. */
export interface SiteSummary {
  readonly host: string;
  readonly leadsTo: readonly string[];
}

export interface CompiledSites {
  readonly sites: readonly SiteOptions<RoutePlan>[];
  readonly summaries: readonly SiteSummary[];
}

type Entry = SiteOptions<RoutePlan>["routes"][number];

interface CompiledSite {
  readonly entries: readonly Entry[];
  readonly leadsTo: readonly string[];
}

const siteKeys = [...roomKeys, ...mappingKeys, ...actionKeys, "routes"];
const routeKeys = [...matchKeys, ...roomKeys, ...mappingKeys, ...actionKeys];

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
    const help = 'sites: { "*": "localhost:3000" } sends everything to one upstream';
    reject(sites, { kind: "missing", message, help });
  }
  const compiled = new Map<string, CompiledSite>();
  for (const [written, place] of sites.entries()) {
    const host = place.read(siteHost(written));
    const site = compileSite(host ?? written, place, { defaults, pools });
    if (host === undefined) continue;
    if (compiled.has(host)) {
      reject(place, { kind: "twice", message: "this host is written twice", onKey: true });
    }
    compiled.set(host, site);
  }
  const all = [...compiled];
  return {
    sites: all.map(([host, { entries }]) => ({ host, routes: entries })),
    summaries: all.map(([host, { leadsTo }]) => ({ host, leadsTo: [...new Set(leadsTo)] })),
  };
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
    return { entries: [{ match: everything, route }], leadsTo: [action.label] };
  }
  place.hasKeys(siteKeys);
  const rooms = readRooms(place, around.defaults);
  const action = readAction(place, around.pools);
  const site: SiteBase = { host, rooms, action, pools: around.pools };
  const routes = compileRoutes(place.at("routes"), site);
  if (action === undefined || action === "none") {
    if (action === "none" && !place.at("routes").isThere) rejectIdle(place);
    return guarded(routes, host, rooms);
  }
  // What no route takes goes where the site itself goes.
  const own = { match: everything, route: finishRoute(host, action, rooms) };
  const hasOwn = routes.entries.some(({ match }) => isEverything(match));
  return {
    entries: hasOwn ? routes.entries : [...routes.entries, own],
    leadsTo: [...routes.leadsTo, ...(hasOwn ? [] : [action.label])],
  };
}

/** Who is kept out of a site is not told which of its paths have a route. */
function guarded(site: CompiledSite, host: string, rooms: RoomWishes): CompiledSite {
  const hasOwn = site.entries.some(({ match }) => isEverything(match));
  if (rooms.access === undefined || hasOwn) return site;
  const rest = { match: everything, route: finishRoute(host, nothingThere, rooms) };
  return { ...site, entries: [...site.entries, rest] };
}

function rejectList(place: Place): CompiledSite {
  const help = "several upstreams: { proxy: { to: [...] } }; several routes: { routes: [...] }";
  reject(place, { message: "want an upstream or a map, found a list", help });
  return nothing;
}

function rejectIdle(place: Place): void {
  const message = "want `proxy`, `redirect`, `respond` or `routes`, found none";
  reject(place, { kind: "missing", message });
}

interface SiteBase extends Pick<Around, "pools"> {
  readonly host: string;
  readonly rooms: RoomWishes;
  readonly action: UnfinishedAction | "none" | undefined;
}

function compileRoutes(routes: Place, site: SiteBase): CompiledSite {
  if (!routes.isThere) return nothing;
  if (routes.items().length === 0) {
    reject(routes, { message: `want a list of routes, found ${describe(routes.value)}` });
  }
  const firstByMatch = new Map<string, number>();
  const entries: Entry[] = [];
  const leadsTo: string[] = [];
  for (const [at, place] of routes.items().entries()) {
    if (!place.isMap) {
      place.hasKeys(routeKeys);
      continue;
    }
    const compiled = compileRoute(place, site);
    if (compiled === undefined) continue;
    const { match, route, label } = compiled;
    const conditions = JSON.stringify(match);
    const first = firstByMatch.get(conditions);
    if (first !== undefined) {
      const message = `can never be taken: route ${first + 1} has the same conditions`;
      reject(place, { kind: "twice", message });
    } else firstByMatch.set(conditions, at);
    entries.push({ match, route });
    leadsTo.push(label);
  }
  return { entries, leadsTo };
}

function compileRoute(place: Place, site: SiteBase): (Entry & { label: string }) | undefined {
  place.hasKeys(routeKeys);
  const match = place.parse(matchSchema);
  const rooms = readRooms(place, site.rooms);
  const own = readAction(place, site.pools);
  const action = own === "none" ? site.action : own;
  if (own === "none" && site.action === "none") {
    const message = "want one of `proxy`, `redirect` and `respond`, found none";
    reject(place, { kind: "missing", message });
  }
  if (match !== undefined) {
    checkHost(match, site.host, place);
    if (rooms.mapping !== site.rooms.mapping) checkMapping(match, rooms.mapping, place);
  }
  if (action === undefined || action === "none" || match === undefined) return undefined;
  const name = `${site.host}${routeName(match)}`;
  return { match, route: finishRoute(name, action, rooms), label: action.label };
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
    reject(at, { kind: "together", message });
  }
}
