/**
 * Every process that the benchmark starts, from the first to the last breath.
 *
 *   nsenter? ▶ timeout ▶ taskset ▶ program      one process group each, killed as a group by its id
 *
 * `timeout` bounds a process even when the benchmark itself is killed and cannot clean up. The one
 * `exit` hook covers a normal end, an exception and a signal alike: groups killed, folder removed.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Command {
  /** For messages and the names of its files. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The core that it may run on. */
  readonly core: number;
  /** Words before everything else: how to enter a network namespace. */
  readonly prefix?: readonly string[];
  /** Killed after so many seconds, whatever happens to us. */
  readonly secondsMax: number;
  /** Where its stdout goes; without it, stdout is kept for `output`. */
  readonly stdoutFile?: string;
}

/** How long a program may take from its start until it listens or says that it is ready. */
const readyMsMax = 15_000;

/** How long a program may take to stop before it is killed. */
const stopMsMax = 3_000;

/** State 0A of a row of /proc/net/tcp is LISTEN. */
const listenState = "0A";

export class RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #errorFile: string;
  #output = "";

  constructor(command: Command, folder: string) {
    this.name = command.name;
    this.#errorFile = join(folder, `${command.name}.err`);
    this.#child = spawnCommand(command, this.#errorFile);
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`Cannot start ${command.name}: ${command.program}`);
    this.pid = pid;
    this.#child.stdout?.setEncoding("utf8").on("data", (piece: string) => (this.#output += piece));
    this.exited = new Promise((resolve) => this.#child.on("close", () => resolve()));
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves when the process, or another one beside it, listens on the port. */
  async listening(port: number): Promise<void> {
    await this.until(() => isListening(this.pid, port), `listening on port ${port}`);
  }

  async until(condition: () => boolean, what: string, msMax: number = readyMsMax): Promise<void> {
    const startedMs = performance.now();
    while (!condition()) {
      const late = performance.now() - startedMs > msMax;
      if (late || !this.running) throw this.#broken(late ? `not ${what} in time` : "it ended");
      await sleep(20);
    }
  }

  /** Resolves when the process has ended by itself, with what it said; throws if it failed. */
  async finished(): Promise<string> {
    await this.exited;
    if (this.#child.exitCode !== 0) throw this.#broken(`exit code ${this.#child.exitCode}`);
    return this.#output;
  }

  async stop(): Promise<void> {
    this.kill("SIGTERM");
    const killer = setTimeout(() => this.kill("SIGKILL"), stopMsMax);
    await this.exited;
    clearTimeout(killer);
    // What is left of the group: a worker whose main process went first.
    this.kill("SIGKILL");
  }

  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group has gone already, which is what we want.
    }
  }

  #broken(why: string): Error {
    const said = readFileSync(this.#errorFile, "utf8").trim().split("\n").slice(-8).join("\n  ");
    return new Error(`Cannot run ${this.name}: ${why}\n  ${said}`);
  }
}

/** All processes of one run of the benchmark, and the folder that their files are in. */
export class Processes {
  readonly folder: string = mkdtempSync(join(tmpdir(), "foregate-bench-"));
  readonly #all = new Set<RunningProcess>();

  constructor() {
    process.on("exit", () => this.#close());
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => process.exit(128 + constants.signals[signal]));
    }
  }

  start(command: Command): RunningProcess {
    const started = new RunningProcess(command, this.folder);
    this.#all.add(started);
    void started.exited.then(() => this.#all.delete(started));
    return started;
  }

  /** Runs a command to its end and returns its stdout. */
  run(command: Command): Promise<string> {
    return this.start(command).finished();
  }

  #close(): void {
    for (const each of this.#all) each.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port that nobody has now. Somebody may take it before we do; then the start says so. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function spawnCommand(command: Command, errorFile: string): ChildProcess {
  const { prefix = [], core, secondsMax, program, args, env, stdoutFile } = command;
  const bounded = ["timeout", "--kill-after=1", String(secondsMax)];
  const words = [...prefix, ...bounded, "taskset", "-c", String(core), program, ...args];
  const [first = "timeout", ...rest] = words;
  const stderr = openSync(errorFile, "a");
  const stdout = stdoutFile === undefined ? "pipe" : openSync(stdoutFile, "a");
  try {
    return spawn(first, rest, {
      detached: true,
      stdio: ["ignore", stdout, stderr],
      env: { ...process.env, ...env },
    });
  } finally {
    closeSync(stderr);
    if (typeof stdout === "number") closeSync(stdout);
  }
}

/**
 * Looks into the process's own network namespace, and opens no connection that would be counted.
 */
function isListening(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["tcp", "tcp6"].some((table) => {
    const rows = readText(`/proc/${pid}/net/${table}`).split("\n");
    return rows.some((row) => {
      const [, local, , state] = row.trim().split(/\s+/);
      return local?.endsWith(wanted) === true && state === listenState;
    });
  });
}

/** The text of a file of /proc; empty when the process has gone. */
function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
