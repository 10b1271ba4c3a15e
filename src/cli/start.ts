/**
 * From a config without errors to a running proxy, until a signal ends it.
 *
 *   SIGTERM, SIGINT  stop accepting, wait for exchanges in flight (on a terminal 3 s at most), end
 *   … a second time  end now
 *   SIGQUIT          end now
 *   SIGUSR1          open log files anew
 */

import type { LoadedConfig } from "../config/load.ts";
import type { Plan } from "../exchange/plan.ts";
import { banner, type BoundListener } from "./banner.ts";
import { describeBindError } from "./bind-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { count, say } from "./say.ts";

/** How long the first Ctrl-C waits: somebody sits there and watches. */
const terminalDrainMs = 3_000;

/**
 * One Ctrl-C may come twice, from the terminal and again through npm. Only a signal this much later
 * is a second one.
 */
const sameSignalMs = 300;

/** What is known here of that which runs a plan. */
export interface Running {
  readonly listeners: readonly BoundListener[];
  readonly metrics: readonly BoundListener[];
  readonly counters: { readonly exchangesInFlight: number };
  /** After the log files were moved away. */
  reopenLogs(): void;
  stop(graceMs: number): Promise<void>;
}

/** Rejects if a listener cannot be had, with the system's error and its `label`. */
export type StartPlan = (plan: Plan) => Promise<Running>;

/** Resolves with the exit code. */
export async function start(
  begin: () => Promise<Running>,
  config: LoadedConfig,
  drainMs: number,
): Promise<number> {
  let running: Running;
  try {
    running = await begin();
  } catch (error) {
    const trouble = describeBindError(error, [...config.listeners, ...config.metrics]);
    if (trouble === undefined) throw error;
    say(config.withhold(trouble));
    return exitCodes.cannotBind;
  }
  // Who reads that it is ready may send a signal at once.
  const stopped = untilStopped(running, drainMs);
  const { sites } = config;
  const { listeners, metrics } = running;
  say(banner({ listeners, metrics, sites, tookMs: performance.now() }));
  return await stopped;
}

/** Settles once: drained, or cut by a second signal. */
function untilStopped(running: Running, drainMs: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let firstMs: number | undefined;
  const stop = (graceMs: number): void => {
    firstMs = performance.now();
    running.stop(graceMs).then(() => resolve(exitCodes.ok), reject);
  };
  const ask = (graceMs: number): void => {
    if (firstMs === undefined) {
      const waitMs = Math.min(graceMs, drainMs);
      tellWaiting(running.counters.exchangesInFlight, waitMs);
      stop(waitMs);
    } else if (performance.now() - firstMs >= sameSignalMs) {
      say("foregate: stopped at once");
      resolve(exitCodes.failed);
    }
  };
  const isWatched = process.stderr.isTTY;
  process.on("SIGTERM", () => ask(drainMs));
  process.on("SIGINT", () => ask(isWatched ? terminalDrainMs : drainMs));
  process.on("SIGQUIT", () => {
    if (firstMs === undefined) stop(0);
    else resolve(exitCodes.ok);
  });
  process.on("SIGHUP", () => {
    if (isWatched) ask(terminalDrainMs);
    else say("foregate: reloading is not available in this version: restart it instead");
  });
  // Without a handler, Node would open its inspector on this signal.
  process.on("SIGUSR1", () => running.reopenLogs());
  return promise;
}

function tellWaiting(inFlightCount: number, waitMs: number): void {
  if (inFlightCount === 0) return;
  const seconds = Math.ceil(waitMs / 1_000);
  const whom = count(inFlightCount, "exchange");
  say(`foregate: waiting at most ${seconds} s for ${whom}; a second signal stops at once`);
}
