/**
 * Host and port of a request (RFC 3986 §3.2, RFC 9110 §7.2), read strictly: a proxy that is generous
 * here routes by one name and lets its upstream see another (threat 22).
 */

export interface Authority {
  /** Lower case, port as sent: what is sent on. */
  readonly text: string;
  /** Lower case, without the port; IPv6 keeps its brackets. */
  readonly host: string;
  /** -1 if none was sent. */
  readonly port: number;
}

const portMax = 65_535;

/** A registered name or IPv4 address: no userinfo, no percent-encoding, no list, no path. */
const namePattern = /^[0-9A-Za-z_](?:[0-9A-Za-z_~.-]*[0-9A-Za-z_~.])?$/;
const ipv6Pattern = /^\[[0-9A-Fa-f:.]{2,45}\]$/;
const portPattern = /^[0-9]{1,5}$/;

/** undefined: not an authority. */
export function readAuthority(text: string): Authority | undefined {
  const colon = text.lastIndexOf(":");
  const hasPort = colon > text.lastIndexOf("]");
  const host = hasPort ? text.slice(0, colon) : text;
  if (host.length > 255 || !(namePattern.test(host) || ipv6Pattern.test(host))) return undefined;
  if (!hasPort) return { text: text.toLowerCase(), host: host.toLowerCase(), port: -1 };

  const digits = text.slice(colon + 1);
  if (!portPattern.test(digits) || Number(digits) > portMax) return undefined;
  return { text: text.toLowerCase(), host: host.toLowerCase(), port: Number(digits) };
}
