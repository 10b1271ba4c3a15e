/**
 * Whether a request may have been meant for us, by its Host.
 *
 * A page of a stranger can have its own name resolve to this machine, and then read what it finds
 * there as if it were its own (DNS rebinding, threat 168). Its requests name the stranger's host:
 * only hosts that a stranger cannot have are answered, which are addresses, `localhost`, and what
 * the config names.
 */

import { isIP } from "node:net";

/** `named` are the hosts in the config. Without Host it is no browser, which always sends it. */
export function isOurHost(host: string | undefined, named: readonly string[]): boolean {
  if (host === undefined) return true;
  const [, address, name = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{0,5})?$/.exec(host) ?? [];
  if (address !== undefined) return isIP(address) === 6;
  const asked = name.toLowerCase().replace(/\.$/, "");
  if (isIP(asked) === 4 || asked === "localhost" || asked.endsWith(".localhost")) return true;
  return named.some((own) => own.toLowerCase() === asked && asked !== "");
}
