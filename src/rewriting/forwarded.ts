/**
 * What an upstream is told about the client: `X-Forwarded-For`, `-Host`, `-Proto`, `-Prefix`, and
 * `Forwarded` (RFC 7239). Nothing that an unknown peer says about it is believed or passed on; what
 * a trusted peer says is kept and added to (threat 60).
 */

import type { IpSet } from "../base/ip-set.ts";
import { plainIp } from "../base/ip.ts";
import { id, type FieldId } from "../http/field-names.ts";
import type { Fields } from "../http/fields.ts";
import { readForwardedFor, readNode, writeForwarded } from "../http/forwarded.ts";

export interface ForwardedView {
  /** The address of the socket's other end; "" for a Unix socket. */
  readonly peerIp: string;
  readonly peerTrusted: boolean;
  /** As the peer called us. */
  readonly scheme: "http" | "https";
  /** As the peer called us; "" in an HTTP/1.0 request without Host. */
  readonly authority: string;
  /** Write `Forwarded` too. */
  readonly rfc7239: boolean;
  /** The public prefix that a mapping takes off the path; "" for none. */
  readonly prefix: string;
}

/** Called on the fields that go to the upstream, before the user's rules. */
export function setForwardedFields(fields: Fields, view: ForwardedView): void {
  if (view.peerTrusted) addToTrusted(fields, view);
  else replaceUntrusted(fields, view);
}

function replaceUntrusted(fields: Fields, view: ForwardedView): void {
  const { scheme, authority, rfc7239, prefix } = view;
  const peerIp = plainIp(view.peerIp);
  const claimsRealIp = fields.has(id["x-real-ip"]);
  fields.removeWhere(isForwarded);
  if (peerIp !== "") fields.addMade("X-Forwarded-For", peerIp);
  if (authority !== "") fields.addMade("X-Forwarded-Host", authority);
  fields.addMade("X-Forwarded-Proto", scheme);
  if (prefix !== "") fields.add("X-Forwarded-Prefix", prefix);
  if (claimsRealIp && peerIp !== "") fields.add("X-Real-IP", peerIp);
  if (rfc7239) fields.add("Forwarded", writeForwarded({ for: peerIp, host: authority, scheme }));
}

function addToTrusted(fields: Fields, view: ForwardedView): void {
  const { scheme, authority, rfc7239, prefix } = view;
  const peerIp = plainIp(view.peerIp);
  const chain = fields.list(id["x-forwarded-for"]);
  if (peerIp !== "") {
    fields.set("X-Forwarded-For", chain ? `${chain}, ${peerIp}` : peerIp);
  }
  if (authority !== "" && !fields.has(id["x-forwarded-host"])) {
    fields.add("X-Forwarded-Host", authority);
  }
  if (!isScheme(fields)) fields.set("X-Forwarded-Proto", scheme);
  setPrefix(fields, prefix);
  // A chain that is there is kept true although the option is off: some upstreams read it first.
  if (rfc7239 || fields.has(id.forwarded)) {
    fields.add("Forwarded", writeForwarded({ for: peerIp, host: authority, scheme }));
  }
}

/** Exactly one, and exactly a scheme: applications compare it to know what is secure. */
function isScheme(fields: Fields): boolean {
  const field = id["x-forwarded-proto"];
  const proto = fields.get(field);
  return (proto === "http" || proto === "https") && fields.countOf(field) === 1;
}

/** The peer's prefix stands before ours, if it is a path and nothing more. */
function setPrefix(fields: Fields, prefix: string): void {
  const field = id["x-forwarded-prefix"];
  const outer = fields.get(field);
  if (outer === undefined) {
    if (prefix !== "") fields.add("X-Forwarded-Prefix", prefix);
    return;
  }
  const isPath = prefixPattern.test(outer) && fields.countOf(field) === 1;
  const whole = isPath ? outer + prefix : prefix;
  if (whole === "") fields.remove(field);
  else fields.set("X-Forwarded-Prefix", whole);
}

const prefixPattern = /^(?:\/[A-Za-z0-9._~!$&'()*+=:@%-]+)+$/;

function isForwarded(field: FieldId): boolean {
  return forwardedFields.has(field);
}

const forwardedFields: ReadonlySet<FieldId> = new Set([
  id.forwarded,
  id["x-forwarded-for"],
  id["x-forwarded-host"],
  id["x-forwarded-port"],
  id["x-forwarded-prefix"],
  id["x-forwarded-proto"],
  id["x-real-ip"],
]);

/**
 * The address of the client: the first one, read from the peer backwards, that is not trusted. What
 * stands before it, or before a node that is no address, may be invented and is not looked at.
 * `Forwarded` is read only where there is no `X-Forwarded-For`: most proxies write the latter
 * alone, and pass a client's own `Forwarded` on.
 */
export function clientIpOf(fields: Fields, peerIp: string, trust: IpSet): string {
  const peer = plainIp(peerIp);
  if (trust.empty || !trust.has(peer)) return peer;
  const chain = fields.list(id["x-forwarded-for"]);
  return chain === undefined
    ? lastUntrusted(forwardedNodes(fields), peer, trust)
    : lastUntrusted(chain.split(","), peer, trust);
}

function forwardedNodes(fields: Fields): readonly (string | undefined)[] {
  const list = fields.list(id.forwarded);
  return (list === undefined ? undefined : readForwardedFor(list)) ?? [];
}

function lastUntrusted(nodes: readonly (string | undefined)[], peer: string, trust: IpSet): string {
  let client = peer;
  for (let at = nodes.length - 1; at >= 0; at--) {
    const ip = readNode(nodes[at]?.trim() ?? "");
    if (ip === undefined) break;
    client = ip;
    if (!trust.has(ip)) break;
  }
  return client;
}
