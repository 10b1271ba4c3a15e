/**
 * `Forwarded` (RFC 7239) and the nodes in it and in `X-Forwarded-For`. Reading is strict: a chain
 * that two readers could understand in two ways says nothing about where a request came from.
 */

import { plainIp, readIp } from "../base/ip.ts";
import { isToken } from "./fields.ts";

/** What one hop says: who called it, under which name, and how. "" leaves a part out. */
export interface ForwardedHop {
  /** An address without brackets and port; "" is written as `unknown`. */
  readonly for: string;
  readonly host: string;
  readonly scheme: string;
}

export function writeForwarded(hop: ForwardedHop): string {
  const host = hop.host === "" ? "" : `;host=${tokenOrQuoted(hop.host)}`;
  const proto = hop.scheme === "" ? "" : `;proto=${hop.scheme}`;
  return `for=${writeNode(hop.for)}${host}${proto}`;
}

/** RFC 7239 §6: brackets and, because of the colons, quotes around IPv6. */
function writeNode(address: string): string {
  if (address === "") return "unknown";
  return address.includes(":") ? `"[${address}]"` : address;
}

function tokenOrQuoted(text: string): string {
  return isToken(text) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

const address = new Uint32Array(4);

/**
 * The address in a node: `1.2.3.4`, `1.2.3.4:56`, `::1`, `[::1]`, `[::1]:56`. undefined for
 * `unknown`, `_hidden`, and everything else.
 */
export function readNode(text: string): string | undefined {
  const node = /^(?:\[([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\]|([0-9.]+))(?::[0-9]{1,5})?$/.exec(text);
  const ip = node === null ? text : (node[1] ?? node[2] ?? "");
  if (ip.includes("%") || readIp(ip, address) === 0) return undefined;
  return plainIp(ip.toLowerCase());
}

/**
 * The `for` of each element, oldest hop first; undefined for an element without one. The whole is
 * undefined if the list breaks the grammar (RFC 7239 §4).
 */
export function readForwardedFor(list: string): (string | undefined)[] | undefined {
  const nodes: (string | undefined)[] = [];
  let node: string | undefined;
  let at = 0;
  while (at <= list.length) {
    pairPattern.lastIndex = at;
    const pair = pairPattern.exec(list);
    if (pair === null) return undefined;
    const [whole, name, token, quoted, separator] = pair;
    if (name?.toLowerCase() === "for") {
      if (node !== undefined) return undefined;
      node = token ?? quoted!.replaceAll(/\\(.)/g, "$1");
    }
    at += whole.length;
    if (separator === ";") continue;
    nodes.push(node);
    node = undefined;
    if (separator === "") return nodes;
  }
  return undefined;
}

/**
 * One `name=value` with what ends it. Colons and brackets should be quoted, but often are not.
 * Where one part ends, the next one begins with another character: there is one way to match.
 */
const pairPattern =
  /[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~:[\]-]+)|"((?:[^"\\]|\\.)*)")[ \t]*([;,]|$)/y;
