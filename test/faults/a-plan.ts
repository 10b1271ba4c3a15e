/** Plans for tests that need no config: everything goes to one pool. */

import { bufferOptions, routeBuffering } from "../../src/buffering/options.ts";
import { IpSet } from "../../src/base/ip-set.ts";
import type { Plan, RoutePlan } from "../../src/exchange/plan.ts";
import { clientLimits, clientTimeouts } from "../../src/limits/options.ts";
import { createRouter } from "../../src/routing/router.ts";
import { keepAlive, upstreamTimeouts } from "../../src/upstream/options.ts";

/** Any host, any path. */
const everything = { path: undefined, host: undefined, methods: [], fields: [], query: [] };

/** A worker that listens on a free port of 127.0.0.1 and passes all to these ports there. */
export function planFor(
  upstreamPorts: readonly number[],
  change: Partial<Plan> = {},
  routeChange: Partial<RoutePlan> = {},
): Plan {
  const route: RoutePlan = {
    name: "all",
    row: 0,
    action: { type: "proxy", pool: 0, timeouts: upstreamTimeouts, upgrades: ["websocket"] },
    bodyBytesMax: 0,
    // Bodies are streamed: what is collected has tests of its own.
    buffering: { ...routeBuffering, requestBytesMax: 0 },
    bandwidth: undefined,
    mapping: undefined,
    access: undefined,
    maintenance: undefined,
    errorPages: undefined,
    fieldRules: undefined,
    hooks: undefined,
    ...routeChange,
  };
  return {
    listeners: [{ label: "test", host: "127.0.0.1", port: 0, socketPath: undefined }],
    router: createRouter([{ host: "*", routes: [{ match: everything, route }] }]),
    pools: [
      {
        name: "pool",
        upstreams: upstreamPorts.map((port) => ({
          label: `127.0.0.1:${port}`,
          host: "127.0.0.1",
          port,
          socketPath: undefined,
          basePath: "",
        })),
        timeouts: upstreamTimeouts,
        keepAlive,
      },
    ],
    trust: IpSet.of([]),
    limits: clientLimits,
    timeouts: clientTimeouts,
    buffer: bufferOptions,
    errorPages: undefined,
    forwarded: { rfc7239: false },
    accessLog: undefined,
    metrics: undefined,
    switchFiles: [],
    drainMs: 0,
    drainDelayMs: 0,
    ...change,
  };
}
