/**
 * Counters: plain numbers that a worker adds to as it goes. Who shows them (metrics, a status page)
 * takes a snapshot; nothing here costs more than an addition.
 */

import { failures, type FailureCode } from "../base/failure.ts";

export class Counters {
  connectionsAccepted = 0;
  connectionsActive = 0;
  /** Closed at once: over the limit, or the machine had no room. */
  connectionsRefused = 0;

  exchangesBegun = 0;
  exchangesInFlight = 0;
  exchangesEnded = 0;

  /** Final statuses as clients saw them. */
  status2xx = 0;
  status3xx = 0;
  status4xx = 0;
  status5xx = 0;
  /** 101, and what has no status because the client went before it had one. */
  statusOther = 0;

  /** Exchanges that failed, by reason; one that was answered with an error counts here as well. */
  readonly failures: Record<FailureCode, number> = noFailures();

  /** On the wire from clients, heads included. */
  clientBytesIn = 0;
  /** Bodies to clients, and what goes through tunnels; without heads and framing. */
  clientBytesOut = 0;

  upstreamDials = 0;
  /** Exchanges that took a kept-alive connection. */
  upstreamReuses = 0;
  retries = 0;

  /** Exceptions that a guard turned into the end of a connection: each one is a bug. */
  guardedExceptions = 0;
  logLinesDropped = 0;

  countStatus(status: number): void {
    const statusClass = (status / 100) | 0;
    if (statusClass === 2) this.status2xx += 1;
    else if (statusClass === 4) this.status4xx += 1;
    else if (statusClass === 3) this.status3xx += 1;
    else if (statusClass === 5) this.status5xx += 1;
    else this.statusOther += 1;
  }
}

type NumberField = Exclude<keyof Counters, "failures" | "countStatus">;

/** The counters at one moment: plain data, which changes no more. */
export type CountersSnapshot = Readonly<
  Record<NumberField, number> & { failures: Readonly<Record<FailureCode, number>> }
>;

export function snapshotOf(counters: Counters): CountersSnapshot {
  const numbers: Readonly<Record<NumberField, number>> = counters;
  return { ...numbers, failures: { ...counters.failures } };
}

function noFailures(): Record<FailureCode, number> {
  const codes = Object.keys(failures) as FailureCode[];
  return Object.fromEntries(codes.map((code) => [code, 0])) as Record<FailureCode, number>;
}
