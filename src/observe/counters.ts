/**
 * Counters: numbers that a worker adds to as it goes, each worker in a row of its own. Who shows
 * them (metrics, a status page) adds up the rows, which may lie in memory that all share; nothing
 * here costs more than an addition.
 */

import { failures, type FailureCode } from "../base/failure.ts";

/** Each is a cell, at the place at which it stands here. */
const names = [
  "connectionsAccepted",
  "connectionsActive",
  /** Closed at once: over the limit, or the machine had no room. */
  "connectionsRefused",

  "exchangesBegun",
  "exchangesInFlight",
  "exchangesEnded",

  /** Final statuses as clients saw them. */
  "status2xx",
  "status3xx",
  "status4xx",
  "status5xx",
  /** 101, and what has no status because the client went before it had one. */
  "statusOther",

  /** On the wire from clients, heads included. */
  "clientBytesIn",
  /** Bodies to clients, and what goes through tunnels; without heads and framing. */
  "clientBytesOut",

  "upstreamDials",
  /** Exchanges that took a kept-alive connection. */
  "upstreamReuses",
  "retries",

  /** Bodies, up and down, that came faster than they were taken. */
  "feedsBegun",
  /** Those of them that have not been taken to their end. */
  "feedsNow",
  /** Answers that upstreams are done with, while their clients are not; now. */
  "answersFreed",
  /** For how long clients went on to take answers whose upstreams were done with them. */
  "savedMs",
  "spoolBytesWritten",
  "spoolErrors",

  /** Exceptions that a guard turned into the end of a connection: each one is a bug. */
  "guardedExceptions",
  "logLinesDropped",
] as const;

type CounterName = (typeof names)[number];

/** What there is now: of a worker that is gone there is nothing. */
const gauges = ["connectionsActive", "exchangesInFlight", "feedsNow", "answersFreed"] as const;

const failureCodes = Object.keys(failures) as FailureCode[];

/** What a row takes, in cells: whole lines of a cache, so that no two workers share one. */
export const counterCells: number = Math.ceil((names.length + failureCodes.length) / 8) * 8;

/** A row for each worker, where there are several of them. */
export interface CounterTable {
  /** `counterCells` for each row. */
  readonly cells: Float64Array;
  readonly row: number;
}

/** A property for each name. */
export type Counters = CounterRow & Record<CounterName, number>;

class CounterRow {
  readonly #all: Float64Array;
  readonly #own: Float64Array;
  /** Exchanges that failed, by reason; one that was answered with an error counts here as well. */
  readonly failures: Record<FailureCode, number>;

  constructor({ cells, row }: CounterTable) {
    this.#all = cells;
    this.#own = cells.subarray(row * counterCells, (row + 1) * counterCells);
    this.failures = failuresOver(this.#own.subarray(names.length));
  }

  /** Of all workers together. */
  get connectionsActiveOfAll(): number {
    return this.#sumOf(activeAt);
  }

  /** Of all workers together. */
  get exchangesInFlightOfAll(): number {
    return this.#sumOf(inFlightAt);
  }

  countStatus(status: number): void {
    const statusClass = (status / 100) | 0;
    const own = this.#own;
    const at = statusClass >= 2 && statusClass <= 5 ? firstStatusAt + statusClass - 2 : otherAt;
    own[at] = own[at]! + 1;
  }

  /** The worker that counted here is gone. */
  clearGauges(): void {
    for (const name of gauges) this.#own[names.indexOf(name)] = 0;
  }

  cellAt(at: number): number {
    return this.#own[at]!;
  }

  setCell(at: number, value: number): void {
    this.#own[at] = value;
  }

  #sumOf(at: number): number {
    const all = this.#all;
    if (all.length === counterCells) return all[at]!;
    let sum = 0;
    for (let cell = at; cell < all.length; cell += counterCells) sum += all[cell]!;
    return sum;
  }
}

const activeAt = names.indexOf("connectionsActive");
const inFlightAt = names.indexOf("exchangesInFlight");
const firstStatusAt = names.indexOf("status2xx");
const otherAt = names.indexOf("statusOther");

for (const [at, name] of names.entries()) {
  Object.defineProperty(CounterRow.prototype, name, {
    get(this: CounterRow) {
      return this.cellAt(at);
    },
    set(this: CounterRow, value: number) {
      this.setCell(at, value);
    },
  });
}

function failuresOver(cells: Float64Array): Record<FailureCode, number> {
  const counts = {} as Record<FailureCode, number>;
  for (const [at, code] of failureCodes.entries()) {
    Object.defineProperty(counts, code, {
      enumerable: true,
      get: () => cells[at],
      set: (value: number) => {
        cells[at] = value;
      },
    });
  }
  return counts;
}

/** By default those of a worker that is the only one. */
export function newCounters(
  table: CounterTable = { cells: new Float64Array(counterCells), row: 0 },
): Counters {
  return new CounterRow(table) as Counters;
}

/** What all rows of a table have come to. */
export function sumOfCounters(cells: Float64Array): Counters {
  const sum = new Float64Array(counterCells);
  for (const [at, value] of cells.entries()) {
    const column = at % counterCells;
    sum[column] = sum[column]! + value;
  }
  return newCounters({ cells: sum, row: 0 });
}

/** The counters at one moment: plain data, which changes no more. */
export type CountersSnapshot = Readonly<
  Record<CounterName, number> & { failures: Readonly<Record<FailureCode, number>> }
>;

export function snapshotOf(counters: Counters): CountersSnapshot {
  const numbers = Object.fromEntries(names.map((name) => [name, counters[name]]));
  return { ...(numbers as Record<CounterName, number>), failures: { ...counters.failures } };
}
