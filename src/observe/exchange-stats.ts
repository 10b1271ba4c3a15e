/**
 * What is counted of exchanges by route and by upstream. Every count is a cell of an array that is
 * made when a plan comes into force: an exchange that ends adds to some cells and makes nothing.
 */

import { failures, type FailureCode } from "../base/failure.ts";
import { Latencies, latencyCells } from "./latencies.ts";

/** Methods that are told apart; what else clients invent is the last one. */
export const methodNames = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "other",
] as const;

/** Classes of final statuses; the first: none was sent, or one that means nothing. */
export const statusNames = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"] as const;

export const failureCodes = Object.keys(failures) as FailureCode[];

const codeNumbers = Object.fromEntries(failureCodes.map((code, at) => [code, at])) as Readonly<
  Record<FailureCode, number>
>;

/** All that is read of an exchange. */
export interface EndedExchange {
  readonly head: { readonly method: string };
  readonly status: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly beganMs: number;
  readonly upstreamBeganMs: number;
  readonly upstreamHeadMs: number;
  readonly failure: { readonly code: FailureCode } | undefined;
}

/** How many rows of each kind. */
export interface RowCounts {
  /** By site and route; the first row is for exchanges that had none. */
  readonly routes: number;
  /** By pool and upstream. */
  readonly upstreams: number;
}

/** Each kind of count is one stretch of cells, row by row: so many in each row. */
const routeCells = {
  exchanges: methodNames.length * statusNames.length,
  failures: failureCodes.length,
  requestBytes: 1,
  responseBytes: 1,
  durations: latencyCells,
  headTimes: latencyCells,
} as const;

const upstreamCells = {
  upstreamExchanges: statusNames.length,
  upstreamDurations: latencyCells,
  upstreamHeadTimes: latencyCells,
  idle: 1,
  busy: 1,
} as const;

type Stretch = keyof typeof routeCells | keyof typeof upstreamCells;

const cellsPerRow = (stretches: Readonly<Record<string, number>>): number =>
  Object.values(stretches).reduce((sum, cells) => sum + cells, 0);

/** What so many rows take, in cells. */
export function statsCells({ routes, upstreams }: RowCounts): number {
  return routes * cellsPerRow(routeCells) + upstreams * cellsPerRow(upstreamCells);
}

function stretchesOf(
  { routes, upstreams }: RowCounts,
  cells: Float64Array,
): Record<Stretch, Float64Array> {
  const found: Partial<Record<Stretch, Float64Array>> = {};
  let start = 0;
  const cut = (name: string, length: number): void => {
    found[name as Stretch] = cells.subarray(start, start + length);
    start += length;
  };
  for (const [name, perRow] of Object.entries(routeCells)) cut(name, routes * perRow);
  for (const [name, perRow] of Object.entries(upstreamCells)) cut(name, upstreams * perRow);
  return found as Record<Stretch, Float64Array>;
}

export class ExchangeStats {
  rows: RowCounts;
  cells: Float64Array;
  durations!: Latencies;
  headTimes!: Latencies;
  upstreamDurations!: Latencies;
  upstreamHeadTimes!: Latencies;
  #exchanges!: Float64Array;
  #failures!: Float64Array;
  #requestBytes!: Float64Array;
  #responseBytes!: Float64Array;
  #upstreamExchanges!: Float64Array;
  #idle!: Float64Array;
  #busy!: Float64Array;

  /** Goes on with what is in the cells; see `statsCells`. */
  constructor(rows: RowCounts, cells: Float64Array = new Float64Array(statsCells(rows))) {
    this.rows = rows;
    this.cells = cells;
    this.#use(rows, cells);
  }

  /** Goes on with more rows, in other cells, which are all 0. */
  moveTo(rows: RowCounts, cells: Float64Array = new Float64Array(statsCells(rows))): void {
    const before = stretchesOf(this.rows, this.cells);
    for (const [name, stretch] of Object.entries(stretchesOf(rows, cells))) {
      stretch.set(before[name as Stretch]);
    }
    this.#use(rows, cells);
  }

  #use(rows: RowCounts, cells: Float64Array): void {
    const stretches = stretchesOf(rows, cells);
    this.rows = rows;
    this.cells = cells;
    this.durations = new Latencies(stretches.durations);
    this.headTimes = new Latencies(stretches.headTimes);
    this.upstreamDurations = new Latencies(stretches.upstreamDurations);
    this.upstreamHeadTimes = new Latencies(stretches.upstreamHeadTimes);
    this.#exchanges = stretches.exchanges;
    this.#failures = stretches.failures;
    this.#requestBytes = stretches.requestBytes;
    this.#responseBytes = stretches.responseBytes;
    this.#upstreamExchanges = stretches.upstreamExchanges;
    this.#idle = stretches.idle;
    this.#busy = stretches.busy;
  }

  /** Open connections by upstream, as they are now. */
  setConnections(idle: Float64Array, busy: Float64Array): void {
    this.#idle.set(idle);
    this.#busy.set(busy);
  }

  idleOf(row: number): number {
    return this.#idle[row] ?? 0;
  }

  busyOf(row: number): number {
    return this.#busy[row] ?? 0;
  }

  /** The worker that counted here is gone. */
  clearGauges(): void {
    this.#idle.fill(0);
    this.#busy.fill(0);
  }

  /** Once for each exchange that ends, whatever became of it. */
  addExchange(x: EndedExchange, row: number, endMs: number): void {
    const kind = row * methodNames.length + methodNumber(x.head.method);
    add(this.#exchanges, kind * statusNames.length + statusNumber(x.status), 1);
    add(this.#requestBytes, row, x.requestBytes);
    add(this.#responseBytes, row, x.responseBytes);
    this.durations.add(row, endMs - x.beganMs);
    if (x.upstreamHeadMs > 0) this.headTimes.add(row, x.upstreamHeadMs - x.upstreamBeganMs);
    if (x.failure === undefined) return;
    add(this.#failures, row * failureCodes.length + codeNumbers[x.failure.code], 1);
  }

  /** Once more for one that went to an upstream: the last of them, if there were several. */
  addUpstream(x: EndedExchange, row: number, endMs: number): void {
    add(this.#upstreamExchanges, row * statusNames.length + statusNumber(x.status), 1);
    this.upstreamDurations.add(row, endMs - x.upstreamBeganMs);
    if (x.upstreamHeadMs > 0) this.upstreamHeadTimes.add(row, x.upstreamHeadMs - x.upstreamBeganMs);
  }

  /** `method` and `status` are places in `methodNames` and `statusNames`. */
  exchangesOf(row: number, method: number, status: number): number {
    return this.#exchanges[(row * methodNames.length + method) * statusNames.length + status] ?? 0;
  }

  /** `code` is a place in `failureCodes`. */
  failuresOf(row: number, code: number): number {
    return this.#failures[row * failureCodes.length + code] ?? 0;
  }

  requestBytesOf(row: number): number {
    return this.#requestBytes[row] ?? 0;
  }

  responseBytesOf(row: number): number {
    return this.#responseBytes[row] ?? 0;
  }

  upstreamExchangesOf(row: number, status: number): number {
    return this.#upstreamExchanges[row * statusNames.length + status] ?? 0;
  }
}

function add(cells: Float64Array, at: number, amount: number): void {
  cells[at] = cells[at]! + amount;
}

function methodNumber(method: string): number {
  switch (method) {
    case "GET":
      return 0;
    case "HEAD":
      return 1;
    case "POST":
      return 2;
    case "PUT":
      return 3;
    case "DELETE":
      return 4;
    case "PATCH":
      return 5;
    case "OPTIONS":
      return 6;
    default:
      return 7;
  }
}

function statusNumber(status: number): number {
  const statusClass = (status / 100) | 0;
  return statusClass <= 5 ? statusClass : 0;
}

/** What all of them have come to. Each has so many rows, or fewer. */
export function sumOfStats(rows: RowCounts, all: readonly ExchangeStats[]): ExchangeStats {
  const sum = new Float64Array(statsCells(rows));
  for (const stats of all) {
    const { cells } = inRows(rows, stats);
    for (const [at, value] of cells.entries()) sum[at] = sum[at]! + value;
  }
  return new ExchangeStats(rows, sum);
}

function inRows(rows: RowCounts, stats: ExchangeStats): ExchangeStats {
  if (stats.cells.length === statsCells(rows)) return stats;
  const copy = new ExchangeStats(stats.rows, stats.cells);
  copy.moveTo(rows);
  return copy;
}
