/**
 * Host and port of a request (RFC 3986 §3.2, RFC 9110 §7.2), read strictly: a proxy that is
 * generous here routes by one name and lets its upstream see another (threat 22).
 */

import { readIp } from "../base/ip.ts";

export interface Authority {
  /** Lower case, port as sent: what is sent on. */
  readonly text: string;
  /** Lower case, without the port; IPv6 keeps its brackets. */
  readonly host: string;
  /** -1 if none was sent. */
  readonly port: number;
}

const portMax = 65_535;

/** Longest name of the DNS (RFC 1035 §2.3.4). */
const hostBytesMax = 255;

/** A registered name or IPv4 address: no userinfo, no percent-encoding, no list, no path. */
const namePattern = /^[0-9A-Za-z_](?:[0-9A-Za-z_~.-]*[0-9A-Za-z_~.])?$/;
/** An IPv6 address without a zone (RFC 9110 §4.2.1 has none); `readIp` looks at the rest. */
const ipv6Pattern = /^\[[0-9A-Fa-f:.]{2,45}\]$/;
const portPattern = /^[0-9]{1,5}$/;

const scratch = new Uint32Array(4);

/** undefined: not an authority. */
export function readAuthority(text: string): Authority | undefined {
  const colon = text.lastIndexOf(":");
  const hasPort = colon > text.lastIndexOf("]");
  const host = hasPort ? text.slice(0, colon) : text;
  if (host.length > hostBytesMax || !(namePattern.test(host) || isIpv6(host))) return undefined;
  if (!hasPort) return { text: text.toLowerCase(), host: host.toLowerCase(), port: -1 };

  const digits = text.slice(colon + 1);
  if (!portPattern.test(digits) || Number(digits) > portMax) return undefined;
  return { text: text.toLowerCase(), host: host.toLowerCase(), port: Number(digits) };
}

function isIpv6(host: string): boolean {
  const isBracketed = ipv6Pattern.test(host) && host.includes(":");
  return isBracketed && readIp(host.slice(1, -1), scratch) !== 0;
}
