/** What connections need of the worker that they live in. */

import type { Clock } from "../base/clock.ts";
import type { Wheel } from "../base/wheel.ts";
import type { Counters } from "../observe/counters.ts";
import type { Transport } from "../transport/channel.ts";
import type { FlushList } from "../transport/flush-list.ts";
import type { UpstreamNews } from "./upstream-news.ts";

export interface Services {
  readonly transport: Transport;
  readonly wheel: Wheel;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly flushes: FlushList;
  /** undefined: nobody wants to hear of upstreams that are down. */
  readonly news?: UpstreamNews | undefined;
}
