/**
 * Why a request takes the route that it takes: every route of its site with the reason why it lost.
 * Which one is taken is the router's word, and not decided here once more.
 */

import type { RequestHead } from "../http/head.ts";
import { conditionsOf, countOf, fits } from "./conditions.ts";
import { canonicalHost, HostTable } from "./host-table.ts";
import type { RouteMatch, SiteOptions, ValueCondition } from "./options.ts";
import { readPathPattern, type PathPattern } from "./path-pattern.ts";

export interface RouteVerdict<Route> {
  readonly match: RouteMatch;
  readonly route: Route;
  /** `lost`: it fits as well, but another one goes before it. */
  readonly outcome: "taken" | "lost" | "misfit";
  /** What does not fit, or why the other one goes before it; "" for the one that is taken. */
  readonly reason: string;
}

/** The site that answers for a host, and whether by its name, by a wildcard or for any host. */
export interface SiteVerdict<Route> {
  readonly site: SiteOptions<Route>;
  readonly by: "name" | "wildcard" | "any";
}

export function explainSite<Route>(
  sites: readonly SiteOptions<Route>[],
  host: string,
): SiteVerdict<Route> | undefined {
  const table = new HostTable<SiteOptions<Route>>();
  for (const site of sites) table.getOrAdd(site.host, () => site);
  const site = table.find(host);
  if (site === undefined) return undefined;
  const isWildcard = site.host.startsWith("*.");
  return { site, by: site.host === "*" ? "any" : isWildcard ? "wildcard" : "name" };
}

/** `taken` is what the router says; the routes come in the order in which they were written. */
export function explainRoutes<Route>(
  site: SiteOptions<Route>,
  head: RequestHead,
  taken: Route | undefined,
): readonly RouteVerdict<Route>[] {
  const winner = site.routes.find(({ route }) => route === taken);
  return site.routes.map(({ match, route }) => {
    if (route === taken) return { match, route, outcome: "taken", reason: "" };
    const reason = misfit(match, head);
    if (reason !== undefined) return { match, route, outcome: "misfit", reason };
    return { match, route, outcome: "lost", reason: winner ? whyLater(match, winner.match) : "" };
  });
}

/** The first condition that does not fit, in words; undefined: all of them do. */
export function misfit(match: RouteMatch, head: RequestHead): string | undefined {
  if (match.host !== undefined && !hostFits(match.host, head.host)) {
    return `its host is ${match.host}`;
  }
  if (match.path !== undefined && !pathFits(match.path, head.target)) {
    return `its path is ${match.path}`;
  }
  if (match.methods.length > 0 && !match.methods.includes(head.method)) {
    return `its method is ${match.methods.join(" or ")}`;
  }
  return misfitValue("field", match, head) ?? misfitValue("query", match, head);
}

function misfitValue(
  kind: "field" | "query",
  match: RouteMatch,
  head: RequestHead,
): string | undefined {
  const wanted = kind === "field" ? match.fields : match.query;
  for (const condition of wanted) {
    const alone = { ...nothing, [kind === "field" ? "fields" : "query"]: [condition] };
    if (!fits(conditionsOf(alone), head)) return sentence(kind, condition);
  }
  return undefined;
}

const nothing: RouteMatch = {
  path: undefined,
  host: undefined,
  methods: [],
  fields: [],
  query: [],
};

function sentence(kind: "field" | "query", { name, value }: ValueCondition): string {
  const what = kind === "field" ? `field ${name}` : `query parameter ${name}`;
  return value === undefined ? `it wants the ${what}` : `its ${what} is ${JSON.stringify(value)}`;
}

function hostFits(wanted: string, host: string): boolean {
  const table = new HostTable<true>();
  table.getOrAdd(wanted, () => true);
  return table.find(host) === true;
}

function pathFits(path: string, target: string): boolean {
  const read = readPathPattern(path);
  if (!("pattern" in read) || !target.startsWith("/")) return false;
  const query = target.indexOf("?");
  const segments = target.slice(1, query < 0 ? undefined : query).split("/");
  return segmentsFit(read.pattern, segments);
}

function segmentsFit(pattern: PathPattern, segments: readonly string[]): boolean {
  const hasRest = pattern.at(-1)?.type === "rest";
  const fixed = hasRest ? pattern.slice(0, -1) : pattern;
  const isLongEnough = hasRest ? segments.length >= fixed.length : segments.length === fixed.length;
  return (
    isLongEnough &&
    fixed.every((want, at) =>
      want.type === "literal" ? want.text === segments[at] : segments[at] !== "",
    )
  );
}

/** By the rules of `specificity.ts`, in their order. */
function whyLater(match: RouteMatch, winner: RouteMatch): string {
  const host = canonicalHost(match.host ?? "*");
  if (host !== canonicalHost(winner.host ?? "*"))
    return "the one taken names the host more exactly";
  if (match.path !== winner.path) return "the one taken has a more specific path";
  const count = countOf(conditionsOf(match));
  return count < countOf(conditionsOf(winner))
    ? "the one taken has more conditions"
    : "the one taken was written first";
}
