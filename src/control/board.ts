/**
 * The memory that main and all workers share: a row for each worker, which only that worker writes.
 * Who reads adds up the rows and stops nobody. When a worker is gone, main clears what it held.
 */

import {
  counterCells,
  newCounters,
  sumOfCounters,
  type Counters,
  type CounterTable,
} from "../observe/counters.ts";
import type { WriteTurn } from "../observe/log-sink.ts";
import type { SpoolBudgets } from "../buffering/open-spools.ts";
import { vitalCells } from "./vitals.ts";

/** As it goes to a thread. */
export interface BoardForm {
  readonly slots: number;
  readonly counters: SharedArrayBuffer;
  readonly memory: SharedArrayBuffer;
  readonly disk: SharedArrayBuffer;
  readonly beats: SharedArrayBuffer;
  /** Whose turn it is to write to the access log: 0, or a slot and one. */
  readonly logOwner: SharedArrayBuffer;
  readonly vitals: SharedArrayBuffer;
}

export function newBoard(slots: number): BoardForm {
  return {
    slots,
    counters: new SharedArrayBuffer(slots * counterCells * Float64Array.BYTES_PER_ELEMENT),
    memory: new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT),
    disk: new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT),
    beats: new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT),
    logOwner: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    vitals: new SharedArrayBuffer(slots * vitalCells * Float64Array.BYTES_PER_ELEMENT),
  };
}

export class Board {
  readonly form: BoardForm;
  readonly #counters: Float64Array;
  readonly #memory: Int32Array;
  readonly #disk: Int32Array;
  readonly #beats: Int32Array;
  readonly #logOwner: Int32Array;
  readonly #vitals: Float64Array;

  constructor(form: BoardForm) {
    this.form = form;
    this.#counters = new Float64Array(form.counters);
    this.#memory = new Int32Array(form.memory);
    this.#disk = new Int32Array(form.disk);
    this.#beats = new Int32Array(form.beats);
    this.#logOwner = new Int32Array(form.logOwner);
    this.#vitals = new Float64Array(form.vitals);
  }

  /** Of all workers, those that are gone included. */
  get counters(): Counters {
    return sumOfCounters(this.#counters);
  }

  countersOf(slot: number): Counters {
    return newCounters(this.counterTable(slot));
  }

  counterTable(row: number): CounterTable {
    return { cells: this.#counters, row };
  }

  budgets(own: number): SpoolBudgets {
    return { memory: this.#memory, disk: this.#disk, own };
  }

  logTurn(slot: number): WriteTurn {
    const owner = this.#logOwner;
    const own = slot + 1;
    return {
      take() {
        const found = Atomics.compareExchange(owner, 0, 0, own);
        return found === 0 || found === own;
      },
      give: () => void Atomics.compareExchange(owner, 0, own, 0),
    };
  }

  vitals(slot: number): Float64Array {
    return this.#vitals.subarray(slot * vitalCells, (slot + 1) * vitalCells);
  }

  /** The worker is alive. */
  beat(slot: number): void {
    Atomics.add(this.#beats, slot, 1);
  }

  beatsOf(slot: number): number {
    return Atomics.load(this.#beats, slot);
  }

  /** The worker is gone: what it held is held no more. What it has counted stays. */
  clear(slot: number): void {
    this.countersOf(slot).clearGauges();
    this.vitals(slot).fill(0);
    this.logTurn(slot).give();
    Atomics.store(this.#memory, slot, 0);
    Atomics.store(this.#disk, slot, 0);
  }
}
