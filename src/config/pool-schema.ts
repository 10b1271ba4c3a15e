/** What may stand for an upstream, several of them, and a pool, described. */

import { off, type Shape } from "../base/shape.ts";
import {
  keepAliveMap,
  poolSchema,
  upstreamMap,
  upstreamTimeoutsSchema,
} from "../upstream/schema.ts";
import { upstreamAddress } from "../upstream/upstream-address.ts";
import { described, either, keysOf, listOf, mapWith, named, required, what } from "./described.ts";

/** What cannot be taken for an upstream: no dot, no colon, no slash, and not only digits. */
export const poolNamePattern = /^(?!\d+$)[A-Za-z0-9_][A-Za-z0-9_-]*$/;

const poolName: Shape = {
  type: "string",
  pattern: poolNamePattern.source,
  called: "a pool's name",
};

const upstream = either(what(upstreamAddress.shape), upstreamMap);
const upstreamList = listOf(upstream);

/** An upstream as text, or a pool by its name. */
export const upstreamOrPool: Shape = { anyOf: [upstreamAddress.shape, poolName] };

/** Where a `proxy` leads, without a map of its own. */
export const proxyTargets = either(what(upstreamOrPool), upstreamList);

/** What its map has under `to`. */
export const proxyTo = either(what(upstreamOrPool), upstreamMap, upstreamList);

const { to: _, ...others } = poolSchema.shape;

/** What a pool and the map of a `proxy` have in common. */
export const pooledShape = {
  ...others,
  keepAlive: described(either(keepAliveMap, what({ enum: ["on", true] }), what(off)), {
    description: "Connections that are kept for later requests. `off` keeps none.",
    examples: [{ max: 64, idle: "55s" }, "off"],
  }),
  timeouts: described(upstreamTimeoutsSchema, {
    description: "How long its upstreams are waited for.",
    examples: [{ connect: "1s", firstByte: "30s" }],
  }),
};

const poolShape = {
  to: required(either(what(upstreamAddress.shape), upstreamMap, upstreamList), {
    description: "One upstream or a list of them.",
    examples: [["10.0.0.11:8080", "10.0.0.12:8080"]],
  }),
  ...pooledShape,
};

const poolMap = mapWith(poolShape, { id: "PoolConfig", title: "A pool" });

export const poolKeys = keysOf(poolShape);

/** `pools`: names, and an upstream, a list or a map for each. */
export const pools = named(
  "a pool's name",
  either(what(upstreamAddress.shape), upstreamList, poolMap),
  poolNamePattern,
);
