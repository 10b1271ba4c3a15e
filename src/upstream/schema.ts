/** What a user writes about pools and upstream timeouts, read into the plan's form. */

import { z } from "zod";

import {
  defined,
  describe,
  isOff,
  durationMs,
  oneOf,
  reject,
  shaped,
  wholeNumber,
  type Reader,
} from "../base/reader.ts";
import type { About, Shape } from "../base/shape.ts";
import {
  keepAlive,
  type KeepAlive,
  type UpstreamAddress,
  type UpstreamTimeouts,
} from "./options.ts";
import { upstreamAddress } from "./upstream-address.ts";

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

export const upstreamTimeoutsSchema = z
  .strictObject({
    connect: key(durationMs({ min: "10ms", max: "1h" }), {
      description: "From dialling until the connection to the upstream is ready.",
      default: "5s",
      examples: ["2s"],
    }),
    firstByte: key(durationMs({ min: "10ms", max: "1d" }), {
      description: "From the end of the request until the head of the upstream's answer.",
      default: "60s",
      examples: ["15s"],
    }),
    idle: key(durationMs({ min: "10ms", max: "1d", off: true }), {
      description:
        "Silence inside an answer. `off` waits for ever, as event streams and upgrades do anyway.",
      default: "60s",
      examples: ["5m", "off"],
    }),
  })
  .transform((timeouts) =>
    defined<UpstreamTimeouts>({
      connectMs: timeouts.connect,
      firstByteMs: timeouts.firstByte,
      idleMs: timeouts.idle,
    }),
  )
  .meta({ id: "UpstreamTimeoutsConfig", title: "Timeouts for upstreams" });

/** A switch grows to a map. */
const asMap: Reader<unknown> = (value, reporter) => {
  if (isOff(value)) return { max: 0 };
  if (value === "on" || value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  return reject(reporter, { message: `want a map or off, found ${describe(value)}` });
};

export const keepAliveMap = z
  .strictObject({
    max: key(wholeNumber({ min: 0, max: 100_000 }), {
      description: "Idle connections that are kept for each upstream.",
      default: 1_024,
      examples: [64],
    }),
    idle: key(durationMs({ min: "1ms", max: "1d" }), {
      description: "How long an idle connection is kept: less than the upstream keeps it.",
      default: "4s",
      examples: ["55s"],
    }),
    age: key(durationMs({ min: "1s", max: "30d" }), {
      description: "How old a connection may get.",
      default: "1h",
      examples: ["10m"],
    }),
    fresh: key(durationMs({ min: "0ms", max: "1d" }), {
      description:
        "A request that may not be repeated takes a connection used within this time, or a new " +
        "one.",
      default: "1s",
      examples: ["500ms"],
    }),
  })
  .transform((keys): KeepAlive => ({
    idleMax: keys.max ?? keepAlive.idleMax,
    idleMs: keys.idle ?? keepAlive.idleMs,
    ageMs: keys.age ?? keepAlive.ageMs,
    freshMs: keys.fresh ?? keepAlive.freshMs,
  }))
  .meta({ id: "KeepAliveConfig", title: "Connections that are kept" });

export const keepAliveSchema = z.unknown().transform(asMap).pipe(keepAliveMap);

export const upstreamMap = z
  .strictObject({
    url: z
      .unknown()
      .transform(upstreamAddress)
      .meta({
        ...upstreamAddress.shape,
        description: "Where it is: what an upstream's text alone would say.",
        examples: ["http://10.0.0.11:8080/app"],
      } satisfies About),
  })
  .transform(({ url }) => url)
  .meta({ id: "UpstreamConfig", title: "An upstream's map" });

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

const proxyProtocolShape: Shape = { enum: ["v1", "v2", "off", false] };

/** 0 for `off`. */
const proxyProtocol = shaped(proxyProtocolShape, (value, reporter): 0 | 1 | 2 => {
  if (isOff(value)) return 0;
  if (value === "v1" || value === "v2") return value === "v1" ? 1 : 2;
  const message = `want v1, v2 or off, found ${describe(value)}`;
  const isSwitch = value === true || value === "on";
  const help = isSwitch ? "v2, unless the upstream reads only v1" : undefined;
  const hint = value === 1 || value === 2 ? `write v${value}` : undefined;
  return reject(reporter, { message, help, hint });
});

const poolKeys = {
  balance: key(oneOf(["round-robin"], laterBalances), {
    description: "Which upstream gets the next request: `round-robin` takes them in turn.",
    default: "round-robin",
    examples: ["round-robin"],
  }),
  keepAlive: keepAliveSchema.optional(),
  timeouts: upstreamTimeoutsSchema.optional(),
  proxyProtocol: key(proxyProtocol, {
    description:
      "Each connection begins with the client's address (PROXY protocol, version 1 or 2), and is " +
      "never used for another client.",
    default: "off",
    examples: ["v2"],
  }),
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
