/** What is counted and logged of an exchange, once at its begin and once at its end. */

import type { Exchange } from "./exchange.ts";
import type { Rooms } from "./rooms.ts";

export function beginExchange(x: Exchange, { counters }: Rooms): void {
  counters.exchangesBegun += 1;
  counters.exchangesInFlight += 1;
  x.clientIp = x.peer.address;
}

export function endExchange(x: Exchange, { counters, accessLog, clock, nowMs }: Rooms): void {
  counters.exchangesInFlight -= 1;
  counters.exchangesEnded += 1;
  counters.countStatus(x.status);
  if (x.failure !== undefined) counters.failures[x.failure.code] += 1;
  if (accessLog === undefined) return;
  const { head } = x;
  const durationMs = nowMs() - x.beganMs;
  accessLog.write({
    timeMs: clock.wallMs() - durationMs,
    route: x.route?.name ?? "",
    method: head.method,
    target: head.target,
    host: head.host,
    clientIp: x.clientIp,
    peerIp: x.peer.isTrusted ? x.peer.address : undefined,
    user: x.user,
    version: head.version,
    status: x.status,
    requestBytes: x.requestBytes,
    responseBytes: x.responseBytes,
    durationMs,
    upstream: x.upstream,
    upstreamMs: x.upstreamHeadMs === 0 ? 0 : x.upstreamHeadMs - x.upstreamBeganMs,
    failure: x.failure?.code ?? "",
    requestId: x.requestId,
  });
}
