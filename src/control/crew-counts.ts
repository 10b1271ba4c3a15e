/** The memory in which workers count by route and upstream, for the plan in force and the next. */

import type { PlanRows } from "../exchange/rows-of-plans.ts";
import { ExchangeStats, statsCells, type RowCounts } from "../observe/exchange-stats.ts";
import { Board, newBoard } from "./board.ts";

/** Where a plan's exchanges are counted. */
export interface Counted {
  /** undefined: the plan has no metrics. */
  readonly rows: PlanRows | undefined;
  /** By slot; they may be those that are in use. Empty: no plan had metrics. */
  readonly cells: readonly SharedArrayBuffer[];
  readonly counts: RowCounts;
}

export class CrewCounts {
  readonly board: Board;
  #inUse: Counted = { rows: undefined, cells: [], counts: { routes: 0, upstreams: 0 } };

  constructor(slots: number) {
    this.board = new Board(newBoard(slots));
  }

  /** Of the plan in force. */
  get inUse(): Counted {
    return this.#inUse;
  }

  /** For a plan that may come into force. */
  prepare(rows: PlanRows | undefined): Counted {
    const { cells, counts } = this.#inUse;
    if (rows === undefined) return { rows, cells, counts };
    const { routes, upstreams } = rows.counts;
    const fits = cells.length > 0 && routes <= counts.routes && upstreams <= counts.upstreams;
    if (fits) return { rows: { ...rows, counts }, cells, counts };
    const bytes = statsCells(rows.counts) * Float64Array.BYTES_PER_ELEMENT;
    const { slots } = this.board.form;
    const more = Array.from({ length: slots }, () => new SharedArrayBuffer(bytes));
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
    const { cells, counts } = this.#inUse;
    const own = cells[slot];
    if (own !== undefined) new ExchangeStats(counts, new Float64Array(own)).clearGauges();
  }
}
