/** What a user writes under `limits` and, about clients, `timeouts`: read into the plan's form. */

import { z } from "zod";

import {
  byteCount,
  byteRate,
  defined,
  describe,
  durationMs,
  isOff,
  reject,
  wholeNumber,
  type Reader,
} from "../base/reader.ts";
import type { About } from "../base/shape.ts";
import type { BandwidthOptions, ClientLimits, ClientTimeouts } from "./options.ts";

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

/** Far above what one worker can hold: a typing error, not a limit. */
const countMax = 10_000_000;

export const clientLimitsSchema = z
  .strictObject({
    connections: key(wholeNumber({ min: 0, max: countMax }), {
      description: "Open client connections; more are closed at once. `0`: no limit.",
      default: 10_000,
      examples: [50_000],
    }),
    exchanges: key(wholeNumber({ min: 0, max: countMax }), {
      description: "Requests in flight; more are answered with 503. `0`: no limit.",
      default: 10_000,
      examples: [20_000],
    }),
    head: key(byteCount({ min: "1KiB", max: "16MiB" }), {
      description: "The request line and all fields together.",
      default: "32KiB",
      examples: ["64KiB"],
    }),
    field: key(byteCount({ min: "256B", max: "16MiB" }), {
      description: "One field line: its name, its value and what stands between them.",
      default: "16640B",
      examples: ["8KiB"],
    }),
    fields: key(wholeNumber({ min: 8, max: 100_000 }), {
      description: "How many field lines a request may have.",
      default: 128,
      examples: [200],
    }),
    target: key(byteCount({ min: "256B", max: "16MiB" }), {
      description: "The path and the query of a request.",
      default: "16KiB",
      examples: ["4KiB"],
    }),
  })
  .transform((limits) =>
    defined<ClientLimits>({
      connectionsMax: limits.connections,
      exchangesMax: limits.exchanges,
      headBytesMax: limits.head,
      fieldBytesMax: limits.field,
      fieldsMax: limits.fields,
      targetBytesMax: limits.target,
    }),
  )
  .meta({ id: "ClientLimitsConfig", title: "Limits for clients" });

export interface ProgramTimeouts {
  readonly client: Partial<ClientTimeouts>;
  readonly drainMs: number | undefined;
  readonly drainDelayMs: number | undefined;
}

export const programTimeoutsSchema = z
  .strictObject({
    head: key(durationMs({ min: "100ms", max: "1h" }), {
      description: "From the first byte of a request's head until its last.",
      default: "30s",
      examples: ["10s"],
    }),
    keepAlive: key(durationMs({ min: "100ms", max: "1d" }), {
      description: "Silence between two requests on one connection.",
      default: "75s",
      examples: ["30s"],
    }),
    bodyGrace: key(durationMs({ min: "100ms", max: "1h" }), {
      description: "How long a request body may take before its rate is looked at.",
      default: "10s",
      examples: ["30s"],
    }),
    bodyRate: key(byteRate({ min: "1B/s", max: "1GB/s" }), {
      description: "The slowest request body that is waited for once `bodyGrace` is over.",
      default: "500B/s",
      examples: ["1KB/s"],
    }),
    write: key(durationMs({ min: "100ms", max: "1d" }), {
      description: "A client that takes no byte of its answer for so long is gone.",
      default: "60s",
      examples: ["2m"],
    }),
    responseGrace: key(durationMs({ min: "1s", max: "1h" }), {
      description:
        "Over so much time in which an answer waited for its client, its rate is looked at.",
      default: "60s",
      examples: ["30s"],
    }),
    responseRate: key(byteRate({ min: "1B/s", max: "1GB/s", off: true }), {
      description:
        "The slowest client that is waited for: one that takes less of what waits for it is gone.",
      default: "250B/s",
      examples: ["1KB/s", "off"],
    }),
    tunnel: key(durationMs({ min: "100ms", max: "30d" }), {
      description: "Silence in both directions of a WebSocket or of another upgrade.",
      default: "1h",
      examples: ["8h"],
    }),
    drain: key(durationMs({ min: "0s", max: "1d" }), {
      description: "How long a stop waits for requests in flight.",
      default: "30s",
      examples: ["1m"],
    }),
    drainDelay: key(durationMs({ min: "0s", max: "10m" }), {
      description:
        "How long a stop goes on as before, but for `/readyz`, which says that it is not ready: " +
        "so that a balancer has seen it before doors close.",
      default: "0s",
      examples: ["5s"],
    }),
  })
  .transform((timeouts): ProgramTimeouts => ({
    client: defined<ClientTimeouts>({
      headMs: timeouts.head,
      keepAliveMs: timeouts.keepAlive,
      bodyGraceMs: timeouts.bodyGrace,
      bodyRateMin: timeouts.bodyRate,
      writeMs: timeouts.write,
      responseGraceMs: timeouts.responseGrace,
      responseRateMin: timeouts.responseRate,
      tunnelMs: timeouts.tunnel,
    }),
    drainMs: timeouts.drain,
    drainDelayMs: timeouts.drainDelay,
  }))
  .meta({ id: "ClientTimeoutsConfig", title: "Timeouts for clients" });

export interface RouteLimits {
  /** 0: no limit. */
  readonly bodyBytesMax: number;
  /** null: as fast as clients can. */
  readonly bandwidth: BandwidthOptions | null;
}

export const bandwidthRate = byteRate({ min: "1KB/s", max: "100GB/s", off: true });

export const bandwidthMap = z
  .strictObject({
    response: key(bandwidthRate, {
      description: "Each answer on its own.",
      default: "off",
      examples: ["1MB/s"],
    }),
    after: key(byteCount({ min: "1B", max: "1TiB" }), {
      description: "So much of each answer goes out before `response` holds, if it is there.",
      examples: ["10MB"],
    }),
    route: key(bandwidthRate, {
      description: "All answers of a route together.",
      default: "off",
      examples: ["50MB/s"],
    }),
    client: key(bandwidthRate, {
      description:
        "All answers to one client together: to an IPv4 address, or to an IPv6 network of 64 " +
        "bits. Routes that inherit this count together.",
      default: "off",
      examples: ["5MB/s"],
    }),
  })
  .transform((bandwidth): BandwidthOptions => ({
    responseRate: bandwidth.response ?? 0,
    freeBytes: bandwidth.after ?? 0,
    routeRate: bandwidth.route ?? 0,
    clientRate: bandwidth.client ?? 0,
  }))
  .meta({ id: "BandwidthConfig", title: "How fast answers go" });

/** A rate grows to a map; `off` is null, which no map can be. */
const asBandwidth: Reader<object | null> = (value, reporter) => {
  if (isOff(value)) return null;
  if (typeof value === "object" && value !== null) return value;
  if (typeof value === "string") return { response: value };
  const want = "want a rate, off or a map such as { client: 5MB/s }";
  return reject(reporter, { message: `${want}, found ${describe(value)}` });
};

/** `off` lifts what `defaults` or the site says. */
export const routeLimitsSchema = z
  .strictObject({
    body: key(byteCount({ min: "1B", max: "8TB", off: true }), {
      description:
        "The body of a request; a larger one is answered with 413. `off` lifts what is said " +
        "outside.",
      default: "off",
      examples: ["10MB", "off"],
    }),
    bandwidth: z.unknown().transform(asBandwidth).pipe(bandwidthMap.nullable()).optional(),
  })
  .transform((limits) =>
    defined<RouteLimits>({ bodyBytesMax: limits.body, bandwidth: limits.bandwidth }),
  )
  .meta({ id: "RouteLimitsConfig", title: "Limits of a route" });
