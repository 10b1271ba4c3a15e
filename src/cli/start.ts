/**
 * From a config without errors to a running proxy, until a signal ends it.
 *
 *   SIGTERM, SIGINT  stop accepting, wait for exchanges in flight (on a terminal 3 s at most), end
 *   … a second time  end now
 *   SIGQUIT          end now
 *   SIGHUP           read the config again (where a terminal is watched: as SIGTERM)
 *   SIGUSR1          open log files anew
 *   SIGUSR2          replace every worker by another one, which reads our code from the disk anew
 */

import { setTimeout as delay } from "node:timers/promises";

import type { ConfigSource } from "../admin/office-messages.ts";
import type { Hearing } from "../admin/office.ts";
import { inBrackets } from "../base/ip.ts";
import type { DrawnPlan } from "../control/drawn-plan.ts";
import type { Counters } from "../observe/counters.ts";
import { codeErrorName } from "../code/code-error.ts";
import type { LoadedConfig } from "../config/load.ts";
import { troubleEvent, type ProgramEvent } from "../observe/events.ts";
import { banner, type BoundListener } from "./banner.ts";
import { bindTroubleOf, describeBindTrouble } from "./bind-error.ts";
import type { Voice } from "./event-voice.ts";
import { exitCodes } from "./exit-codes.ts";
import type { PlannedConfig } from "./planned-config.ts";
import { count, say } from "./say.ts";
import { ServiceManager } from "./service-manager.ts";
import { version } from "./version.ts";

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
  readonly counters: Counters;
  /** In force. */
  readonly plan: Pick<DrawnPlan, "drainMs" | "drainDelayMs">;
  /** Resolves when it hears who asks from outside. */
  govern(hearing: Hearing): Promise<void>;
  /** Reads the config again, if there is something to read. */
  reload(): void;
  /** Another worker in the place of each. Rejects if one cannot serve. */
  renewAll(): Promise<void>;
  /** After the log files were moved away. */
  reopenLogs(): void;
  /** It is going to stop, and all goes on. Resolves when probes hear that it is not ready. */
  leave(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

export interface Wanted {
  readonly config: PlannedConfig;
  readonly workerCount: number;
  readonly voice: Voice;
  /** undefined: it cannot be read again. */
  readonly source: ConfigSource | undefined;
  /** It is read again when its files change. */
  readonly watches: boolean;
}

/** Rejects if a listener cannot be had, with the system's error and its `label`. */
export type StartPlan = (wanted: Wanted) => Promise<Running>;

export interface Start extends Wanted {
  readonly begin: StartPlan;
}

/** Resolves with the exit code. */
export async function start(wanted: Start): Promise<number> {
  const { begin, config, source, voice } = wanted;
  // Who sees that a port is open, or reads that it is ready, may send a signal at once.
  const begun = Promise.withResolvers<Running>();
  const stopping = untilStopped(begun.promise, voice, source !== undefined);
  let running: Running;
  try {
    running = await begin(wanted);
  } catch (error) {
    const found = bindTroubleOf(error, [...config.listeners, ...config.metrics]);
    if (found !== undefined) tellBindTrouble(found, config.withhold, voice);
    const isOfCode = error instanceof Error && error.name === codeErrorName;
    if (isOfCode) tellCodeTrouble(error, config.withhold, voice);
    await voice.close();
    if (found !== undefined) return exitCodes.cannotBind;
    if (isOfCode) return exitCodes.configInvalid;
    throw error;
  }
  const manager = new ServiceManager(process.env, voice.tell);
  const serving = (siteCount: number): void => manager.ready(`serves ${count(siteCount, "site")}`);
  await running.govern({
    onReloading: () => manager.reloading(),
    onReloaded: serving,
    stop: stopping.ask,
  });
  tellReady(running, config, voice);
  voice.begin();
  begun.resolve(running);
  serving(config.sites.length);
  stopping.onBegin(() => manager.stopping("waits for what is in flight"));
  const code = await stopping.done;
  await manager.close();
  await voice.close({ level: "info", message: "stopped", fields: { exit_code: code } });
  return code;
}

/** With a picture where people look. */
function tellBindTrouble(
  { trouble, listener }: NonNullable<ReturnType<typeof bindTroubleOf>>,
  withhold: LoadedConfig["withhold"],
  { tell, isBesideBanner, isForPrograms }: Voice,
): void {
  if (!isForPrograms) say(withhold(describeBindTrouble(trouble, listener)));
  if (isBesideBanner) return;
  const { code, what, fixes } = trouble;
  const fields = { code, listener: withhold(listener.options.label), fixes: fixes.map(withhold) };
  tell({ level: "error", message: withhold(what), fields });
}

/** Its functions are not what they were when it was read. */
function tellCodeTrouble(
  { message }: Error,
  withhold: LoadedConfig["withhold"],
  { tell, isForPrograms }: Voice,
): void {
  if (isForPrograms) tell({ level: "error", message: withhold(message) });
  else say(`error: ${withhold(message)}`);
}

function tellReady({ listeners, metrics }: Running, config: LoadedConfig, voice: Voice): void {
  const tookMs = performance.now();
  const { sites, file } = config;
  if (!voice.isForPrograms) say(banner({ listeners, metrics, sites, tookMs }));
  if (voice.isBesideBanner) return;
  const fields = {
    version: version(),
    config: file,
    listeners: listeners.map(addressOf),
    ...(metrics.length === 0 ? {} : { metrics: metrics.map(addressOf) }),
    sites: sites.length,
    took_ms: Math.round(tookMs),
    pid: process.pid,
  };
  voice.tell({ level: "info", message: "ready", fields });
}

/** Where it really listens: a config's port 0 is none. */
function addressOf({ label, address, port }: BoundListener): string {
  if (port === 0) return label;
  return `${inBrackets(address)}:${port}`;
}

interface Stopping {
  /** Settles once, with the exit code. */
  readonly done: Promise<number>;
  /** As a signal would; `graceMs` undefined: as long as the config says. */
  readonly ask: (graceMs: number | undefined) => void;
  readonly onBegin: (act: () => void) => void;
}

/**
 * Settles once: drained, or cut by a second signal. What is asked before it has begun is done then.
 */
function untilStopped(begun: Promise<Running>, voice: Voice, canReload: boolean): Stopping {
  const { tell } = voice;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let firstMs: number | undefined;
  let onBegin = (): void => undefined;
  const stop = async (signal: string, graceMsMax: number): Promise<void> => {
    const running = await begun;
    const { drainMs, drainDelayMs } = running.plan;
    const graceMs = Math.min(graceMsMax, drainMs);
    onBegin();
    // Whoever sits there and watches, or wants it cut, waits for no balancer.
    if (drainDelayMs > 0 && graceMsMax === Infinity) {
      const fields = { signal, wait_ms: drainDelayMs };
      const message = "not ready any more, and stopping in a moment";
      // An office that hears nothing does not hold up the stop.
      void running.leave().then(() => tell({ level: "info", message, fields }));
      await delay(drainDelayMs);
    }
    tell(stoppingEvent(signal, running.counters.exchangesInFlight, graceMs));
    await running.stop(graceMs);
    resolve(exitCodes.ok);
  };
  const ask = (signal: string, graceMsMax: number): void => {
    const isFirst = firstMs === undefined;
    const sinceMs = performance.now() - (firstMs ??= performance.now());
    if (isFirst) stop(signal, graceMsMax).catch(reject);
    else if (sinceMs >= sameSignalMs) {
      tell({ level: "warn", message: "stopped at once by a second signal", fields: { signal } });
      resolve(exitCodes.failed);
    }
  };
  const isWatched = process.stderr.isTTY;
  process.on("SIGTERM", (signal) => ask(signal, Infinity));
  process.on("SIGINT", (signal) => ask(signal, isWatched ? terminalDrainMs : Infinity));
  process.on("SIGQUIT", (signal) => {
    if (firstMs === undefined) ask(signal, 0);
    else resolve(exitCodes.ok);
  });
  process.on("SIGHUP", (signal) => {
    if (isWatched) ask(signal, terminalDrainMs);
    else if (canReload) void begun.then((running) => running.reload());
    else {
      const message = "there is no file to read the config from again: restart it instead";
      tell({ level: "warn", message, fields: { signal } });
    }
  });
  // Without a handler, Node would open its inspector on this signal.
  process.on("SIGUSR1", (signal) => {
    voice.reopen();
    void begun.then((running) => running.reopenLogs());
    tell({ level: "info", message: "log files were opened anew", fields: { signal } });
  });
  process.on("SIGUSR2", () => void begun.then((running) => renew(running, tell)));
  return {
    done: promise,
    ask: (graceMs) => ask("stop", graceMs ?? Infinity),
    onBegin: (act) => {
      onBegin = act;
    },
  };
}

async function renew(running: Running, tell: Voice["tell"]): Promise<void> {
  try {
    await running.renewAll();
    tell({ level: "info", message: "every worker was replaced" });
  } catch (error) {
    tell(troubleEvent("not every worker was replaced", error));
  }
}

function stoppingEvent(signal: string, inFlight: number, graceMs: number): ProgramEvent {
  const fields = { signal, in_flight: inFlight, wait_ms: graceMs };
  if (inFlight === 0 || graceMs === 0) return { level: "info", message: "stopping", fields };
  const seconds = Math.ceil(graceMs / 1_000);
  const whom = count(inFlight, "exchange");
  const message = `waiting at most ${seconds} s for ${whom}; a second signal stops at once`;
  return { level: "info", message, fields };
}
