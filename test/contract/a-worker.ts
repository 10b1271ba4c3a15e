/** The services that connections need, and a plan that asks for nothing, for tests of legs. */

import { Clock } from "../../src/base/clock.ts";
import { Wheel } from "../../src/base/wheel.ts";
import { IpSet } from "../../src/base/ip-set.ts";
import { bufferOptions } from "../../src/buffering/options.ts";
import type { Plan, RoutePlan } from "../../src/exchange/plan.ts";
import { clientLimits, clientTimeouts } from "../../src/limits/options.ts";
import { newCounters } from "../../src/observe/counters.ts";
import { createRouter } from "../../src/routing/router.ts";
import { FlushList } from "../../src/transport/flush-list.ts";
import type { Services } from "../../src/upstream/services.ts";
import type { MemoryTransport } from "../support/memory-transport.ts";

export const emptyPlan: Plan = {
  listeners: [],
  router: createRouter<RoutePlan>([]),
  pools: [],
  trust: IpSet.of([]),
  limits: clientLimits,
  timeouts: clientTimeouts,
  buffer: bufferOptions,
  forwarded: { rfc7239: false },
  accessLog: undefined,
  errorPages: undefined,
  metrics: undefined,
  switchFiles: [],
  drainMs: 0,
  drainDelayMs: 0,
};

export function servicesOver(transport: MemoryTransport): Services {
  return {
    transport,
    wheel: new Wheel(0),
    clock: new Clock(0, 0),
    counters: newCounters(),
    flushes: new FlushList(setImmediate, transport.onFault),
  };
}
