/** What all workers have counted, and the memory in which they count. */

import type { Plan } from "../exchange/plan.ts";
import { RowsOfPlans, type PlanRows } from "../exchange/rows-of-plans.ts";
import { memoryBytesOf } from "../buffering/open-spools.ts";
import { Budget } from "../base/budget.ts";
import type { Counters } from "../observe/counters.ts";
import {
  ExchangeStats,
  statsCells,
  sumOfStats,
  type RowCounts,
} from "../observe/exchange-stats.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import { Board, newBoard } from "./board.ts";
import { beginAnew, readVitals, type Vitals } from "./vitals.ts";

/** Where a plan's exchanges are counted. */
export interface Counted {
  /** undefined: the plan has no metrics. */
  readonly rows: PlanRows | undefined;
  /** By slot; they may be those that are in use. */
  readonly cells: readonly SharedArrayBuffer[];
  readonly counts: RowCounts;
}

/** As metrics show it. */
export interface CrewView {
  readonly counters: Counters;
  readonly stats: ExchangeStats | undefined;
  readonly labels: RowLabels;
  readonly buffers: { readonly memory: Budget; readonly disk: Budget };
}

export class CrewCounts {
  readonly board: Board;
  readonly #rows = new RowsOfPlans();
  #inUse: Counted = { rows: undefined, cells: [], counts: { routes: 0, upstreams: 0 } };

  constructor(slots: number) {
    this.board = new Board(newBoard(slots));
  }

  get slots(): number {
    return this.board.form.slots;
  }

  /** For a plan that may come into force. */
  prepare(plan: Plan): Counted {
    const rows = this.#rows.of(plan);
    const { cells, counts } = this.#inUse;
    if (rows === undefined) return { rows, cells, counts };
    const { routes, upstreams } = rows.counts;
    const fits = cells.length > 0 && routes <= counts.routes && upstreams <= counts.upstreams;
    if (fits) return { rows: { ...rows, counts }, cells, counts };
    const bytes = statsCells(rows.counts) * Float64Array.BYTES_PER_ELEMENT;
    const more = Array.from({ length: this.slots }, () => new SharedArrayBuffer(bytes));
    return { rows, cells: more, counts: rows.counts };
  }

  /** It is in force: these workers have moved to its cells, and others are moved now. */
  use(counted: Counted, moved: ReadonlySet<number>): void {
    const before = this.#inUse;
    this.#inUse = counted;
    if (before.cells === counted.cells) return;
    for (const [slot, cells] of before.cells.entries()) {
      if (moved.has(slot)) continue;
      const stats = new ExchangeStats(before.counts, new Float64Array(cells));
      stats.moveTo(counted.counts, new Float64Array(counted.cells[slot]!));
    }
  }

  /** The worker is gone. */
  clear(slot: number): void {
    this.board.clear(slot);
    this.#statsOf(slot)?.clearGauges();
  }

  viewOf({ buffer, metrics }: Plan): CrewView {
    const { counts } = this.#inUse;
    const all = Array.from({ length: this.slots }, (_, slot) => this.#statsOf(slot));
    const known = all.filter((stats) => stats !== undefined);
    const { memory, disk } = this.board.budgets(0);
    return {
      counters: this.board.counters,
      stats: metrics === undefined ? undefined : sumOfStats(counts, known),
      labels: this.#rows,
      buffers: {
        memory: new Budget(memoryBytesOf(buffer), memory),
        disk: new Budget(buffer.diskBytesMax, disk),
      },
    };
  }

  vitalsOf(slot: number): Vitals {
    return readVitals(this.board.vitals(slot));
  }

  /** Delays are told from now on. */
  beginAnew(): void {
    for (let slot = 0; slot < this.slots; slot++) beginAnew(this.board.vitals(slot));
  }

  #statsOf(slot: number): ExchangeStats | undefined {
    const { cells, counts } = this.#inUse;
    const own = cells[slot];
    return own && new ExchangeStats(counts, new Float64Array(own));
  }
}
