/**
 * What goes out on either side: the request as the upstream gets it, and its answer as the client
 * gets it. `from` is never changed; the fields of the request are a copy, already without what was
 * meant for one hop (design rule 2), before any rule of the user's runs.
 */

import { readAuthority } from "../http/authority.ts";
import { id, type FieldId } from "../http/field-names.ts";
import type { Fields } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import { makeTraceparent, readTraceparent } from "../http/traceparent.ts";
import { writeDate } from "../http/date.ts";
import { applyFieldRules } from "../rewriting/field-rules.ts";
import { setForwardedFields } from "../rewriting/forwarded.ts";
import { mapResponseFields, mapTarget, withBasePath } from "../rewriting/mapping.ts";
import { addVia } from "../rewriting/via.ts";
import type { Member } from "../upstream/pool.ts";
import type { Exchange } from "./exchange.ts";
import type { UpstreamAnswer } from "./forward.ts";
import type { RoutePlan } from "./plan.ts";
import type { Rooms } from "./rooms.ts";

export function outgoingRequest(
  x: Exchange,
  route: RoutePlan,
  rooms: Pick<Rooms, "pseudonym" | "random">,
): RequestHead {
  const from = x.head;
  const fields = from.fields.clone();
  setForwardedFields(fields, {
    peerIp: x.peer.address,
    peerTrusted: x.peer.isTrusted,
    scheme: from.scheme,
    authority: from.authority,
    rfc7239: x.plan.forwarded.rfc7239,
    prefix: route.mapping?.publicPrefix ?? "",
  });
  addVia(fields, from.version, rooms.pseudonym);
  identify(from.fields, fields, { requestId: x.requestId, rooms });
  let { authority } = from;
  if (route.fieldRules !== undefined) {
    applyFieldRules(route.fieldRules.request, fields, { head: from, clientIp: x.clientIp });
    authority = takeHost(fields) ?? authority;
  }
  return {
    method: from.method,
    target: route.mapping === undefined ? from.target : mapTarget(route.mapping, from.target),
    scheme: "http",
    authority,
    host: from.host,
    absolute: false,
    version: "1.1",
    fields,
    body: from.body,
    contentLength: from.contentLength,
    expectsContinue: from.expectsContinue,
    upgrade: allowedUpgrade(from, route),
    wantsTrailers: from.wantsTrailers,
  };
}

/** RFC 9110 §6.6.1: every answer has one, and whoever forwards one without it adds it. */
export function addDate(fields: Fields, rooms: Rooms): void {
  if (fields.has(id.date)) return;
  fields.addMade("Date", writeDate(rooms.clock.wallMs()));
}

/**
 * A rule may set `Host`: it goes where the machine that writes the head looks for it. What is no
 * host, say a placeholder that came out empty, changes nothing.
 */
function takeHost(fields: Fields): string | undefined {
  const host = fields.get(id.host);
  if (host === undefined) return undefined;
  fields.remove(id.host);
  return readAuthority(host)?.text;
}

/**
 * The usual samplers follow their parent's flag: without it they would record nothing behind us.
 */
const sampled = "01";

/** `X-Request-Id` and `traceparent` are passed on if they are good, else made. */
function identify(from: Fields, to: Fields, { requestId, rooms }: Identity): void {
  const given = from.get(id["x-request-id"]);
  if (given !== requestId) {
    if (given !== undefined) to.remove(id["x-request-id"]);
    to.addMade("X-Request-Id", requestId);
  }
  const trace = from.get(id.traceparent);
  if (trace !== undefined && readTraceparent(trace)) return;
  if (trace !== undefined) to.remove(id.traceparent);
  to.addMade("traceparent", makeTraceparent(rooms.random, sampled));
}

interface Identity {
  readonly requestId: string;
  readonly rooms: Pick<Rooms, "random">;
}

/**
 * Only protocols that the route lists: others, above all h2c, open a way around it (threat 106).
 */
function allowedUpgrade(from: RequestHead, route: RoutePlan): string | undefined {
  const wanted = from.upgrade;
  if (wanted === undefined || route.action.type !== "proxy") return undefined;
  return route.action.upgrades.includes(wanted) ? wanted : undefined;
}

/** Makes an upstream's head ready for the client, in place. */
export function outgoingResponse(
  x: Exchange,
  { head, member }: UpstreamAnswer,
  rooms: Rooms,
): void {
  const { fields } = head;
  const { route } = x;
  mapToPublic(x, member, fields);
  addDate(fields, rooms);
  addVia(fields, head.version, rooms.pseudonym);
  if (route?.fieldRules !== undefined) {
    const subject = { head: x.head, clientIp: x.clientIp };
    applyFieldRules(route.fieldRules.response, fields, subject);
  }
}

/** Upstream's names become the public ones; in interim heads too, which may hold links (103). */
export function mapToPublic(x: Exchange, member: Member, fields: Fields): void {
  mapResponseFields(fields, {
    mapping: withBasePath(x.route?.mapping, member.address.basePath),
    publicScheme: x.head.scheme,
    publicAuthority: x.head.authority,
    internalAuthorities: member.authorities,
  });
}

/**
 * The body's bytes will be others than the upstream's: what was said of them is no longer true, and
 * no range of them can be had (RFC 9110 §8.6, §14.3, RFC 9530).
 */
export function forgetBytes(head: ResponseHead): void {
  if (head.body === "sized") head.body = "stream";
  head.contentLength = -1;
  head.fields.removeWhere(isOfBytes);
}

/** A field that tells of the bytes of a body; some come as trailers. */
export function isOfBytes(field: FieldId): boolean {
  return fieldsOfBytes.has(field);
}

const fieldsOfBytes: ReadonlySet<FieldId> = new Set([
  id["accept-ranges"],
  id["content-digest"],
  id["content-md5"],
  id.digest,
  id["repr-digest"],
]);
