/**
 * What one route does: an action, and what the rooms are told. Room keys stand in `defaults`, a
 * site or a route, and the nearest one wins, key by key.
 */

import type { AccessOptions } from "../access/options.ts";
import { describe, isOff, reject, type Reader } from "../base/reader.ts";
import { routeBuffering, type RouteBuffering } from "../buffering/options.ts";
import { bufferSwitch, routeBufferSchema } from "../buffering/schema.ts";
import type { ErrorPages } from "../exchange/error-pages.ts";
import type { Action, RoutePlan } from "../exchange/plan.ts";
import { isToken } from "../http/fields.ts";
import type { BandwidthOptions } from "../limits/options.ts";
import { routeLimitsSchema } from "../limits/schema.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import type { FieldRules, Hooks, PathMapping } from "../rewriting/options.ts";
import { redirectSchema } from "../rewriting/redirect-schema.ts";
import { headersSchema, mappingSchema, nearerFieldRules } from "../rewriting/schema.ts";
import { upstreamTimeouts, type UpstreamTimeouts } from "../upstream/options.ts";
import { proxySchema, upstreamTimeoutsSchema } from "../upstream/schema.ts";
import { readAccess } from "./access.ts";
import { readErrorPages } from "./error-pages.ts";
import { readHooks } from "./hooks.ts";
import { readMaintenance } from "./maintenance.ts";
import type { Place } from "./place.ts";
import type { PlacedPool, Pools } from "./pools.ts";
import { compileRespond } from "./responds.ts";
import { actionKeys, roomKeys } from "./site-schema.ts";

/** What the rooms were told, from far to near. */
export interface RoomWishes {
  /** undefined: everybody gets in. */
  readonly access: AccessOptions | undefined;
  readonly maintenance: MaintenanceOptions | undefined;
  readonly bodyBytesMax: number;
  readonly buffering: RouteBuffering;
  readonly bandwidth: BandwidthOptions | undefined;
  /** Of `defaults`: farther away than what a pool says itself. */
  readonly farTimeouts: Partial<UpstreamTimeouts>;
  readonly timeouts: Partial<UpstreamTimeouts>;
  readonly fieldRules: FieldRules;
  readonly hooks: Hooks | undefined;
  readonly mapping: PathMapping | undefined;
  readonly errorPages: ErrorPages | undefined;
}

const noWishes: RoomWishes = {
  access: undefined,
  maintenance: undefined,
  bodyBytesMax: 0,
  buffering: routeBuffering,
  bandwidth: undefined,
  farTimeouts: {},
  timeouts: {},
  fieldRules: { request: [], response: [] },
  hooks: undefined,
  mapping: undefined,
  errorPages: undefined,
};

/** What `defaults` says, for every site; `errorPages` are those of the whole program. */
export function readDefaults(place: Place, errorPages: ErrorPages | undefined): RoomWishes {
  const outermost = { ...noWishes, errorPages };
  if (!place.isThere) return outermost;
  place.hasKeys(roomKeys);
  const { timeouts, ...wishes } = readRooms(place, outermost);
  return { ...wishes, farTimeouts: timeouts, timeouts: {} };
}

export function readRooms(place: Place, outer: RoomWishes): RoomWishes {
  const limits = optional(place.at("limits"), (at) => at.parse(routeLimitsSchema));
  const timeouts = optional(place.at("timeouts"), (at) => at.parse(upstreamTimeoutsSchema));
  const headers = optional(place.at("headers"), (at) => at.parse(headersSchema));
  const mapping = place.parse(mappingSchema);
  return {
    access: readAccess(place.at("access"), outer.access),
    maintenance: readMaintenance(place.at("maintenance"), outer.maintenance),
    bodyBytesMax: limits?.bodyBytesMax ?? outer.bodyBytesMax,
    buffering: { ...outer.buffering, ...readBuffering(place.at("buffer")) },
    // The same object for all who inherit it: what they have together is counted by it.
    bandwidth: limits?.bandwidth === undefined ? outer.bandwidth : (limits.bandwidth ?? undefined),
    farTimeouts: outer.farTimeouts,
    timeouts: { ...outer.timeouts, ...timeouts },
    fieldRules:
      headers === undefined ? outer.fieldRules : nearerFieldRules(outer.fieldRules, headers),
    hooks: readHooks(place.at("hooks"), outer.hooks),
    mapping: mapping ?? outer.mapping,
    errorPages: readErrorPages(place.at("errors"), outer.errorPages),
  };
}

function readBuffering(place: Place): Partial<RouteBuffering> | undefined {
  if (!place.isThere) return undefined;
  return place.isMap ? place.parse(routeBufferSchema) : place.read(bufferSwitch);
}

function optional<T>(place: Place, read: (place: Place) => T | undefined): T | undefined {
  return place.isThere ? read(place) : undefined;
}

/** An action that waits for what its route says about time. */
export interface UnfinishedAction {
  finish(rooms: RoomWishes): Action;
  /** Where it leads, for the banner. */
  readonly label: string;
}

/** The one action of a site or a route; undefined: it is wrong, and that was said. */
export function readAction(place: Place, pools: Pools): UnfinishedAction | "none" | undefined {
  const [first, ...others] = actionKeys.filter((key) => place.at(key).isThere);
  if (first === undefined) return "none";
  for (const other of others) {
    const message = `\`${first}\` and \`${other}\` do not go together: a route does one thing`;
    const beside = [{ step: first, message: "the other one" }];
    const help = "keep one of them, or write two routes";
    reject(place.at(other), { kind: "together", message, help, beside, onKey: true });
  }
  const at = place.at(first);
  switch (first) {
    case "proxy":
      return readProxy(at, pools);
    case "redirect": {
      const options = at.parse(redirectSchema);
      return options && fixed({ type: "redirect", ...options }, `redirect ${options.status}`);
    }
    case "respond": {
      const action = compileRespond(at);
      return action && fixed(action, `respond ${action.status}`);
    }
  }
}

const fixed = (action: Action, label: string): UnfinishedAction => ({
  finish: () => action,
  label,
});

/** Where a site that is guarded leads nowhere: only those whom it lets in are told so. */
export const nothingThere: UnfinishedAction = fixed({ type: "nothing" }, "nothing");

const usualUpgrades: readonly string[] = ["websocket"];

/** An upstream, a pool's name, several of them, or a map with `to`. */
export function readProxy(place: Place, pools: Pools): UnfinishedAction | undefined {
  if (!place.isMap) {
    const pool = pools.find(place, {});
    return pool && proxyTo(pool, {}, usualUpgrades);
  }
  const wishes = place.parse(proxySchema);
  const to = place.at("to");
  if (!to.isThere) {
    const help = 'to: "localhost:3000", a list of upstreams, or a pool\'s name';
    reject(place, { kind: "missing", message: "want `to`, where requests go", help, onKey: true });
  }
  const upgrades = optional(place.at("upgrade"), (at) => at.read(upgradeList)) ?? usualUpgrades;
  const pool = to.isThere ? pools.find(to, wishes ?? {}) : undefined;
  for (const key of ["keepAlive", "proxyProtocol"] as const) {
    if (wishes?.[key] === undefined || pool === undefined || !isPoolName(to.value)) continue;
    const message = `it belongs to the pool ${describe(to.value)} itself`;
    reject(place.at(key), { kind: "together", message, onKey: true });
  }
  return pool && wishes && proxyTo(pool, wishes.timeouts ?? {}, upgrades);
}

const isPoolName = (to: unknown): boolean => typeof to === "string" && /^[^.:/]+$/.test(to);

function proxyTo(
  pool: PlacedPool,
  nearest: Partial<UpstreamTimeouts>,
  upgrades: readonly string[],
): UnfinishedAction {
  const finish = ({ farTimeouts, timeouts }: RoomWishes): Action => ({
    type: "proxy",
    pool: pool.index,
    timeouts: { ...upstreamTimeouts, ...farTimeouts, ...pool.timeouts, ...timeouts, ...nearest },
    upgrades,
  });
  return { finish, label: pool.label };
}

/** A protocol in which rules see nothing is no upgrade but a way around them (threat 106). */
const upgradeList: Reader<readonly string[]> = (value, reporter) => {
  if (isOff(value)) return [];
  const list: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  const names = list.map((name) => (typeof name === "string" ? name.toLowerCase() : ""));
  for (const [at, name] of names.entries()) {
    const isProtocol = name.split("/").every(isToken);
    if (isProtocol && !/^(?:h2c?|h3|https?|tls)(?:\/|$)/.test(name)) continue;
    const message = isProtocol
      ? `upgrades to ${name} are never passed on: they would lead around every rule`
      : `want a protocol such as websocket, or off; found ${describe(list[at])}`;
    return reject(reporter, { message });
  }
  return names;
};

export function finishRoute(name: string, action: UnfinishedAction, rooms: RoomWishes): RoutePlan {
  const { request, response } = rooms.fieldRules;
  const finished = action.finish(rooms);
  return {
    name,
    row: 0,
    action: finished,
    access: rooms.access,
    maintenance: rooms.maintenance,
    bodyBytesMax: rooms.bodyBytesMax,
    buffering: rooms.buffering,
    bandwidth: rooms.bandwidth,
    mapping: rooms.mapping,
    fieldRules: request.length + response.length === 0 ? undefined : rooms.fieldRules,
    hooks: finished.type === "proxy" ? rooms.hooks : undefined,
    errorPages: rooms.errorPages,
  };
}
