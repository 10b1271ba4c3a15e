/** What is counted and logged of an exchange, once at its begin and once at its end. */

import type { AccessRecord } from "../observe/access-line.ts";
import type { Exchange } from "./exchange.ts";
import type { Rooms } from "./rooms.ts";

export function beginExchange(x: Exchange, { counters }: Rooms): void {
  counters.exchangesBegun += 1;
  counters.exchangesInFlight += 1;
  x.clientIp = x.peer.address;
}

export function endExchange(x: Exchange, rooms: Rooms): void {
  const { counters, accessLog, stats } = rooms;
  counters.exchangesInFlight -= 1;
  counters.exchangesEnded += 1;
  counters.countStatus(x.status);
  if (x.failure !== undefined) counters.failures[x.failure.code] += 1;
  if (accessLog === undefined && stats === undefined) return;
  const endMs = rooms.nowMs();
  if (stats !== undefined) {
    stats.addExchange(x, x.route?.row ?? 0, endMs);
    if (x.upstream !== undefined) stats.addUpstream(x, x.upstream.row, endMs);
  }
  if (accessLog !== undefined) accessLog.write(recordOf(x, rooms, endMs));
}

function recordOf(x: Exchange, { clock }: Rooms, endMs: number): AccessRecord {
  const { head } = x;
  const durationMs = endMs - x.beganMs;
  return {
    timeMs: clock.wallMs() - durationMs,
    route: x.route?.name ?? "",
    method: head.method,
    target: head.target,
    host: head.host,
    clientIp: x.clientIp,
    peerIp: x.peer.isTrusted ? x.peer.address : undefined,
    version: head.version,
    status: x.status,
    requestBytes: x.requestBytes,
    responseBytes: x.responseBytes,
    durationMs,
    upstream: x.upstream?.address.label ?? "",
    upstreamMs: x.upstreamHeadMs === 0 ? 0 : x.upstreamHeadMs - x.upstreamBeganMs,
    failure: x.failure?.code ?? "",
    requestId: x.requestId,
  };
}
