/**
 * Foregate as a library: a proxy in the program that imports it, on the thread that calls. It
 * listens by itself, or stands inside a server that is there already, or is asked directly.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { runObserved } from "./admin/run-observed.ts";
import { openVoice, type Voice } from "./cli/event-voice.ts";
import { version } from "./cli/version.ts";
import type { Config } from "./config/config-type.ts";
import { compileValue, type LoadedConfig } from "./config/load.ts";
import type { Problem } from "./config/problems.ts";
import type { Plan } from "./exchange/plan.ts";
import type { OpenListener } from "./net/open-listener.ts";
import type { ProgramEvent, TellEvent } from "./observe/events.ts";
import { createWorker, type Worker } from "./worker.ts";

export type { Config } from "./config/config-type.ts";
export { defineConfig, type ConfigSource } from "./config/define-config.ts";
export type { Problem } from "./config/problems.ts";
export type { RouteConfig, SiteConfig } from "./config/site-type.ts";
export type { OpenListener } from "./net/open-listener.ts";
export type {
  AnswerFields,
  Answering,
  FieldsView,
  HookAnswer,
  HookFields,
  RequestFrom,
  RequestHook,
  RequestTo,
  ResponseFrom,
  ResponseHook,
  ResponseTo,
} from "./rewriting/hooks.ts";

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
  readonly listeners: readonly OpenListener[];
  /** The same for `/metrics`, `/livez` and `/readyz`, if the config has `metrics`. */
  readonly metrics: readonly OpenListener[];
  /** Rejects with the system's error if an address cannot be had; then it listens nowhere. */
  listen(): Promise<void>;
  /**
   * Answers requests of another server of this program, as its middleware (Connect, Express, Vite)
   * or as its request listener. A request that no site and no route fit is `next`'s; without one it
   * gets a 404. Paths are those that the client asked for, wherever the middleware is mounted.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next?: Next) => void;
  /**
   * For a server's `upgrade` event: WebSockets and other protocols that routes allow. False: no
   * site and no route fit, and the socket was not touched.
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /**
   * Asks as a client would, without a connection. The body of the answer comes as it is, encoded or
   * not. Rejects if the answer breaks off before its head, or the request's signal aborts it.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * From now on this config is in force, without a connection closed for it: what is in flight ends
   * with the one it began with. Rejects with a `ConfigError`, or with the system's error if an
   * address cannot be had; then the config before it stays in force. Where metrics listen and what
   * becomes of events does not change.
   */
  reload(config: Config): Promise<void>;
  /**
   * Stops accepting, waits up to `graceMs` (the config's `timeouts.drain` by default), then cuts.
   */
  close(graceMs?: number): Promise<void>;
}

/** What stands behind a middleware. */
export type Next = (error?: unknown) => void;

/**
 * `config` is what a config file holds, as a value, and checked whatever its type says. Throws a
 * `ConfigError`. Events go to standard error, for people, unless `logs.events` says otherwise.
 */
export function createProxy(config: Config): Proxy {
  const { events, workers, ...compiled } = compileValue(config, "config");
  let plan = planOf(compiled);
  let worker: Worker | undefined;
  let listening: ReturnType<typeof runObserved<Worker>> | undefined;
  let metrics: readonly OpenListener[] = [];
  let voice: Voice | undefined;
  const begin = (): Worker => {
    // A program that has a proxy in it talks to people, unless its config says otherwise.
    voice ??= openVoice({ ...events, format: events.format ?? "pretty" }, false);
    voice.begin();
    if (typeof workers === "number" && workers > 1) voice.tell(oneWorkerEvent);
    return createWorker(plan, { tell: voice.tell });
  };
  const tell: TellEvent = (event) => voice?.tell(event);
  const started = (): Worker => (worker ??= begin());
  const listen = async (): Promise<Worker> => {
    const own = started();
    await own.listen(plan.listeners);
    return own;
  };
  return {
    get listeners() {
      return worker?.listeners ?? [];
    },
    get metrics() {
      return metrics;
    },
    async listen() {
      listening ??= runObserved(plan, version(), listen, tell);
      try {
        ({ metrics } = await listening);
      } catch (error) {
        listening = undefined;
        throw error;
      }
    },
    handler: (request, response, next) => started().guests.handle(request, response, next),
    upgrade: (request, socket, head) => started().guests.upgrade(request, socket as Socket, head),
    fetch: (request) => started().guests.fetch(request),
    async reload(next) {
      const nextPlan = planOf(compileValue(next, "config"));
      const isListening = (await listening?.catch(() => undefined)) !== undefined;
      // A guest's addresses are its host's.
      await worker?.apply(isListening ? nextPlan : { ...nextPlan, listeners: [] });
      plan = nextPlan;
    },
    async close(graceMs = plan.drainMs) {
      const guests = worker;
      const ending = voice;
      // Whoever called `listen` was told if it failed; then there may be guests all the same.
      const begun = listening?.catch(() => undefined);
      worker = undefined;
      voice = undefined;
      listening = undefined;
      metrics = [];
      const running = (await begun) ?? guests;
      await running?.stop(graceMs);
      await ending?.close();
    },
  };
}

const oneWorkerEvent: ProgramEvent = {
  level: "warn",
  message:
    "there is one worker, whatever `workers` says: a library runs on the thread that calls it",
};

function planOf({ plan, problems }: Pick<LoadedConfig, "plan" | "problems">): Plan {
  if (plan === undefined) throw new ConfigError(problems);
  return plan;
}
