/** A config as it is in force, for people: every default in its place, and without its secrets. */

import { effectiveConfig } from "../config/effective.ts";
import { withheld } from "../config/withhold.ts";
import type { PlannedConfig } from "./planned-config.ts";

export function shownConfig(config: PlannedConfig): unknown {
  const { plan, siteOptions, withhold, poolNames, events, workers, admin } = config;
  const around = { poolNames, events, workers, admin, hidesSecrets: true };
  return withheld(effectiveConfig(plan, siteOptions, around), withhold);
}
