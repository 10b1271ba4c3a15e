/**
 * The whole config, described once: every key with what may stand there and what it is for. What
 * `compile` knows of keys comes from here, and so do the schema for editors, the types and the
 * reference (`node test/config/generated.ts --write`).
 *
 * It is not what a config is read with: readers see more than a schema can say, and tell it better.
 * Where a room reads a map itself, its `schema.ts` is the description; `site-schema.ts` and others
 * have what only the compiler reads.
 */

import { fileShape, off, oneOrMore, type Shape } from "../base/shape.ts";
import { bufferSchema } from "../buffering/schema.ts";
import { clientLimitsSchema, programTimeoutsSchema } from "../limits/schema.ts";
import { accessMap as accessLogMap, logsSchema } from "../observe/schema.ts";
import { forwardedSchema } from "../rewriting/schema.ts";
import { addressShape } from "./access-schema.ts";
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
} from "./described.ts";
import { pools } from "./pool-schema.ts";
import { defaultsMap, errorPages, sites } from "./site-schema.ts";

const port: Shape = { type: "integer", minimum: 0, maximum: 65_535, called: "a port" };

const listenAddress: Shape = {
  type: "string",
  pattern: String.raw`^(?:unix:/.+|fd:.+|(?:[^/]*:)?\d{1,5})$`,
  called: "an address",
};

const portOrAddress: Shape = { anyOf: [port, listenAddress] };

const listenerShape = {
  proxyProtocol: value(
    { type: "boolean" },
    {
      description:
        "Whether a balancer in front says first who its client is (PROXY protocol, versions 1 " +
        "and 2). Only peers in `trust` may connect then.",
      default: false,
      examples: [true],
    },
  ),
};

const listenerMap = mapWith(listenerShape, { id: "ListenerConfig", title: "A listener" });

const listen = either(
  what(port),
  what(listenAddress),
  listOf(what(portOrAddress)),
  named("an address", either(listenerMap, what({ type: "null" }))),
);

const logsMap = mapWith(
  {
    ...logsSchema.in.shape,
    access: described(either(accessLogMap, what({ enum: ["on", true] }), what(off)), {
      description: "A line for each exchange.",
      default: "on",
      examples: [{ file: "access.log", format: "json" }, "off"],
    }),
  },
  { id: "LogsConfig", title: "Logs" },
);

const topShape = {
  admin: value(
    { anyOf: [listenAddress, off] },
    {
      description:
        "The socket at which `foregate status`, `reload` and others reach the running program: " +
        "`unix:/path`. Without it, it lies in a folder of its own under `/run/foregate`, " +
        "`$RUNTIME_DIRECTORY` or `$XDG_RUNTIME_DIR/foregate`.",
      examples: ["unix:/run/foregate/admin.sock", "off"],
    },
  ),
  buffer: described(bufferSchema, {
    description:
      "How much room there is for bodies that wait for slow clients and of slow uploads.",
    examples: [{ memory: "512MiB", disk: "20GiB", directory: "/var/cache" }],
  }),
  compat: value(
    {
      type: "string",
      pattern: String.raw`^\d{4}-(?:0[1-9]|1[0-2])$`,
      called: "a year and a month",
    },
    {
      description: "Whose defaults are meant: accepted, and pins nothing yet.",
      examples: ["2026-11"],
    },
  ),
  defaults: described(defaultsMap, {
    description: "What holds for every site that does not say otherwise.",
    examples: [{ limits: { body: "10MB" } }],
  }),
  errors: described(errorPages, {
    description: "Pages for people when something failed, for every site and where there is none.",
    examples: [{ 404: "sorry.html", "5xx": "sorry.html" }],
  }),
  forwarded: described(forwardedSchema, {
    description: "`true` also writes the field `Forwarded` (RFC 7239) for upstreams.",
    default: false,
    examples: [true],
  }),
  include: value(oneOrMore(fileShape), {
    description:
      "Other files with `sites`, `pools` and `include`, or patterns such as `conf.d/*.yaml`. " +
      "Their names start from the folder of the file that they stand in.",
    examples: ["conf.d/*.yaml"],
  }),
  limits: described(clientLimitsSchema, {
    description: "How much clients may take.",
    examples: [{ connections: 50_000, head: "64KiB" }],
  }),
  listen: described(listen, {
    description:
      "Where clients come in: a port, an address, a socket (`unix:/path`), one that the program " +
      "was started with (`fd:3`, or `fd:web` by its name), a list of them, or a map from address " +
      "to options. A port alone means every address.",
    default: ":8080",
    examples: [[8080, "127.0.0.1:8081"], "unix:/run/foregate/http.sock", { ":8080": {} }],
  }),
  logs: described(logsMap, {
    description: "What is told of the work, and where.",
    examples: [{ access: { file: "access.log" } }],
  }),
  metrics: value(
    { anyOf: [port, listenAddress, off] },
    {
      description:
        "Where `/metrics`, `/livez` and `/readyz` are shown. A port alone is for this machine " +
        "only.",
      default: "off",
      examples: [9090, "10.0.0.1:9090"],
    },
  ),
  pools: described(pools, {
    description: "Upstreams by a name of your own: one, a list of them, or a map.",
    examples: [{ api: ["10.0.0.11:8080", "10.0.0.12:8080"], web: { to: "localhost:3000" } }],
  }),
  sites: required(sites, {
    description:
      'Hosts (`example.com`, `"*.example.com"`, `"*"` for any) and where their requests go: an ' +
      "upstream, the name of a pool, or a map.",
    examples: [{ "example.com": "localhost:3000", "*": { respond: 404 } }],
  }),
  timeouts: described(programTimeoutsSchema, {
    description: "How long clients are waited for, and a stop.",
    examples: [{ keepAlive: "30s", drain: "1m" }],
  }),
  trust: value(oneOrMore(addressShape), {
    description: "Peers whose `X-Forwarded-*` and `Forwarded` fields are believed.",
    examples: [["10.0.0.0/8", "fd00::/8"]],
  }),
  workers: value(
    { anyOf: [{ type: "integer", minimum: 1, maximum: 1_024 }, { enum: ["auto"] }] },
    {
      description: "Threads that move bytes. `auto`: one for each core that the program may use.",
      default: "auto",
      examples: [4],
    },
  ),
};

export const configSchema = mapWith(topShape, { id: "Config", title: "The config" });

export const topKeys: readonly string[] = keysOf(topShape);

/** Where each file adds its own. Everything else is said once, in the main file. */
export const includedKeys: readonly string[] = ["include", "pools", "sites"];

export const listenerKeys = keysOf(listenerShape);
