/** A plan as data, for whichever thread: main keeps it for workers to come, and knows no more. */

import { memoryBytesOf } from "../buffering/open-spools.ts";
import type { CodeSource, ConfigCode } from "../code/functions.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import { writePlan, type PlanForm, type PlanParts } from "../exchange/plan-form.ts";
import { RowsOfPlans, type PlanRows } from "../exchange/rows-of-plans.ts";
import type { Others } from "../net/open-listener.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import type { Counted } from "./crew-counts.ts";
import type { PlanOrder } from "./thread-messages.ts";

/** What is put in force. */
export interface CrewPlan extends PlanParts {
  /** Where the plan's functions are; undefined: it has none. */
  readonly code: ConfigCode | undefined;
}

export interface DrawnPlan {
  readonly form: PlanForm;
  readonly code: CodeSource | undefined;
  /** undefined: it has no metrics. */
  readonly rows: PlanRows | undefined;
  readonly listeners: readonly ListenOptions[];
  /** Bodies that wait may take so much, of all workers together. */
  readonly bufferMax: BufferMax;
  /** How long exchanges in flight have when the program stops, in ms. */
  readonly drainMs: number;
  /** How long before that it is not ready any more. */
  readonly drainDelayMs: number;
}

export interface BufferMax {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Where whoever draws the next plan has to go on. */
export interface DrawnSoFar {
  readonly labels: RowLabels;
  /** Of code that was imported last; -1: none was. */
  readonly generation: number;
}

export interface WorkerPlace {
  readonly slot: number;
  readonly others: Others;
  readonly keepsSockets: boolean;
}

export function orderFor(
  { form, code }: DrawnPlan,
  { rows, cells }: Counted,
  { slot, others, keepsSockets }: WorkerPlace,
): PlanOrder {
  return { form, code, rows, cells: cells[slot], others, keepsSockets };
}

/** Draws one plan after the other. */
export class PlanDrawer {
  readonly #rows: RowsOfPlans;
  #generation: number;

  /** `before`: of whoever drew the plans until now. */
  constructor(before?: DrawnSoFar) {
    this.#rows = new RowsOfPlans(before?.labels);
    this.#generation = before?.generation ?? -1;
  }

  /** Of all plans that were drawn. */
  get labels(): RowLabels {
    return this.#rows;
  }

  get soFar(): DrawnSoFar {
    const { routes, upstreams } = this.#rows;
    return { labels: { routes, upstreams }, generation: this.#generation };
  }

  /** Throws if the plan has functions that no config file has. */
  draw(given: CrewPlan): DrawnPlan {
    const { code, plan } = given;
    // What was imported once stays what it was, also if nothing came of it.
    if (code !== undefined) this.#generation += 1;
    return {
      form: writePlan(given),
      code: code && { ...code, generation: this.#generation },
      rows: this.#rows.of(plan),
      listeners: plan.listeners,
      bufferMax: {
        memoryBytes: memoryBytesOf(plan.buffer),
        diskBytes: plan.buffer.diskBytesMax,
      },
      drainMs: plan.drainMs,
      drainDelayMs: plan.drainDelayMs,
    };
  }
}
