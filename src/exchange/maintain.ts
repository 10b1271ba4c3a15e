/** Turns away whom a route in maintenance does not let pass. */

import { Failure } from "../base/failure.ts";
import { isClosed } from "../maintenance/maintenance.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import type { Exchange } from "./exchange.ts";

/** Throws a `Failure`. `isThere` tells of a file. */
export function checkMaintenance(
  x: Pick<Exchange, "clientIp" | "route">,
  options: MaintenanceOptions,
  isThere: (file: string) => boolean,
): void {
  if (!isClosed(options, x.clientIp, isThere)) return;
  const { whileFile } = options;
  const why = whileFile === undefined ? "`maintenance` closes it" : `${whileFile} closes it`;
  throw new Failure("maintenance", `Cannot serve ${x.route?.name ?? "this route"}: ${why}`);
}
