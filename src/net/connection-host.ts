/** What a client's connection asks of the door that it came in by. */

import type { Clock } from "../base/clock.ts";
import type { Failure } from "../base/failure.ts";
import type { Wheel } from "../base/wheel.ts";
import type { Exchange, Peer } from "../exchange/exchange.ts";
import type { Plan } from "../exchange/plan.ts";
import type { RequestHead } from "../http/head.ts";
import type { Counters } from "../observe/counters.ts";
import type { FlushList } from "../transport/flush-list.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Http1ClientLeg } from "./client-leg.ts";

export interface ConnectionHost {
  readonly plan: Plan;
  readonly wheel: Wheel;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly flushes: FlushList;
  readonly isDraining: boolean;
  begin(head: RequestHead, leg: Http1ClientLeg, peer: Peer): Exchange;
  /** Answers what could not be read as a request. */
  refuse(failure: Failure, leg: Http1ClientLeg, peer: Peer): void;
  onConnectionClosed(connection: ClientConnection): void;
}
