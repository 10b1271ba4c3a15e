/** What a user writes about pools and upstream timeouts, read into the plan's form. */

import { z } from "zod";

import {
  defined,
  describe,
  isOff,
  durationMs,
  oneOf,
  reject,
  wholeNumber,
  type Reader,
} from "../base/reader.ts";
import {
  keepAlive,
  type KeepAlive,
  type UpstreamAddress,
  type UpstreamTimeouts,
} from "./options.ts";
import { upstreamAddress } from "./upstream-address.ts";

const key = <T>(reader: Reader<T>) => z.unknown().transform(reader).optional();

export const upstreamTimeoutsSchema = z
  .strictObject({
    connect: key(durationMs({ min: "10ms", max: "1h" })),
    firstByte: key(durationMs({ min: "10ms", max: "1d" })),
    idle: key(durationMs({ min: "10ms", max: "1d", off: true })),
  })
  .transform((timeouts) =>
    defined<UpstreamTimeouts>({
      connectMs: timeouts.connect,
      firstByteMs: timeouts.firstByte,
      idleMs: timeouts.idle,
    }),
  );

/** A switch grows to a map. */
const asMap: Reader<unknown> = (value, reporter) => {
  if (isOff(value)) return { max: 0 };
  if (value === "on" || value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  return reject(reporter, { message: `want a map or off, found ${describe(value)}` });
};

export const keepAliveSchema = z
  .unknown()
  .transform(asMap)
  .pipe(
    z
      .strictObject({
        max: key(wholeNumber({ min: 0, max: 100_000 })),
        idle: key(durationMs({ min: "1ms", max: "1d" })),
        age: key(durationMs({ min: "1s", max: "30d" })),
        fresh: key(durationMs({ min: "0ms", max: "1d" })),
      })
      .transform((keys): KeepAlive => ({
        idleMax: keys.max ?? keepAlive.idleMax,
        idleMs: keys.idle ?? keepAlive.idleMs,
        ageMs: keys.age ?? keepAlive.ageMs,
        freshMs: keys.fresh ?? keepAlive.freshMs,
      })),
  );

const upstreamMap = z
  .strictObject({ url: z.unknown().transform(upstreamAddress) })
  .transform(({ url }) => url);

/** One upstream: text, or a map that will hold more than its `url` one day. */
const asUpstreamMap = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : { url: value };

const asList: Reader<unknown[]> = (value, reporter) => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length > 0) return list;
  return reject(reporter, { kind: "missing", message: "want at least one upstream, found none" });
};

export const upstreamsSchema = z
  .unknown()
  .transform(asList)
  .pipe(z.array(z.unknown().transform(asUpstreamMap).pipe(upstreamMap)));

const laterBalances = [
  "least-conn",
  "two-choices",
  "two-choices-ewma",
  "hash",
  "hash-bounded",
  "random",
  "first",
];

/** 0 for `off`. */
const proxyProtocol: Reader<0 | 1 | 2> = (value, reporter) => {
  if (isOff(value)) return 0;
  if (value === "v1" || value === "v2") return value === "v1" ? 1 : 2;
  const message = `want v1, v2 or off, found ${describe(value)}`;
  const isSwitch = value === true || value === "on";
  const help = isSwitch ? "v2, unless the upstream reads only v1" : undefined;
  const hint = value === 1 || value === 2 ? `write v${value}` : undefined;
  return reject(reporter, { message, help, hint });
};

const poolKeys = {
  balance: key(oneOf(["round-robin"], laterBalances)),
  keepAlive: keepAliveSchema.optional(),
  timeouts: upstreamTimeoutsSchema.optional(),
  proxyProtocol: key(proxyProtocol),
};

export const poolSchema = z.strictObject({ to: upstreamsSchema, ...poolKeys });

export interface PoolWishes {
  readonly to: readonly UpstreamAddress[];
  readonly keepAlive?: KeepAlive | undefined;
  readonly timeouts?: Partial<UpstreamTimeouts> | undefined;
  /** 0: none. */
  readonly proxyProtocol?: 0 | 1 | 2 | undefined;
}

/** A proxy action's own map: like a pool, but `to` may also name one, and upgrades are its own. */
export const proxySchema = z.strictObject({
  to: z.unknown().optional(),
  ...poolKeys,
  upgrade: z.unknown().optional(),
});
