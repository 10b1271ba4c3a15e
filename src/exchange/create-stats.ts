/** The counts that a plan asks for, with a row for each of its routes and upstreams. */

import { ExchangeStats } from "../observe/exchange-stats.ts";
import { LabelRows } from "../observe/label-rows.ts";
import type { Pool } from "../upstream/pool.ts";
import type { Plan } from "./plan.ts";

/** undefined: the plan has no metrics. The members of the pools learn their rows. */
export function createStats(plan: Plan, pools: readonly Pool[]): ExchangeStats | undefined {
  if (plan.metrics === undefined) return undefined;
  const upstreams = new LabelRows();
  for (const { options, members } of pools) {
    for (const member of members) {
      member.row = upstreams.rowOf([options.name, member.address.label]);
    }
  }
  return new ExchangeStats(plan.metrics.routes, upstreams.all);
}
