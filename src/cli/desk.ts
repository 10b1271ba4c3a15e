/**
 * Where configs are read while the program runs: reloads, and what the admin socket answers. It is
 * set up when somebody first comes, for what it imports is most of the program, and many never do.
 */

import type { AdminHandlers } from "../admin/admin-api.ts";
import type { Governing, Kept } from "../admin/office-messages.ts";
import { PlanDrawer, type DrawnPlan } from "../control/drawn-plan.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import { readConfig, writeConfig } from "./config-form.ts";
import { handlersFor, type Governed } from "./governing.ts";
import { loadWanted } from "./load-wanted.ts";
import type { PlannedConfig } from "./planned-config.ts";
import { Reloads, type Reloading } from "./reload.ts";

type Told = Required<Pick<Reloading, "tell" | "withhold" | "onBegin" | "onEnd">>;

export interface DeskServices extends Omit<Governed, "reloads">, Told {
  /** Rejects if it cannot be put in force. */
  readonly apply: (drawn: DrawnPlan, kept: Kept) => Promise<void>;
}

export class Desk {
  readonly reloads: Reloads;
  readonly handlers: AdminHandlers;
  readonly #services: DeskServices;
  readonly #drawer: PlanDrawer;

  constructor({ config, source, watches, revision, soFar }: Governing, services: DeskServices) {
    this.#services = services;
    this.#drawer = new PlanDrawer(soFar);
    const { tell, withhold, onBegin, onEnd } = services;
    this.reloads = new Reloads({
      config: readConfig(config),
      revision,
      load:
        source && (() => loadWanted({ config: source.file, envFile: source.envFile }, "evaluate")),
      apply: (next) => this.#apply(next),
      tell,
      withhold,
      onBegin,
      onEnd,
    });
    this.handlers = handlersFor({ ...services, reloads: this.reloads });
    if (watches) this.reloads.watch();
  }

  /** By row, of all plans that there were. */
  get labels(): RowLabels {
    return this.#drawer.labels;
  }

  async #apply(config: PlannedConfig): Promise<void> {
    const drawn = this.#drawer.draw(config);
    await this.#services.apply(drawn, {
      config: writeConfig(config, drawn.form),
      revision: this.reloads.lastRevision + 1,
      soFar: this.#drawer.soFar,
    });
  }
}
