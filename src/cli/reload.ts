/**
 * A config that has changed while the program runs: read again, and put in force as a whole or not
 * at all.
 *
 *   ask ─▶ read ─▶ wrong: said, and the one before stays in force
 *            └───▶ applied ─▶ said, with what only a restart changes
 */

import type { LoadedConfig } from "../config/load.ts";
import { isError } from "../config/problems.ts";
import { troubleEvent, type ProgramEvent } from "../observe/events.ts";
import { bindTroubleOf } from "./bind-error.ts";
import { ConfigWatch } from "./config-watch.ts";
import type { Voice } from "./event-voice.ts";
import { problemEvent } from "./problem-event.ts";
import { countProblems } from "./say.ts";
import { isPlanned, type PlannedConfig } from "./planned-config.ts";

export interface Reloading {
  /** In force now. */
  readonly config: LoadedConfig;
  /** Reads it once more; undefined: it cannot be read, and that was said. */
  readonly load: () => Promise<LoadedConfig | undefined>;
  /** Rejects if it cannot be put in force; the one before still is then. */
  readonly apply: (config: PlannedConfig) => Promise<void>;
  readonly voice: Voice;
}

export class Reloads {
  readonly #reloading: Reloading;
  #config: LoadedConfig;
  /** What runs now; whoever asks meanwhile waits for one more. */
  #running: Promise<void> | undefined;
  #isAskedAgain = false;
  #watch: ConfigWatch | undefined;

  constructor(reloading: Reloading) {
    this.#reloading = reloading;
    this.#config = reloading.config;
  }

  /** In force now. */
  get config(): LoadedConfig {
    return this.#config;
  }

  /** From now on a change of a file of the config is asked for. */
  watch(): void {
    this.#watch = new ConfigWatch(() => void this.ask());
    this.#watch.add(this.#config.texts.keys());
  }

  /** Resolves when it has been said what came of it. One at a time, and never one too few. */
  ask(): Promise<void> {
    if (this.#running !== undefined) this.#isAskedAgain = true;
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.#run();
    } while (this.#isAskedAgain);
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    const { tell } = this.#reloading.voice;
    const beganMs = performance.now();
    try {
      const config = await this.#read();
      if (config === undefined || !isPlanned(config)) return;
      await this.#reloading.apply(config);
      const before = this.#config;
      this.#config = config;
      const tookMs = Math.round(performance.now() - beganMs);
      const fields = { config: config.file, sites: config.sites.length, took_ms: tookMs };
      tell({ level: "info", message: "reloaded", fields });
      const late = changedByRestart(before, config);
      if (late.length === 0) return;
      const message = `what changed of ${late.join(", ")} takes effect with a restart`;
      tell({ level: "warn", message, fields: {} });
    } catch (error) {
      tell(this.#failureEvent(error));
    }
  }

  /** undefined, or without a plan: it is wrong, and that was said. */
  async #read(): Promise<LoadedConfig | undefined> {
    const { load, voice } = this.#reloading;
    const config = await load();
    if (config === undefined) return undefined;
    // What is in force is spoken of as well, and what was before it may still be.
    voice.withhold([this.#config.withhold, config.withhold]);
    this.#watch?.add(config.texts.keys());
    for (const problem of config.problems) {
      voice.tell(problemEvent(problem, isError(problem) ? "error" : "warn"));
    }
    if (config.plan !== undefined) return config;
    const message = `${stays}: ${countProblems(config.problems)} in the new one`;
    voice.tell({ level: "error", message, fields: { config: config.file } });
    return config;
  }

  #failureEvent(error: unknown): ProgramEvent {
    const { listeners, metrics } = this.#config;
    const found = bindTroubleOf(error, [...listeners, ...metrics]);
    const label = (error as { readonly label?: unknown }).label;
    if (found === undefined && label === undefined) return troubleEvent(stays, error);
    const reason = error instanceof Error ? error.message : String(error);
    const fields = { listener: String(label), reason };
    return { level: "error", message: `${stays}: an address cannot be had`, fields };
  }
}

const stays = "the config before stays in force";

/** Keys whose new values are not in force. */
function changedByRestart(before: LoadedConfig, now: LoadedConfig): readonly string[] {
  const own = (config: LoadedConfig): Readonly<Record<string, unknown>> => ({
    metrics: config.plan?.metrics?.listeners,
    "logs.events": config.events,
    "buffer.directory": config.plan?.buffer.directory,
    workers: config.workers,
  });
  const [old, fresh] = [own(before), own(now)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
}
