/** What may stand in `defaults`, a site and a route, described. */

import { fileShape, mapOf, off, oneOrMore, textShape, type Shape } from "../base/shape.ts";
import { routeBufferSchema } from "../buffering/schema.ts";
import { bandwidthMap, bandwidthRate, routeLimitsSchema } from "../limits/schema.ts";
import { retryAfterTime } from "../maintenance/schema.ts";
import { redirectMap, targetShape } from "../rewriting/redirect-schema.ts";
import { headersSchema, mappingShape } from "../rewriting/schema.ts";
import { matchShape } from "../routing/schema.ts";
import { upstreamTimeoutsSchema } from "../upstream/schema.ts";
import { accessMap, addresses } from "./access-schema.ts";
import {
  described,
  either,
  keysOf,
  listOf,
  mapWith,
  named,
  required,
  value,
  what,
  type Described,
} from "./described.ts";

import { pooledShape, proxyTargets, proxyTo, upstreamOrPool } from "./pool-schema.ts";

/** The status that a page is for, or a class of them. */
const pageKey = /^[45](?:xx|[0-9]{2})$/;

export const errorPages = either(named("a status or a class", what(fileShape), pageKey), what(off));

const maintenanceShape = {
  retryAfter: value(retryAfterTime.shape, {
    description: "What `Retry-After` says. Without it there is no such field.",
    examples: ["10m"],
  }),
  allow: described(addresses, {
    description: "Clients that pass as usual.",
    examples: [["10.0.0.0/8"]],
  }),
  while: value(fileShape, {
    description:
      "It lasts only while this file is there, which is looked for once a second. Its name " +
      "starts from the config's folder.",
    examples: ["maintenance.on"],
  }),
};

const maintenanceMap = mapWith(maintenanceShape, {
  id: "MaintenanceConfig",
  title: "Closed for a while",
});

/** Functions have no words in a schema: only the types tell of them. */
function hook(type: "RequestHook" | "ResponseHook"): Described {
  const run = `import("../rewriting/hooks.ts").${type}`;
  const withCacheable = `{ readonly run: ${run}; readonly cacheable?: boolean | undefined }`;
  return either(
    what({ typescript: run, called: "a function" }),
    what({ typescript: withCacheable, called: "a map of `run` and `cacheable`" }),
    what(off),
  );
}

const hooksShape = {
  request: described(hook("RequestHook"), {
    description: "Sees a request before it is sent on.",
    examples: ["off"],
  }),
  response: described(hook("ResponseHook"), {
    description: "Sees an upstream's answer before it goes to the client.",
    examples: ["off"],
  }),
};

const hooksMap = mapWith(hooksShape, { id: "HooksConfig", title: "Hooks" });

const routeLimitsMap = mapWith(
  {
    ...routeLimitsSchema.in.shape,
    bandwidth: described(either(what(bandwidthRate.shape), bandwidthMap), {
      description:
        "How fast answers go at most: a rate for each answer, or a map. The nearest place wins " +
        "as a whole; `off` lifts what is said outside.",
      default: "off",
      examples: ["1MB/s", { response: "1MB/s", after: "10MB", client: "5MB/s" }],
    }),
  },
  { id: "RouteLimitsConfig", title: "Limits of a route" },
);

/** Keys that may stand in `defaults`, too. */
const roomShape = {
  access: described(either(accessMap, what(off)), {
    description:
      "Who gets in. The nearest place wins, key by key; `off` lifts all that is said outside.",
    examples: [{ allow: ["10.0.0.0/8"] }, "off"],
  }),
  maintenance: described(either(maintenanceMap, what({ enum: ["on", true] }), what(off)), {
    description:
      "Closed for a while: 503 for everybody, or for all but some. The nearest place wins as a " +
      "whole; `off` lifts what is said outside.",
    examples: [true, { retryAfter: "10m", allow: ["10.0.0.0/8"] }, "off"],
  }),
  buffer: described(either(routeBufferSchema, what({ enum: ["on", true] }), what(off)), {
    description:
      "How much is kept for slow clients and of slow uploads, so that they hold no upstream. The " +
      "nearest place wins, key by key; `off` is for both.",
    default: "on",
    examples: [{ request: "off" }, { response: "10MiB" }, "off"],
  }),
  limits: described(routeLimitsMap, {
    description: "How much a request may bring, and how fast its answer may go.",
    examples: [{ body: "10MB" }, { bandwidth: "1MB/s" }],
  }),
  timeouts: described(upstreamTimeoutsSchema, {
    description:
      "How long upstreams are waited for. The `proxy` map, the route, the site, the pool and " +
      "`defaults` are asked in this order, key by key.",
    examples: [{ firstByte: "10s" }],
  }),
  headers: described(headersSchema, {
    description:
      "Rules for the fields of requests and answers, whose values may hold placeholders such as " +
      "`$host`. The nearest place wins, by field.",
    examples: [{ response: { set: { "x-content-type-options": "nosniff" } } }],
  }),
  errors: described(errorPages, {
    description:
      "Pages for people when something failed, by status or class: files of HTML beside the " +
      "config. The nearest place that names the status wins; `off` lifts what is said outside.",
    examples: [{ "5xx": "sorry.html" }, "off"],
  }),
  hooks: described(either(hooksMap, what(off)), {
    description:
      "Functions that see requests and answers on their way, and change them or answer in their " +
      "place: only a config in code has them. The nearest place wins, key by key.",
    examples: ["off"],
  }),
};

const usualUpgrades: Shape = { type: "string", pattern: "^[^\\s,]+$", called: "a protocol" };

const proxyMap = mapWith(
  {
    to: required(proxyTo, {
      description: "An upstream, a list of them, or the name of a pool.",
      examples: [["localhost:3000", "localhost:3001"]],
    }),
    ...pooledShape,
    upgrade: value(
      { anyOf: [...(oneOrMore(usualUpgrades).anyOf ?? []), off] },
      {
        description: "The protocols that may be switched to. `off`: none.",
        default: "websocket",
        examples: ["off", ["websocket"]],
      },
    ),
  },
  { id: "ProxyConfig", title: "A proxy" },
);

const finalStatus: Shape = {
  type: "integer",
  minimum: 200,
  maximum: 599,
  called: "a status from 200 to 599",
};

const respondShape = {
  status: value(finalStatus, {
    description: "The status of the answer.",
    default: 200,
    examples: [503],
  }),
  headers: value(mapOf("a field's name", textShape), {
    description: "Fields of the answer.",
    examples: [{ "retry-after": "120" }],
  }),
  body: value(
    { type: "string", called: "text" },
    { description: "The body of the answer, as text.", examples: ["Nothing here."] },
  ),
  file: value(fileShape, {
    description:
      "A file with the body, at most 10 MB large. Its name starts from the config's folder, and " +
      "it is read at start.",
    examples: ["sorry.html"],
  }),
};

const respondMap = mapWith(respondShape, { id: "RespondConfig", title: "An answer of our own" });

const actionShape = {
  proxy: described(either(proxyTargets, proxyMap), {
    description: "Sends requests to an upstream, to one of several, or to a pool by its name.",
    examples: ["localhost:3000", ["localhost:3000", "localhost:3001"], { to: "localhost:3000" }],
  }),
  redirect: described(either(what(targetShape), redirectMap), {
    description: "Sends the client somewhere else: a target with placeholders, or a map.",
    examples: ["https://example.com$uri", { to: "/moved", status: 301 }],
  }),
  respond: described(either(what({ type: "string" }), what(finalStatus), respondMap), {
    description: "Answers by itself: a text, a status, or a map.",
    examples: ["ok", 410, { status: 503, body: "Back soon." }],
  }),
};

const routeShape = { ...matchShape, ...roomShape, ...mappingShape, ...actionShape };

const routeMap = mapWith(routeShape, { id: "RouteConfig", title: "A route" });

const siteShape = {
  ...roomShape,
  ...mappingShape,
  ...actionShape,
  routes: described(listOf(routeMap), {
    description:
      "Routes; the most specific one that fits answers. What none of them takes goes where the " +
      "site itself leads.",
    examples: [[{ path: "/api/*", proxy: "localhost:4000" }, { proxy: "localhost:3000" }]],
  }),
};

const siteMap = mapWith(siteShape, { id: "SiteConfig", title: "A site" });

/** `sites`: hosts, and an upstream, a pool's name or a map for each. */
export const sites = named("a host", either(what(upstreamOrPool), siteMap));

export const defaultsMap = mapWith(roomShape, {
  id: "DefaultsConfig",
  title: "What every site has",
});

export const roomKeys = keysOf(roomShape);
export const mappingKeys = keysOf(mappingShape);
export const actionKeys = keysOf(actionShape);
export const routeKeys = keysOf(routeShape);
export const siteKeys = keysOf(siteShape);
export const respondKeys = keysOf(respondShape);
export const maintenanceKeys = keysOf(maintenanceShape);
export const hooksKeys = keysOf(hooksShape);
