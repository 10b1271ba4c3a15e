/** What a connection to an upstream says first of the client that it is for (PROXY protocol). */

import { writeProxyHeader, type ProxyVersion } from "../wire/proxy-protocol/write-proxy-header.ts";
import type { Exchange } from "./exchange.ts";

/**
 * A client behind a trusted peer is known by its address alone, so its port is 0, and it is said to
 * have connected to where the peer did. Who has no address (a Unix socket, a caller in the same
 * program) is unknown.
 */
export function announcementOf(
  { clientIp, peer }: Pick<Exchange, "clientIp" | "peer">,
  version: ProxyVersion,
): string {
  const { address, ends } = peer;
  if (clientIp === "") return writeProxyHeader(version, undefined);
  return writeProxyHeader(version, {
    address: clientIp,
    port: clientIp === address ? (ends?.peerPort ?? 0) : 0,
    destination: { address: ends?.localAddress ?? "", port: ends?.localPort ?? 0 },
  });
}
