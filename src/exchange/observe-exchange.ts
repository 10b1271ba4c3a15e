/** What is counted and logged of an exchange, once at its begin and once at its end. */

import { id } from "../http/field-names.ts";
import type { AccessLog } from "../observe/access-log.ts";
import type { AccessRecord, LoggedField } from "../observe/access-record.ts";
import type { Exchange } from "./exchange.ts";
import type { Rooms } from "./rooms.ts";

export function beginExchange(x: Exchange, rooms: Rooms): void {
  const { counters } = rooms;
  rooms.inFlight += 1;
  counters.exchangesBegun += 1;
  counters.exchangesInFlight += 1;
  x.clientIp = x.peer.address;
}

export function endExchange(x: Exchange, rooms: Rooms): void {
  const { counters, accessLog, stats } = rooms;
  rooms.inFlight -= 1;
  counters.exchangesInFlight -= 1;
  counters.exchangesEnded += 1;
  counters.countStatus(x.status);
  if (x.failure !== undefined) counters.failures[x.failure.code] += 1;
  if (accessLog === undefined && stats === undefined) return;
  const endMs = rooms.nowMs();
  if (stats !== undefined) {
    stats.addExchange(x, rooms.routeRows[x.route?.row ?? 0] ?? 0, endMs);
    if (x.upstream !== undefined) stats.addUpstream(x, x.upstream.row, endMs);
  }
  if (accessLog !== undefined) logExchange(x, accessLog, rooms, endMs);
}

function logExchange(x: Exchange, log: AccessLog, rooms: Rooms, endMs: number): void {
  const { selection } = log;
  if (selection !== undefined) {
    const durationMs = endMs - x.beganMs;
    const outcome = { status: x.status, durationMs, failed: x.failure !== undefined };
    if (!selection.has(outcome, rooms.random)) return;
  }
  log.write(recordOf(x, log, endMs, rooms.clock.wallMs()));
}

function recordOf(x: Exchange, log: AccessLog, endMs: number, wallMs: number): AccessRecord {
  const { head } = x;
  const { redaction } = log;
  const durationMs = endMs - x.beganMs;
  return {
    timeMs: wallMs - durationMs,
    route: x.route?.name ?? "",
    method: head.method,
    target: redaction.target(head.target),
    host: head.host,
    clientIp: x.clientIp,
    peerIp: x.peer.isTrusted ? x.peer.address : undefined,
    user: x.user,
    version: head.version,
    referer: redaction.referer(head.fields.get(id.referer) ?? ""),
    userAgent: redaction.userAgent(head.fields.get(id["user-agent"]) ?? ""),
    fields: log.fields.length === 0 ? noFields : fieldsOf(x, log),
    status: x.status,
    requestBytes: x.requestBytes,
    responseBytes: x.responseBytes,
    durationMs,
    firstByteMs: x.headSentMs === 0 ? 0 : Math.min(x.headSentMs, endMs) - x.beganMs,
    upstream: x.upstream?.address.label ?? "",
    upstreamMs: x.upstreamHeadMs === 0 ? 0 : x.upstreamHeadMs - x.upstreamBeganMs,
    connectMs: x.connectMs,
    failure: x.failure?.code ?? "",
    requestId: x.requestId,
  };
}

const noFields: readonly LoggedField[] = [];

function fieldsOf({ head }: Exchange, { fields, redaction }: AccessLog): readonly LoggedField[] {
  return fields.flatMap((name): LoggedField[] => {
    const values = head.fields.allNamed(name);
    return values.length === 0 ? [] : [[name, redaction.field(name, values.join(", "))]];
  });
}
