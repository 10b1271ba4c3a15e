/**
 * A config that has changed while the program runs: put in force as a whole or not at all, with
 * the ones before it kept.
 *
 *   ask ─▶ read ─▶ wrong: said, and the one before stays in force
 *            └───▶ applied ─▶ said, with what changed and what only a restart changes
 */

import { changesOf, type Change } from "../config/changes.ts";
import type { LoadedConfig } from "../config/load.ts";
import { isError, type Problem } from "../config/problems.ts";
import { troubleEvent, type TellEvent } from "../observe/events.ts";
import { bindTroubleOf } from "./bind-error.ts";
import { ConfigWatch } from "./config-watch.ts";
import { isPlanned, type PlannedConfig } from "./planned-config.ts";
import { problemEvent } from "./problem-event.ts";
import { countProblems } from "./say.ts";
import { shownConfig } from "./shown-config.ts";

export interface Reloading {
  /** In force now. */
  readonly config: PlannedConfig;
  /** Its number; others come after it. */
  readonly revision: number;
  /**
   * Reads its files once more; undefined: they cannot be read, and that was said. There is no
   * `load` where there are no files.
   */
  readonly load: (() => Promise<LoadedConfig | undefined>) | undefined;
  /** Rejects if it cannot be put in force; the one before still is then. */
  readonly apply: (config: PlannedConfig) => Promise<void>;
  readonly tell: TellEvent;
  /** What stands in any of these for a placeholder is told to nobody. */
  readonly withhold: (configs: readonly LoadedConfig[]) => void;
  /** A config is going to be put in force, by all odds. */
  readonly onBegin?: () => void;
  /** This one is in force now. */
  readonly onEnd?: (config: PlannedConfig) => void;
}

export type Outcome =
  | {
      readonly kind: "applied";
      readonly revision: number;
      readonly changes: readonly Change[];
      /** Keys whose new values are not in force before a restart. */
      readonly late: readonly string[];
      readonly config: LoadedConfig;
      readonly tookMs: number;
    }
  | { readonly kind: "wrong"; readonly config: LoadedConfig }
  | { readonly kind: "failed"; readonly reason: string };

/** One that is, or was, in force. */
export interface Revision {
  /** From 1. */
  readonly revision: number;
  readonly config: PlannedConfig;
  readonly sinceMs: number;
}

/** How many are kept. */
const keptMax = 10;

const stays = "the config before stays in force";

export class Reloads {
  readonly #reloading: Reloading;
  /** The one in force first. */
  #kept: readonly Revision[];
  #lastRevision: number;
  #queue: Promise<unknown> = Promise.resolve();
  /** Whoever asks while one waits to begin gets that one. */
  #next: Promise<Outcome> | undefined;
  #watch: ConfigWatch | undefined;

  constructor(reloading: Reloading) {
    this.#reloading = reloading;
    const { config, revision } = reloading;
    this.#kept = [{ revision, config, sinceMs: Date.now() }];
    this.#lastRevision = revision;
  }

  /** In force now. */
  get config(): PlannedConfig {
    return this.current.config;
  }

  get current(): Revision {
    return this.#kept[0]!;
  }

  get lastRevision(): number {
    return this.#lastRevision;
  }

  /** The one in force first, then those before it. */
  get history(): readonly Revision[] {
    return this.#kept;
  }

  get canRead(): boolean {
    return this.#reloading.load !== undefined;
  }

  /** From now on a change of a file of the config is asked for. */
  watch(): void {
    this.#watch = new ConfigWatch(() => void this.ask());
    this.#watch.add(this.config.files);
  }

  /** Reads the files again. Resolves when it has been said what came of it. */
  ask(): Promise<Outcome> {
    this.#next ??= this.#serially(async () => {
      this.#next = undefined;
      return await this.#run(this.#reloading.load ?? (() => Promise.resolve(undefined)));
    });
    return this.#next;
  }

  /** Puts this one in force. */
  use(config: LoadedConfig): Promise<Outcome> {
    return this.#serially(() => this.#run(() => Promise.resolve(config)));
  }

  /** Puts the one in force that was so many before. undefined: it is not kept. */
  rollback(back: number): Promise<Outcome> | undefined {
    const kept = this.#kept[back];
    return kept && this.use(kept.config);
  }

  #serially(act: () => Promise<Outcome>): Promise<Outcome> {
    const done = this.#queue.then(act);
    this.#queue = done;
    return done;
  }

  /** Never rejects: what went wrong was said, and comes out. */
  async #run(read: () => Promise<LoadedConfig | undefined>): Promise<Outcome> {
    const beganMs = performance.now();
    const { onBegin, onEnd } = this.#reloading;
    onBegin?.();
    try {
      const config = await read();
      if (config === undefined) return { kind: "failed", reason: "the config cannot be read" };
      this.#hear(config);
      if (!isPlanned(config)) return { kind: "wrong", config };
      const before = this.config;
      await this.#reloading.apply(config);
      return this.#applied(before, config, Math.round(performance.now() - beganMs));
    } catch (error) {
      return this.#failed(error);
    } finally {
      onEnd?.(this.config);
    }
  }

  /** Its problems are told, and its secrets are not. */
  #hear(config: LoadedConfig): void {
    const { tell, withhold } = this.#reloading;
    // What is in force is spoken of as well, and what was before it may still be.
    withhold([this.config, config]);
    this.#watch?.add(config.files);
    for (const problem of config.problems) tell(asEvent(problem));
    if (config.plan !== undefined) return;
    const message = `${stays}: ${countProblems(config.problems)} in the new one`;
    tell({ level: "error", message, fields: { config: config.file } });
  }

  #applied(before: PlannedConfig, config: PlannedConfig, tookMs: number): Outcome {
    const { tell } = this.#reloading;
    this.#lastRevision += 1;
    const revision = this.#lastRevision;
    this.#kept = [{ revision, config, sinceMs: Date.now() }, ...this.#kept].slice(0, keptMax);
    const changes = changesOf(shownConfig(before), shownConfig(config));
    const { file, sites } = config;
    const counts = { sites: sites.length, changes: changes.length };
    const fields = { config: file, revision, ...counts, took_ms: tookMs };
    tell({ level: "info", message: "reloaded", fields });
    const late = changedByRestart(before, config);
    if (late.length > 0) {
      const message = `what changed of ${late.join(", ")} takes effect with a restart`;
      tell({ level: "warn", message, fields: {} });
    }
    return { kind: "applied", revision, changes, late, config, tookMs };
  }

  #failed(error: unknown): Outcome {
    const { tell } = this.#reloading;
    const { listeners, metrics } = this.config;
    const found = bindTroubleOf(error, [...listeners, ...metrics]);
    const label = (error as { readonly label?: unknown }).label;
    const reason = error instanceof Error ? error.message : String(error);
    if (found === undefined && label === undefined) tell(troubleEvent(stays, error));
    else {
      const fields = { listener: String(label), reason };
      tell({ level: "error", message: `${stays}: an address cannot be had`, fields });
    }
    return { kind: "failed", reason };
  }
}

const asEvent = (problem: Problem): ReturnType<typeof problemEvent> =>
  problemEvent(problem, isError(problem) ? "error" : "warn");

/** Keys whose new values are not in force. */
function changedByRestart(before: LoadedConfig, now: LoadedConfig): readonly string[] {
  const own = (config: LoadedConfig): Readonly<Record<string, unknown>> => ({
    metrics: config.plan?.metrics?.listeners,
    "logs.events": config.events,
    "buffer.directory": config.plan?.buffer.directory,
    workers: config.workers,
    admin: config.admin,
  });
  const [old, fresh] = [own(before), own(now)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
}
