/** Maintenance: for as long as it lasts nobody gets more than a word of it, but for a few. */

import type { IpSet } from "../base/ip-set.ts";

export interface MaintenanceOptions {
  /** What `Retry-After` says, in seconds; undefined: it is left out. */
  readonly retryAfterSeconds: number | undefined;
  /** They pass as usual; undefined: nobody does. */
  readonly allow: IpSet | undefined;
  /** It lasts only while this file is there, named from the root; undefined: always. */
  readonly whileFile: string | undefined;
}
