/**
 * What systemd wants to hear of a service of `Type=notify` (sd_notify(3)): that it is ready, that
 * it reloads or stops, and now and then that it lives.
 *
 * The runtime has no sockets for datagrams between programs; systemd's own tool speaks for us,
 * which needs `NotifyAccess=all` in the unit.
 */

import type { TellEvent } from "../observe/events.ts";

const tool = "systemd-notify";

export class ServiceManager {
  readonly #isThere: boolean;
  readonly #watchdogMs: number;
  readonly #tell: TellEvent;
  #queue: Promise<void> = Promise.resolve();
  #watchdog: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(environment: NodeJS.ProcessEnv, tell: TellEvent) {
    this.#isThere = (environment["NOTIFY_SOCKET"] ?? "") !== "";
    this.#watchdogMs = watchdogMs(environment);
    this.#tell = tell;
  }

  /** Clients are served; `status`: what `systemctl status` shows. */
  ready(status: string): void {
    this.#say("READY=1", `STATUS=${status}`, `MAINPID=${process.pid}`);
    if (this.#watchdogMs === 0 || this.#watchdog !== undefined) return;
    // Half of the time, as it is recommended.
    this.#watchdog = setInterval(() => this.#say("WATCHDOG=1"), this.#watchdogMs / 2);
  }

  /** A config is being read; `ready` ends it. */
  reloading(): void {
    // systemd's clock of monotonic time is the one that the runtime counts in.
    const microseconds = process.hrtime.bigint() / 1_000n;
    this.#say("RELOADING=1", `MONOTONIC_USEC=${microseconds}`);
  }

  stopping(status: string): void {
    clearInterval(this.#watchdog);
    this.#say("STOPPING=1", `STATUS=${status}`);
  }

  /** Resolves when all has been said. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#queue;
  }

  #say(...words: readonly string[]): void {
    if (!this.#isThere) return;
    this.#queue = this.#queue.then(() => this.#run(words));
  }

  async #run(words: readonly string[]): Promise<void> {
    // Most programs have no manager.
    const { execFile } = await import("node:child_process");
    const { promise, resolve } = Promise.withResolvers<void>();
    execFile(tool, words, (error) => {
      if (error !== null && !this.#hasFailed) {
        this.#hasFailed = true;
        const reason = error.message.trim();
        const message = `the service manager is not told: ${tool} failed`;
        this.#tell({ level: "warn", message, fields: { reason } });
      }
      resolve();
    });
    await promise;
  }
}

/** 0: nobody watches. */
function watchdogMs(environment: NodeJS.ProcessEnv): number {
  const { WATCHDOG_USEC: microseconds = "", WATCHDOG_PID: pid = "" } = environment;
  const isForUs = pid === "" || pid === String(process.pid);
  return isForUs && /^\d+$/.test(microseconds) ? Number(microseconds) / 1_000 : 0;
}
