/** What a crew shows of itself, for whichever thread shares its memory. */

import { Budget } from "../base/budget.ts";
import type { OpenListener } from "../net/open-listener.ts";
import type { Counters } from "../observe/counters.ts";
import { ExchangeStats, sumOfStats } from "../observe/exchange-stats.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import type { Board } from "./board.ts";
import type { Counted } from "./crew-counts.ts";
import type { BufferMax } from "./drawn-plan.ts";
import { beginAnew, readVitals, type Vitals } from "./vitals.ts";

export interface WorkerStatus {
  /** From 1. */
  readonly worker: number;
  /** `leaving`: another one has taken its place, and what is in flight comes to its end. */
  readonly state: "starting" | "serving" | "leaving";
  /** Since the epoch. */
  readonly startedMs: number;
  /** Its row in what workers share. */
  readonly slot: number;
}

/** As main sees it at a moment: plain data. */
export interface CrewLook {
  /** When the program began, since the epoch. A thread may have a clock of its own. */
  readonly startedMs: number;
  readonly workers: readonly WorkerStatus[];
  /** Workers that were started in place of others. */
  readonly restarts: number;
  readonly listeners: readonly OpenListener[];
  /** Of the plan in force. */
  readonly hasMetrics: boolean;
  readonly cells: Counted["cells"];
  readonly counts: Counted["counts"];
  readonly bufferMax: BufferMax;
  /** Of main's own thread. */
  readonly heap: Heap;
}

export interface Heap {
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
}

export interface WorkerView extends WorkerStatus {
  readonly connections: number;
  readonly inFlight: number;
  /** That have ended, in this place. */
  readonly exchanges: number;
  readonly vitals: Vitals;
}

/** How those are doing that serve. */
export interface WorkersVitals {
  /** When the program began, since the epoch. */
  readonly startedMs: number;
  readonly vitals: readonly Vitals[];
  readonly restarts: number;
  /** Of threads that are no workers, but for the one that looks. */
  readonly otherHeap: Heap;
  beginAnew(): void;
}

/** As metrics show it. */
export interface CrewView {
  readonly counters: Counters;
  readonly stats: ExchangeStats | undefined;
  readonly labels: RowLabels;
  readonly buffers: { readonly memory: Budget; readonly disk: Budget };
  readonly workers: WorkersVitals;
}

export function workersOf(look: CrewLook, board: Board): readonly WorkerView[] {
  return look.workers.map((worker) => {
    const { connectionsActive, exchangesInFlight, exchangesEnded } = board.countersOf(worker.slot);
    return {
      ...worker,
      connections: connectionsActive,
      inFlight: exchangesInFlight,
      exchanges: exchangesEnded,
      vitals: readVitals(board.vitals(worker.slot)),
    };
  });
}

/** `labels`: by the rows of the look's cells. */
export function viewOf(look: CrewLook, board: Board, labels: RowLabels): CrewView {
  const { hasMetrics, counts, cells } = look;
  const all = cells.map((own) => new ExchangeStats(counts, new Float64Array(own)));
  const { memory, disk } = board.budgets(0);
  const serving = workersOf(look, board).filter(({ state }) => state === "serving");
  return {
    counters: board.counters,
    stats: hasMetrics ? sumOfStats(counts, all) : undefined,
    // A plan that did not come into force may have had more.
    labels: {
      routes: labels.routes.slice(0, counts.routes),
      upstreams: labels.upstreams.slice(0, counts.upstreams),
    },
    buffers: {
      memory: new Budget(look.bufferMax.memoryBytes, memory),
      disk: new Budget(look.bufferMax.diskBytes, disk),
    },
    workers: {
      startedMs: look.startedMs,
      vitals: serving.map(({ vitals }) => vitals),
      restarts: look.restarts,
      otherHeap: look.heap,
      beginAnew() {
        for (let slot = 0; slot < board.form.slots; slot++) beginAnew(board.vitals(slot));
      },
    },
  };
}
