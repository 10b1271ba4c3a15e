/**
 * What is counted of exchanges by route and by upstream. Every count is a cell of an array that is
 * made when a plan comes into force: an exchange that ends adds to some cells and makes nothing.
 */

import { failures, type FailureCode } from "../base/failure.ts";
import type { Labels } from "./label-rows.ts";
import { grown, Latencies } from "./latencies.ts";

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

export class ExchangeStats {
  /** Site and route; the first row is for exchanges that had none. */
  readonly routes: readonly Labels[];
  /** Pool and upstream. */
  readonly upstreams: readonly Labels[];
  readonly durations: Latencies;
  readonly headTimes: Latencies;
  readonly upstreamDurations: Latencies;
  readonly upstreamHeadTimes: Latencies;
  #exchanges: Float64Array;
  #failures: Float64Array;
  #requestBytes: Float64Array;
  #responseBytes: Float64Array;
  #upstreamExchanges: Float64Array;

  /** Both lists may get longer: see `grow`. */
  constructor(routes: readonly Labels[], upstreams: readonly Labels[]) {
    this.routes = routes;
    this.upstreams = upstreams;
    this.durations = new Latencies(routes.length);
    this.headTimes = new Latencies(routes.length);
    this.upstreamDurations = new Latencies(upstreams.length);
    this.upstreamHeadTimes = new Latencies(upstreams.length);
    this.#exchanges = new Float64Array(routes.length * methodNames.length * statusNames.length);
    this.#failures = new Float64Array(routes.length * failureCodes.length);
    this.#requestBytes = new Float64Array(routes.length);
    this.#responseBytes = new Float64Array(routes.length);
    this.#upstreamExchanges = new Float64Array(upstreams.length * statusNames.length);
  }

  /** There are more routes or upstreams than before. */
  grow(): void {
    const { length: routes } = this.routes;
    const { length: upstreams } = this.upstreams;
    for (const times of [this.durations, this.headTimes]) times.grow(routes);
    for (const times of [this.upstreamDurations, this.upstreamHeadTimes]) times.grow(upstreams);
    this.#exchanges = grown(this.#exchanges, routes * methodNames.length * statusNames.length);
    this.#failures = grown(this.#failures, routes * failureCodes.length);
    this.#requestBytes = grown(this.#requestBytes, routes);
    this.#responseBytes = grown(this.#responseBytes, routes);
    this.#upstreamExchanges = grown(this.#upstreamExchanges, upstreams * statusNames.length);
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
