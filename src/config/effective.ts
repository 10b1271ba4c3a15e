/**
 * The config as it is in force: every shorthand grown to its map, every default in its place. It is
 * a config again, and means the same; `foregate print` shows it.
 */

import type { AccessOptions, BasicOptions } from "../access/options.ts";
import { writeByteCount, writeByteRate, writeDurationMs } from "../base/quantity.ts";
import type { BandwidthOptions } from "../limits/options.ts";
import type { ErrorPages } from "../exchange/error-pages.ts";
import type { Action, Plan, ProxyAction, RespondAction, RoutePlan } from "../exchange/plan.ts";
import type { EventLogOptions } from "../observe/options.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import { functionLabel } from "../code/function-label.ts";
import type { FieldRule, Hook, PathMapping } from "../rewriting/options.ts";
import { isUnder } from "../rewriting/path-prefix.ts";
import { templateText } from "../rewriting/template.ts";
import type { RouteMatch, SiteOptions, ValueCondition } from "../routing/options.ts";
import type { KeepAlive, PoolOptions, UpstreamTimeouts } from "../upstream/options.ts";
import type { AdminOptions } from "./admin.ts";
import { BandwidthPlaces, effectiveBandwidth } from "./effective-bandwidth.ts";
import { effectiveEvents, effectiveLog } from "./effective-log.ts";

type Map = Readonly<Record<string, unknown>>;

export interface EffectiveOptions {
  /** The names of pools that are written down; others stand where they are used. */
  readonly poolNames: readonly string[];
  readonly events: EventLogOptions;
  readonly workers: number | "auto";
  readonly admin: AdminOptions;
  /** Hashes of passwords are left out: what is left is no config any more. */
  readonly hidesSecrets: boolean;
}

export function effectiveConfig(
  plan: Plan,
  sites: readonly Site[],
  { poolNames, events, workers, admin, hidesSecrets }: EffectiveOptions,
): Map {
  const named = new Set(poolNames);
  const pools = plan.pools.filter(({ name }) => named.has(name));
  const bandwidths = new BandwidthPlaces(sites);
  const around: Around = { plan, named, hidesSecrets, bandwidths };
  const limits = limitsWith(bandwidths.everywhere);
  return defined({
    workers,
    listen: listenOf(plan),
    trust: plan.trust.empty ? undefined : plan.trust.blocks(),
    forwarded: plan.forwarded.rfc7239,
    logs: defined({
      access: plan.accessLog === undefined ? "off" : defined(effectiveLog(plan.accessLog)),
      ...effectiveEvents(events),
    }),
    metrics: metricsOf(plan),
    admin: adminOf(admin),
    errors: errorsOf(plan.errorPages),
    buffer: bufferOf(plan),
    limits: limitsOf(plan),
    timeouts: clientTimeoutsOf(plan),
    pools: pools.length === 0 ? undefined : Object.fromEntries(pools.map(poolEntry)),
    defaults: limits && { limits },
    sites: Object.fromEntries(sites.map((site) => [site.host, siteOf(site, around)])),
  });
}

/** undefined: where it is by itself. */
function adminOf({ isOff, socketPath }: AdminOptions): string | undefined {
  if (isOff) return "off";
  return socketPath === undefined ? undefined : `unix:${socketPath}`;
}

function listenOf({ listeners }: Plan): unknown {
  if (!listeners.some(({ proxyProtocol }) => proxyProtocol === true)) {
    return listeners.map(({ label }) => label);
  }
  return Object.fromEntries(
    listeners.map(({ label, proxyProtocol }) => [label, defined({ proxyProtocol })]),
  );
}

/** Two of them are what a port alone stands for. */
function metricsOf({ metrics }: Plan): unknown {
  const [first, second] = metrics?.listeners ?? [];
  return second === undefined ? (first?.label ?? "off") : second.port;
}

function bufferOf({ buffer: { memoryBytesMax, diskBytesMax, directory } }: Plan): Map {
  return {
    memory: memoryBytesMax && writeByteCount(memoryBytesMax),
    disk: diskBytesMax === 0 ? "off" : writeByteCount(diskBytesMax),
    directory,
  };
}

function limitsOf({ limits }: Plan): Map {
  return {
    connections: limits.connectionsMax,
    exchanges: limits.exchangesMax,
    head: writeByteCount(limits.headBytesMax),
    field: writeByteCount(limits.fieldBytesMax),
    fields: limits.fieldsMax,
    target: writeByteCount(limits.targetBytesMax),
  };
}

function clientTimeoutsOf({ timeouts, drainMs, drainDelayMs }: Plan): Map {
  return {
    head: writeDurationMs(timeouts.headMs),
    keepAlive: writeDurationMs(timeouts.keepAliveMs),
    bodyGrace: writeDurationMs(timeouts.bodyGraceMs),
    bodyRate: writeByteRate(timeouts.bodyRateMin),
    write: writeDurationMs(timeouts.writeMs),
    responseGrace: writeDurationMs(timeouts.responseGraceMs),
    responseRate: timeouts.responseRateMin === 0 ? "off" : writeByteRate(timeouts.responseRateMin),
    tunnel: writeDurationMs(timeouts.tunnelMs),
    drain: writeDurationMs(drainMs),
    drainDelay: writeDurationMs(drainDelayMs),
  };
}

function poolEntry({ name, upstreams, timeouts, ...connections }: PoolOptions): [string, Map] {
  const pool = {
    to: upstreams.map(({ label }) => label),
    balance: "round-robin",
    timeouts: timeoutsOf(timeouts),
    ...connectionsOf(connections),
  };
  return [name, pool];
}

function connectionsOf({
  keepAlive,
  proxyProtocol,
}: Pick<PoolOptions, "keepAlive" | "proxyProtocol">): Map {
  const version = proxyProtocol === undefined ? "off" : `v${proxyProtocol}`;
  return { keepAlive: keepAliveOf(keepAlive), proxyProtocol: version };
}

function timeoutsOf({ connectMs, firstByteMs, idleMs }: UpstreamTimeouts): Map {
  return {
    connect: writeDurationMs(connectMs),
    firstByte: writeDurationMs(firstByteMs),
    idle: idleMs === 0 ? "off" : writeDurationMs(idleMs),
  };
}

function keepAliveOf({ idleMax, idleMs, ageMs, freshMs }: KeepAlive): Map {
  return {
    max: idleMax,
    idle: writeDurationMs(idleMs),
    age: writeDurationMs(ageMs),
    fresh: writeDurationMs(freshMs),
  };
}

interface Around {
  readonly plan: Plan;
  readonly named: ReadonlySet<string>;
  readonly hidesSecrets: boolean;
  readonly bandwidths: BandwidthPlaces;
}

type Site = SiteOptions<RoutePlan>;
type Entry = Site["routes"][number];

/** A guarded site has a last route that leads nowhere, which has what holds for the site. */
function siteOf(site: Site, around: Around): Map {
  const { routes } = site;
  const guard = routes.find(({ route }) => route.action.type === "nothing")?.route;
  const written = routes.filter(({ route }) => route.action.type !== "nothing");
  return defined({
    access: guard?.access && accessOf(guard.access, undefined, around),
    maintenance: guard?.maintenance && maintenanceOf(guard.maintenance),
    limits: limitsWith(around.bandwidths.at(site)),
    routes: written.map((entry) => routeOf(entry, { site, guard }, around)),
  });
}

interface Inside {
  readonly site: Site;
  readonly guard: RoutePlan | undefined;
}

function routeOf({ match, route }: Entry, { site, guard }: Inside, around: Around): Map {
  const { access, maintenance, fieldRules, hooks, errorPages } = route;
  const outer = guard?.access;
  return defined({
    ...matchOf(match),
    ...actionOf(route.action, around.plan, around.named),
    ...mappingOf(route, match),
    access: access === undefined ? outer && "off" : accessOf(access, outer, around),
    maintenance:
      maintenance === undefined ? guard?.maintenance && "off" : maintenanceOf(maintenance),
    limits: limitsOfRoute(route, site, around.bandwidths),
    buffer: route.action.type === "proxy" ? bufferingOf(route) : undefined,
    errors: errorsOf(errorPages) ?? (around.plan.errorPages && "off"),
    hooks: hooks && defined({ request: hookOf(hooks.request), response: hookOf(hooks.response) }),
    headers:
      fieldRules &&
      defined({ request: rulesOf(fieldRules.request), response: rulesOf(fieldRules.response) }),
  });
}

function limitsOfRoute(route: RoutePlan, site: Site, bandwidths: BandwidthPlaces): Map {
  const bandwidth = effectiveBandwidth(bandwidths.atRoute(route.bandwidth, site));
  return defined({ body: sizeOrOff(route.bodyBytesMax), bandwidth });
}

function limitsWith(bandwidth: BandwidthOptions | undefined): Map | undefined {
  return bandwidth && { bandwidth: effectiveBandwidth(bandwidth) };
}

function bufferingOf({ buffering: { requestBytesMax, responseBytesMax } }: RoutePlan): Map {
  return { request: sizeOrOff(requestBytesMax), response: sizeOrOff(responseBytesMax) };
}

const sizeOrOff = (bytes: number): string => (bytes === 0 ? "off" : writeByteCount(bytes));

/** What is not there, but said outside, is switched off. */
function accessOf(
  { allow, deny, basic }: AccessOptions,
  outer: AccessOptions | undefined,
  { hidesSecrets }: Around,
): Map {
  return defined({
    allow: allow?.blocks() ?? (outer?.allow && "off"),
    deny: deny?.blocks() ?? (outer?.deny && "off"),
    basic: basic === undefined ? outer?.basic && "off" : basicOf(basic, hidesSecrets),
  });
}

function basicOf({ users, challenge, forward }: BasicOptions, hidesSecrets: boolean): Map {
  const shown = Array.from(users, ([name, { text }]) => [name, hidesSecrets ? "(hidden)" : text]);
  const [, realm = ""] = /^Basic realm="(.*)", charset="UTF-8"$/.exec(challenge) ?? [];
  return {
    users: Object.fromEntries(shown),
    realm: utf8(realm.replaceAll(/\\(.)/g, "$1")),
    forward,
  };
}

function maintenanceOf({ retryAfterSeconds, allow, whileFile }: MaintenanceOptions): Map | true {
  const options = defined({
    retryAfter: retryAfterSeconds && writeDurationMs(retryAfterSeconds * 1_000),
    allow: allow?.blocks(),
    while: whileFile,
  });
  return Object.keys(options).length === 0 ? true : options;
}

function errorsOf(pages: ErrorPages | undefined): Map | undefined {
  return pages && Object.fromEntries(Array.from(pages, ([status, { file }]) => [status, file]));
}

function matchOf({ path, host, methods, fields, query }: RouteMatch): Map {
  return {
    path,
    host,
    method: methods.length === 0 ? undefined : methods,
    header: conditionsOf(fields),
    query: conditionsOf(query),
  };
}

function conditionsOf(conditions: readonly ValueCondition[]): Map | undefined {
  if (conditions.length === 0) return undefined;
  return Object.fromEntries(conditions.map(({ name, value }) => [name, value ?? true]));
}

function actionOf(action: Action, plan: Plan, named: ReadonlySet<string>): Map {
  switch (action.type) {
    case "proxy":
      return { proxy: proxyOf(action, plan, named) };
    case "redirect":
      return { redirect: { to: templateText(action.location), status: action.status } };
    case "respond":
      return { respond: respondOf(action) };
    case "forward":
    case "nothing":
      return {};
  }
}

/** A pool without a name stands where it is used. */
function proxyOf(action: ProxyAction, plan: Plan, named: ReadonlySet<string>): Map {
  const pool = plan.pools[action.pool];
  if (pool === undefined) return {};
  const own = named.has(pool.name)
    ? { to: pool.name }
    : { to: pool.upstreams.map(({ label }) => label), ...connectionsOf(pool) };
  const upgrade = action.upgrades.length === 0 ? "off" : action.upgrades;
  return { ...own, timeouts: timeoutsOf(action.timeouts), upgrade };
}

function respondOf({ status, fields, body, file }: RespondAction): Map {
  const headers = fields.map(([name, value]) => [name, utf8(value)] as const);
  return defined({
    status,
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    body: file === undefined && body.length > 0 ? body.toString("utf8") : undefined,
    file,
  });
}

/** One that changes nothing here comes from farther away, and may not stand at the route. */
function mappingOf({ action, mapping }: RoutePlan, { path }: RouteMatch): Map {
  if (mapping === undefined || action.type !== "proxy") return {};
  const isReached = path === undefined || path.includes("/:") || covers(mapping, path);
  if (!isReached) return {};
  const { publicPrefix, internalPrefix } = mapping;
  if (internalPrefix === "" && publicPrefix !== "") return { strip: publicPrefix };
  return { replace: { from: publicPrefix || "/", to: internalPrefix || "/" } };
}

const covers = ({ publicPrefix }: PathMapping, path: string): boolean =>
  isUnder(path.replace(/\/\*$/, "") || "/", publicPrefix);

function rulesOf(rules: readonly FieldRule[]): Map | undefined {
  if (rules.length === 0) return undefined;
  const removed = rules.filter(({ kind }) => kind === "remove").map(({ name }) => name);
  return defined({
    remove: removed.length === 0 ? undefined : removed,
    set: valuesOf(rules, "set"),
    add: valuesOf(rules, "add"),
    default: valuesOf(rules, "default"),
  });
}

function valuesOf(rules: readonly FieldRule[], kind: FieldRule["kind"]): Map | undefined {
  const values: Record<string, string | string[]> = {};
  for (const rule of rules) {
    if (rule.kind !== kind || rule.value === undefined) continue;
    const text = templateText(rule.value);
    const known = values[rule.name];
    values[rule.name] = known === undefined ? text : [known, text].flat();
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

/** Code cannot be shown as a value: what is left of it here is no config any more. */
function hookOf(hook: Hook<object> | undefined): Map | undefined {
  if (hook === undefined) return undefined;
  const run = { $fn: functionLabel(hook.run) };
  return hook.cacheable ? { run, cacheable: true } : run;
}

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

/** Without the keys that have no value. */
function defined(map: Map): Map {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
