/**
 * Which row of the counts belongs to what, for all plans that were in force: what is called the
 * same is counted on, whatever plan it belongs to, and what is gone keeps its row, so that no count
 * ever goes back.
 */

import type { RowCounts } from "../observe/exchange-stats.ts";
import { LabelRows, type Labels, type RowLabels } from "../observe/label-rows.ts";
import type { Plan } from "./plan.ts";

/** Plain data: it goes to workers with its plan. */
export interface PlanRows {
  /** By a route's row in the plan. */
  readonly routes: readonly number[];
  /** By pool, and by upstream in it. */
  readonly upstreams: readonly (readonly number[])[];
  /** How many there are by now. */
  readonly counts: RowCounts;
}

export class RowsOfPlans implements RowLabels {
  readonly #routes = new LabelRows();
  readonly #upstreams = new LabelRows();

  /** `before`: of plans that somebody else knew. */
  constructor(before: RowLabels = { routes: [], upstreams: [] }) {
    for (const labels of before.routes) this.#routes.rowOf(labels);
    for (const labels of before.upstreams) this.#upstreams.rowOf(labels);
  }

  /** Site and route, by row; the first is for exchanges that had none. */
  get routes(): readonly Labels[] {
    return this.#routes.all;
  }

  /** Pool and upstream, by row. */
  get upstreams(): readonly Labels[] {
    return this.#upstreams.all;
  }

  /** undefined: the plan has no metrics. */
  of({ metrics, pools }: Plan): PlanRows | undefined {
    if (metrics === undefined) return undefined;
    const routes = metrics.routes.map((labels) => this.#routes.rowOf(labels));
    const upstreams = pools.map(({ name, upstreams: all }) =>
      all.map(({ label }) => this.#upstreams.rowOf([name, label])),
    );
    const counts = { routes: this.routes.length, upstreams: this.upstreams.length };
    return { routes, upstreams, counts };
  }
}
