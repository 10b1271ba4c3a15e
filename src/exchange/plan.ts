/**
 * The plan: a config in the form that the data plane reads. Immutable; a reload swaps one
 * reference,
 * and an exchange finishes on the plan with which it began. It holds no connection, no counter and
 * no health: those live with the pools (upstream/), which travel apart from it.
 */

import type { AccessOptions } from "../access/options.ts";
import type { IpSet } from "../base/ip-set.ts";
import type { BufferOptions, RouteBuffering } from "../buffering/options.ts";
import type { BandwidthOptions, ClientLimits, ClientTimeouts } from "../limits/options.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import type { AccessLogOptions, MetricsOptions } from "../observe/options.ts";
import type {
  FieldRules,
  ForwardedOptions,
  Hooks,
  PathMapping,
  Template,
} from "../rewriting/options.ts";
import type { Router } from "../routing/router.ts";
import type { PoolOptions, UpstreamTimeouts } from "../upstream/options.ts";
import type { ErrorPages } from "./error-pages.ts";
import type { ListenOptions } from "./listen-options.ts";

export interface Plan {
  readonly listeners: readonly ListenOptions[];
  readonly router: Router<RoutePlan>;
  readonly pools: readonly PoolOptions[];
  /** Peers whose `X-Forwarded-*` and `Forwarded` fields are believed. */
  readonly trust: IpSet;
  readonly limits: ClientLimits;
  readonly timeouts: ClientTimeouts;
  readonly buffer: BufferOptions;
  readonly forwarded: ForwardedOptions;
  /** Where no route was found; undefined: ours. */
  readonly errorPages: ErrorPages | undefined;
  /** undefined: no access log. */
  readonly accessLog: AccessLogOptions | undefined;
  /** undefined: none. */
  readonly metrics: MetricsOptions<ListenOptions> | undefined;
  /** All files that routes name as switches, each once. */
  readonly switchFiles: readonly string[];
  /** How long a stop waits for exchanges in flight. Milliseconds; 30000 by default. */
  readonly drainMs: number;
  /** How long before that it is not ready any more, and takes what comes. Milliseconds; 0. */
  readonly drainDelayMs: number;
}

export interface RoutePlan {
  /** `example.com /api/*`: the route's name in logs and counters. */
  readonly name: string;
  /** Its place in `MetricsOptions.routes`; routes that are called the same share one. */
  readonly row: number;
  readonly action: Action;
  /** undefined: everybody gets in. */
  readonly access: AccessOptions | undefined;
  /** undefined: open. */
  readonly maintenance: MaintenanceOptions | undefined;
  /** Bytes of a request body; 0: no limit. */
  readonly bodyBytesMax: number;
  readonly buffering: RouteBuffering;
  /** undefined: as fast as clients can. One object for all routes that inherited it. */
  readonly bandwidth: BandwidthOptions | undefined;
  /** undefined: paths pass as they are. */
  readonly mapping: PathMapping | undefined;
  /** undefined: no rules. */
  readonly fieldRules: FieldRules | undefined;
  /** undefined: none; only where requests are passed on. */
  readonly hooks: Hooks | undefined;
  /** undefined: ours. */
  readonly errorPages: ErrorPages | undefined;
}

export type Action = ProxyAction | RedirectAction | RespondAction | ForwardAction | NothingAction;

export interface ProxyAction {
  readonly type: "proxy";
  /** Index into `Plan.pools`. */
  readonly pool: number;
  readonly timeouts: UpstreamTimeouts;
  /** WebSocket and other upgrades pass; protocols in lower case, `websocket` by default. */
  readonly upgrades: readonly string[];
}

export interface RedirectAction {
  readonly type: "redirect";
  /** 301, 302, 303, 307 or 308 (the default). */
  readonly status: number;
  readonly location: Template;
}

export interface RespondAction {
  readonly type: "respond";
  readonly status: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Where the body was read from; undefined: it stands in the config. */
  readonly file: string | undefined;
}

/** The forward proxy: drawn, not built; a request that reaches it is answered with 405. */
export interface ForwardAction {
  readonly type: "forward";
}

/** There is nothing here, which only those are told who get in. */
export interface NothingAction {
  readonly type: "nothing";
}
