/**
 * May this address get in? What is denied never does, and where there is a list of those who do,
 * nobody else does: not a client on a Unix socket either, which has no address.
 */

import type { AccessOptions } from "./options.ts";

/** `clientIp` is the client's behind trusted peers; "" for none. */
export function isAddressLetIn({ allow, deny }: AccessOptions, clientIp: string): boolean {
  if (deny !== undefined && deny.has(clientIp)) return false;
  return allow === undefined || allow.has(clientIp);
}
