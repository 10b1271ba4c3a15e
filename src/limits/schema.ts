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
import type { ClientLimits, ClientTimeouts } from "./options.ts";

const key = <T>(reader: Reader<T>) => z.unknown().transform(reader).optional();

/** Far above what one worker can hold: a typing error, not a limit. */
const countMax = 10_000_000;

export const clientLimitsSchema = z
  .strictObject({
    connections: key(wholeNumber({ min: 0, max: countMax })),
    exchanges: key(wholeNumber({ min: 0, max: countMax })),
    head: key(byteCount({ min: "1KiB", max: "16MiB" })),
    field: key(byteCount({ min: "256B", max: "16MiB" })),
    fields: key(wholeNumber({ min: 8, max: 100_000 })),
    target: key(byteCount({ min: "256B", max: "16MiB" })),
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
  );

export interface ProgramTimeouts {
  readonly client: Partial<ClientTimeouts>;
  readonly drainMs: number | undefined;
}

export const programTimeoutsSchema = z
  .strictObject({
    head: key(durationMs({ min: "100ms", max: "1h" })),
    keepAlive: key(durationMs({ min: "100ms", max: "1d" })),
    bodyGrace: key(durationMs({ min: "100ms", max: "1h" })),
    bodyRate: key(byteRate({ min: "1B/s", max: "1GB/s" })),
    write: key(durationMs({ min: "100ms", max: "1d" })),
    tunnel: key(durationMs({ min: "100ms", max: "30d" })),
    drain: key(durationMs({ min: "0s", max: "1d" })),
  })
  .transform((timeouts): ProgramTimeouts => ({
    client: defined<ClientTimeouts>({
      headMs: timeouts.head,
      keepAliveMs: timeouts.keepAlive,
      bodyGraceMs: timeouts.bodyGrace,
      bodyRateMin: timeouts.bodyRate,
      writeMs: timeouts.write,
      tunnelMs: timeouts.tunnel,
    }),
    drainMs: timeouts.drain,
  }));

export interface RouteLimits {
  /** 0: no limit. */
  readonly bodyBytesMax: number;
}

/** `off` lifts what `defaults` or the site says. */
export const routeLimitsSchema = z
  .strictObject({ body: key(byteCount({ min: "1B", max: "8TB", off: true })) })
  .transform((limits) => defined<RouteLimits>({ bodyBytesMax: limits.body }));
