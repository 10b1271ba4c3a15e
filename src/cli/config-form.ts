/** A config that is in force as data, for a thread that did not read it. */

import type { ConfigForm } from "../admin/office-messages.ts";
import { GraphReader, GraphWriter } from "../base/graph-form.ts";
import { atOnce } from "../base/in-turns.ts";
import { stubOf } from "../code/functions.ts";
import { withholdSecrets } from "../config/withhold.ts";
import { readPlan, type PlanForm } from "../exchange/plan-form.ts";
import type { PlannedConfig } from "./planned-config.ts";

type Rest = Omit<PlannedConfig, "plan" | "siteOptions" | "withhold" | "texts">;

/** `form`: of its plan. */
export function writeConfig(config: PlannedConfig, form: PlanForm): ConfigForm {
  const { plan: _plan, siteOptions: _sites, withhold: _withhold, texts: _texts, ...rest } = config;
  return { plan: form, rest: new GraphWriter([]).write(rest satisfies Rest) };
}

/** Its functions are stubs, as they were. It has no texts: nothing in it is wrong. */
export function readConfig({ plan: form, rest }: ConfigForm): PlannedConfig {
  const others = new GraphReader([]).read(rest) as Rest;
  return {
    ...others,
    ...atOnce(readPlan(form, stubOf)),
    withhold: withholdSecrets(others.pieces),
    texts: new Map(),
  };
}
