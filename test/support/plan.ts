/** Plans for tests: out of a config, as users write it, with what only tests may change. */

import assert from "node:assert/strict";

import { compileValue, readConfig } from "../../src/config/load.ts";
import { accessLogDefaults } from "../../src/observe/options.ts";
import type { Plan } from "../../src/exchange/plan.ts";

/** What a test may set beneath what a config allows: short times, small limits. */
export interface PlanChanges {
  readonly limits?: Partial<Plan["limits"]>;
  readonly timeouts?: Partial<Plan["timeouts"]>;
  readonly listeners?: Plan["listeners"];
  /** Bodies of requests are streamed, whatever the config says. */
  readonly streams?: boolean;
  /** No access log without it. */
  readonly accessLogFile?: string;
}

/** A free port of this machine. */
const anyPort: Plan["listeners"] = [
  { label: "test", host: "127.0.0.1", port: 0, socketPath: undefined },
];

function streaming(router: Plan["router"]): Plan["router"] {
  return {
    match(head) {
      const route = router.match(head);
      return route && { ...route, buffering: { ...route.buffering, requestBytesMax: 0 } };
    },
  };
}

/** `config` is a config's value, or its text in YAML. Throws with every problem of it. */
export function planOf(config: unknown, changes: PlanChanges = {}): Plan {
  const { plan, problems } =
    typeof config === "string"
      ? readConfig(Buffer.from(config), "test.yaml", ".")
      : compileValue(config, "test");
  const found = problems.map(({ message, path }) => `${path}: ${message}`).join("\n");
  assert.ok(plan !== undefined, `the test's config is wrong:\n${found}`);
  return {
    ...plan,
    router: changes.streams === true ? streaming(plan.router) : plan.router,
    listeners: changes.listeners ?? anyPort,
    limits: { ...plan.limits, ...changes.limits },
    timeouts: { ...plan.timeouts, ...changes.timeouts },
    accessLog:
      changes.accessLogFile === undefined
        ? undefined
        : { ...(plan.accessLog ?? accessLogDefaults), file: changes.accessLogFile },
  };
}
