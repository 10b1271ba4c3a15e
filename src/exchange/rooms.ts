/**
 * What `serve` needs: one member for each room that takes part in an exchange, and the worker's
 * services.
 */

import type { PasswordChecks } from "../access/password-checks.ts";
import type { Clock } from "../base/clock.ts";
import type { RequestIds } from "../http/request-id.ts";
import type { SwitchFiles } from "../maintenance/switch-files.ts";
import type { AccessLog } from "../observe/access-log.ts";
import type { Counters } from "../observe/counters.ts";
import type { ExchangeStats } from "../observe/exchange-stats.ts";
import type { Forwarding } from "./forward.ts";
import type { HookRunner } from "./hook-runner.ts";
import type { Plan } from "./plan.ts";

export interface Rooms extends Forwarding {
  /** What they are furnished for. */
  readonly plan: Plan;
  /** Exchanges that began in them and have not ended. */
  inFlight: number;
  readonly clock: Clock;
  readonly counters: Counters;
  /** undefined: nobody asks for metrics. */
  readonly stats: ExchangeStats | undefined;
  /** By a route's row in the plan: its row in `stats`. */
  readonly routeRows: readonly number[];
  /** undefined: no access log. */
  readonly accessLog: AccessLog | undefined;
  readonly requestIds: RequestIds;
  readonly passwords: PasswordChecks;
  readonly switches: Pick<SwitchFiles, "isThere">;
  readonly hooks: HookRunner;
  /** In [0, 1). */
  readonly random: () => number;
  /** Our name in `Via`: tells this instance from others of its kind (RFC 9110 §7.6.3). */
  readonly pseudonym: string;
  /** An exception that no failure explains: a bug, told to the operator. */
  readonly onBug: (error: unknown) => void;
}
