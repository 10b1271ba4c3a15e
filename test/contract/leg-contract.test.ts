/**
 * The leg contract (`src/http/leg.ts`) as one table, run against every kind of leg: HTTP/1 in both
 * roles, and a protocol with several exchanges on one connection. What passes here may be joined by
 * the relay with anything else that does.
 */

import { after, test } from "node:test";

import { StrayErrors } from "../faults/stray-errors.ts";
import { openClientBench } from "./http1-client-bench.ts";
import { openUpstreamBench } from "./http1-upstream-bench.ts";
import type { LegBench } from "./leg-bench.ts";
import { bodyCases } from "./leg-body-cases.ts";
import { endCases } from "./leg-end-cases.ts";
import { tunnelCases } from "./leg-tunnel-cases.ts";
import {
  openMultiplexingClientBench,
  openMultiplexingUpstreamBench,
} from "./multiplexing-bench.ts";

const benches: readonly (() => LegBench)[] = [
  openClientBench,
  openUpstreamBench,
  openMultiplexingClientBench,
  openMultiplexingUpstreamBench,
];

const stray = new StrayErrors();
after(() => stray.assertNone());

for (const openBench of benches) {
  const { name: kind, role: benchRole } = openBench();
  for (const { name, shape = "bodies", role = benchRole, run } of [
    ...bodyCases,
    ...endCases,
    ...tunnelCases,
  ]) {
    if (role !== benchRole) continue;
    void test(`leg: ${kind}: ${name}`, async () => {
      const bench = openBench();
      await run(await bench.open(shape), bench);
      await bench.close();
    });
  }
}
