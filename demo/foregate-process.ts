/**
 * Foregate as a child process: started, waited for until it answers, and ended with patience first.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** How often we look whether it answers. */
const lookMs = 50;

/** How long one look may take. */
const answerMs = 1_000;

export class ForegateProcess {
  readonly #child: ChildProcess;
  /** Its exit code; undefined if a signal ended it. Never rejects. */
  readonly ended: Promise<number | undefined>;
  #running = true;

  constructor(configFile: string) {
    this.#child = spawn(process.execPath, ["src/main.ts", "run", "-c", configFile], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      // Its own process group: Ctrl-C reaches only us, and it gets one signal from us, not two.
      detached: true,
      env: { FOREGATE_LOG_FORMAT: "pretty", ...process.env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.ended = new Promise((resolve) => {
      const settle = (code: number | undefined): void => {
        this.#running = false;
        resolve(code);
      };
      this.#child.once("exit", (code) => settle(code ?? undefined));
      this.#child.once("error", (error) => {
        process.stderr.write(`Cannot start Foregate: ${error.message}\n`);
        settle(1);
      });
    });
    // Whatever ends us, it does not stay behind.
    process.once("exit", () => this.signal("SIGKILL"));
  }

  get running(): boolean {
    return this.#running;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal);
  }

  /** True once a request came through to the upstream; false if it ended, or took too long. */
  async answers(port: number, waitMs: number): Promise<boolean> {
    const looksMax = waitMs / lookMs;
    for (let look = 0; look < looksMax && this.#running; look++) {
      if (await isOk(port)) return true;
      await sleep(lookMs);
    }
    return false;
  }
}

function isOk(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path: "/healthz", agent: false, timeout: answerMs };
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
