/** Is a route closed to this client? Where a file switches, only while that is there. */

import type { MaintenanceOptions } from "./options.ts";

/** `isThere` tells of a file; `clientIp` is the client's behind trusted peers; "" for none. */
export function isClosed(
  options: MaintenanceOptions,
  clientIp: string,
  isThere: (file: string) => boolean,
): boolean {
  const { allow, whileFile } = options;
  if (whileFile !== undefined && !isThere(whileFile)) return false;
  return allow === undefined || !allow.has(clientIp);
}
