/** A config that can be put in force. */

import type { LoadedConfig } from "../config/load.ts";
import type { Plan } from "../exchange/plan.ts";

/** A config without errors. */
export type PlannedConfig = LoadedConfig & { readonly plan: Plan };

export function isPlanned(config: LoadedConfig): config is PlannedConfig {
  return config.plan !== undefined;
}
