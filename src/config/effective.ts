/**
 * The config as it is in force: every shorthand grown to its map, every default in its place. It is
 * a config again, and means the same; `foregate print` shows it.
 */

import { writeByteCount, writeByteRate, writeDurationMs } from "../base/quantity.ts";
import type { Action, Plan, ProxyAction, RespondAction, RoutePlan } from "../exchange/plan.ts";
import type { FieldRule, PathMapping } from "../rewriting/options.ts";
import { isUnder } from "../rewriting/path-prefix.ts";
import { templateText } from "../rewriting/template.ts";
import type { RouteMatch, SiteOptions, ValueCondition } from "../routing/options.ts";
import type { KeepAlive, PoolOptions, UpstreamTimeouts } from "../upstream/options.ts";

type Map = Readonly<Record<string, unknown>>;

/** `written` is what the user wrote: what no plan keeps is taken from there. */
export function effectiveConfig(
  plan: Plan,
  sites: readonly SiteOptions<RoutePlan>[],
  written: unknown,
): Map {
  const keys = isMap(written) ? written : {};
  const named = new Set(Object.keys(isMap(keys["pools"]) ? keys["pools"] : {}));
  const pools = plan.pools.filter(({ name }) => named.has(name));
  return defined({
    listen: listenOf(plan),
    trust: keys["trust"],
    forwarded: plan.forwarded.rfc7239,
    logs: { access: plan.accessLog === undefined ? "off" : defined({ ...plan.accessLog }) },
    metrics: metricsOf(plan),
    limits: limitsOf(plan),
    timeouts: clientTimeoutsOf(plan),
    pools: pools.length === 0 ? undefined : Object.fromEntries(pools.map(poolEntry)),
    sites: Object.fromEntries(
      sites.map(({ host, routes }) => [host, { routes: routes.map(routeOf(plan, named)) }]),
    ),
  });
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

function clientTimeoutsOf({ timeouts, drainMs }: Plan): Map {
  return {
    head: writeDurationMs(timeouts.headMs),
    keepAlive: writeDurationMs(timeouts.keepAliveMs),
    bodyGrace: writeDurationMs(timeouts.bodyGraceMs),
    bodyRate: writeByteRate(timeouts.bodyRateMin),
    write: writeDurationMs(timeouts.writeMs),
    tunnel: writeDurationMs(timeouts.tunnelMs),
    drain: writeDurationMs(drainMs),
  };
}

function poolEntry({ name, upstreams, timeouts, keepAlive }: PoolOptions): [string, Map] {
  const pool = {
    to: upstreams.map(({ label }) => label),
    balance: "round-robin",
    timeouts: timeoutsOf(timeouts),
    keepAlive: keepAliveOf(keepAlive),
  };
  return [name, pool];
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

type Entry = SiteOptions<RoutePlan>["routes"][number];

function routeOf(plan: Plan, named: ReadonlySet<string>): (entry: Entry) => Map {
  return ({ match, route }) =>
    defined({
      ...matchOf(match),
      ...actionOf(route.action, plan, named),
      ...mappingOf(route, match),
      limits: { body: route.bodyBytesMax === 0 ? "off" : writeByteCount(route.bodyBytesMax) },
      headers:
        route.fieldRules &&
        defined({
          request: rulesOf(route.fieldRules.request),
          response: rulesOf(route.fieldRules.response),
        }),
    });
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
      return {};
  }
}

/** A pool without a name stands where it is used. */
function proxyOf(action: ProxyAction, plan: Plan, named: ReadonlySet<string>): Map {
  const pool = plan.pools[action.pool];
  if (pool === undefined) return {};
  const own = named.has(pool.name)
    ? { to: pool.name }
    : { to: pool.upstreams.map(({ label }) => label), keepAlive: keepAliveOf(pool.keepAlive) };
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

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

const isMap = (value: unknown): value is Map => typeof value === "object" && value !== null;

/** Without the keys that have no value. */
function defined(map: Map): Map {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
