/**
 * The counts of all plans that were in force: what is called the same is counted on, whatever plan
 * it belongs to, and what is gone stays as it was, so that no count ever goes back.
 */

import { ExchangeStats } from "../observe/exchange-stats.ts";
import { LabelRows } from "../observe/label-rows.ts";
import type { Pool } from "../upstream/pool.ts";
import type { Plan } from "./plan.ts";

export interface StatsOfPlan {
  /** undefined: the plan has no metrics. */
  readonly stats: ExchangeStats | undefined;
  /** By a route's row in its plan: its row in the counts. */
  readonly routeRows: readonly number[];
}

export class StatsOfPlans {
  readonly #routes = new LabelRows();
  readonly #upstreams = new LabelRows();
  #stats: ExchangeStats | undefined;

  /** The members of the pools learn their rows. */
  of({ metrics }: Plan, pools: readonly Pool[]): StatsOfPlan {
    if (metrics === undefined) return { stats: undefined, routeRows: [] };
    const routeRows = metrics.routes.map((labels) => this.#routes.rowOf(labels));
    for (const { options, members } of pools) {
      for (const member of members) {
        member.row = this.#upstreams.rowOf([options.name, member.address.label]);
      }
    }
    this.#stats ??= new ExchangeStats(this.#routes.all, this.#upstreams.all);
    this.#stats.grow();
    return { stats: this.#stats, routeRows };
  }
}
