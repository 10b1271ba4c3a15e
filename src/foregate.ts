/** Foregate as a library: a proxy in the program that imports it, on the thread that calls. */

import { compileValue } from "./config/load.ts";
import type { Problem } from "./config/problems.ts";
import { startWorker, type Worker, type WorkerListener } from "./worker.ts";

export type { Problem } from "./config/problems.ts";
export type { WorkerListener } from "./worker.ts";

/** The config was wrong; nothing was started. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** All that is wrong with it, not only the first. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ path, message }) =>
      path === "" ? message : `${path}: ${message}`,
    );
    super(`Cannot use config: ${lines.join("; ")}`);
    this.problems = problems;
  }
}

export interface Proxy {
  /** Where it listens; empty before `listen`. A config's port 0 is here the port that was taken. */
  readonly listeners: readonly WorkerListener[];
  /** Rejects with the system's error if an address cannot be had; then it listens nowhere. */
  listen(): Promise<void>;
  /**
   * Stops accepting, waits up to `graceMs` (the config's `timeouts.drain` by default), then cuts.
   */
  close(graceMs?: number): Promise<void>;
}

/** `config` is what a config file holds, as a value. Throws a `ConfigError`. */
export function createProxy(config: unknown): Proxy {
  const { plan, problems } = compileValue(config, "config");
  if (plan === undefined) throw new ConfigError(problems);
  let worker: Worker | undefined;
  return {
    get listeners() {
      return worker?.listeners ?? [];
    },
    async listen() {
      worker ??= await startWorker(plan);
    },
    async close(graceMs = plan.drainMs) {
      await worker?.stop(graceMs);
      worker = undefined;
    },
  };
}
