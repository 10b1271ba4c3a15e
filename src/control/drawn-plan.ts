/** A plan as workers get it. */

import type { CodeSource } from "../code/functions.ts";
import { writePlan, type PlanForm, type PlanParts } from "../exchange/plan-form.ts";
import type { Others } from "../net/doors.ts";
import type { Counted } from "./crew-counts.ts";
import type { PlanOrder } from "./thread-messages.ts";

/** What is put in force. */
export interface CrewPlan extends PlanParts {
  /** The module of the plan's functions; undefined: it has none. */
  readonly functionsUrl: string | undefined;
}

export interface DrawnPlan {
  readonly given: CrewPlan;
  readonly form: PlanForm;
  readonly code: CodeSource | undefined;
  readonly counted: Counted;
}

export interface WorkerPlace {
  readonly slot: number;
  readonly others: Others;
  readonly keepsSockets: boolean;
}

export function orderFor({ form, code, counted }: DrawnPlan, place: WorkerPlace): PlanOrder {
  const { slot, others, keepsSockets } = place;
  return { form, code, rows: counted.rows, cells: counted.cells[slot], others, keepsSockets };
}

/** Draws one plan after the other. */
export class PlanDrawer {
  #generation = -1;

  /** Throws if the plan has functions that no config file has. */
  draw(given: CrewPlan, counted: Counted): DrawnPlan {
    const { functionsUrl: url } = given;
    // What was imported once stays what it was, also if nothing came of it.
    if (url !== undefined) this.#generation += 1;
    const code = url === undefined ? undefined : { url, generation: this.#generation };
    return { given, form: writePlan(given), code, counted };
  }
}
