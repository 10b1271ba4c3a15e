/** Which fields of a head users may change, by a rule or in a hook. */

import { id, idOfBytes, idOfName, isFraming, isHopByHop, lookAlike } from "../http/field-names.ts";

/** Made anew for each connection by the wire machines (RFC 9110 §7.6.1), and nobody else's. */
export function isMadeAnew(name: string): boolean {
  const field = idOfName(name);
  return isFraming(field) || isHopByHop(field) || field === id.expect;
}

/** `Content_Length` is `Content-Length` to some upstreams, and dropped where a client sends it. */
export function isLookAlike(name: string): boolean {
  const bytes = Buffer.from(name, "latin1");
  return idOfBytes(bytes, 0, bytes.length) === lookAlike;
}
