/**
 * `metrics`: where they are shown. Unlike in `listen`, a port alone is one of this machine only:
 * what is told there is for whoever runs the proxy.
 */

import { describe, isOff, reject, type Reader } from "../base/reader.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import type { RoutePlan } from "../exchange/plan.ts";
import { LabelRows, type Labels } from "../observe/label-rows.ts";
import type { SiteOptions } from "../routing/options.ts";
import { readListenAddress, type PlacedListener } from "./listeners.ts";
import type { Place } from "./place.ts";

/** Empty: none are asked for, or it is wrong, and that was said. */
export function compileMetrics(
  place: Place,
  taken: readonly PlacedListener[],
): readonly PlacedListener[] {
  const found = place.isThere ? (place.read(metricsAddress) ?? []) : [];
  const clash = taken.find(({ options }) => found.some((own) => isSame(own, options)));
  if (clash === undefined) {
    return found.map((options) => ({ options, key: "metrics", writtenAt: place.writtenAt }));
  }
  const message = `clients are listened for on ${clash.options.label}`;
  const help = "give the metrics a port of their own, such as 9090";
  reject(place, { kind: "together", message, help });
  return [];
}

const metricsAddress: Reader<readonly ListenOptions[]> = (value, reporter) => {
  if (isOff(value)) return [];
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") {
    const want = 'want a port, "host:port", "unix:/path" or off';
    return reject(reporter, { message: `${want}, found ${describe(value)}` });
  }
  const read = readListenAddress(text);
  if ("message" in read) return reject(reporter, read);
  if (read.passed !== undefined) {
    const message = "a socket that the program was started with is for clients, not for metrics";
    return reject(reporter, {
      message,
      help: "give the metrics a port of their own, such as 9090",
    });
  }
  return /^\d+$/.test(text) ? onLoopback(read.port) : [read];
};

const onLoopback = (port: number): readonly ListenOptions[] => [
  { label: `127.0.0.1:${port}`, host: "127.0.0.1", port, socketPath: undefined },
  { label: `[::1]:${port}`, host: "::1", port, socketPath: undefined },
];

/** Whether the second could not be had beside the first. Port 0 is another one each time. */
function isSame(one: ListenOptions, other: ListenOptions): boolean {
  if (one.socketPath !== undefined) return one.socketPath === other.socketPath;
  if (other.socketPath !== undefined || other.passed !== undefined) return false;
  if (one.port !== other.port || one.port === 0) return false;
  return (
    isEvery(one) || isEvery(other) || namesOf(one).some((name) => namesOf(other).includes(name))
  );
}

const isEvery = ({ host }: ListenOptions): boolean =>
  host === undefined || host === "0.0.0.0" || host === "::";

const namesOf = ({ host = "" }: ListenOptions): readonly string[] =>
  host.toLowerCase() === "localhost" ? ["127.0.0.1", "::1"] : [host];

type Sites = readonly SiteOptions<RoutePlan>[];

/** The same sites, each of whose routes knows its row, and what the rows are called. */
export function withRows(sites: Sites): {
  readonly sites: Sites;
  readonly routes: readonly Labels[];
} {
  const rows = new LabelRows();
  rows.rowOf(["", ""]);
  const numbered = sites.map(({ host, routes }) => ({
    host,
    routes: routes.map(({ match, route }) => ({
      match,
      route: { ...route, row: rows.rowOf([host, route.name]) },
    })),
  }));
  return { sites: numbered, routes: rows.all };
}
