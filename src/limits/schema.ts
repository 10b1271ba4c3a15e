/** What a user writes under `limits` and, about clients, `timeouts`: read into the plan's form. */

import { z } from "zod";

import {
  byteCount,
  byteRate,
  defined,
  durationMs,
  wholeNumber,
  type Reader,
} from "../base/reader.ts";
import type { About } from "../base/shape.ts";
import type { ClientLimits, ClientTimeouts } from "./options.ts";

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
  })
  .transform((timeouts): ProgramTimeouts => ({
    client: defined<ClientTimeouts>({
      headMs: timeouts.head,
      keepAliveMs: timeouts.keepAlive,
      bodyGraceMs: timeouts.bodyGrace,
      bodyRateMin: timeouts.bodyRate,
      writeMs: timeouts.write,
      responseGraceMs: undefined,
      responseRateMin: undefined,
      tunnelMs: timeouts.tunnel,
    }),
    drainMs: timeouts.drain,
  }))
  .meta({ id: "ClientTimeoutsConfig", title: "Timeouts for clients" });

export interface RouteLimits {
  /** 0: no limit. */
  readonly bodyBytesMax: number;
}

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
  })
  .transform((limits) => defined<RouteLimits>({ bodyBytesMax: limits.body }))
  .meta({ id: "RouteLimitsConfig", title: "Limits of a route" });
