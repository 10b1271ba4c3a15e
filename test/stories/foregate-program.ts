/**
 * Foregate as its users have it: a process of its own, started from a config file, known by what it
 * says and ended by a signal. Nothing here reaches into it.
 */

import { spawn, type ChildProcessByStdio } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

import { until, within } from "../support/within.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Until it says that it is ready, and until it has ended after a signal; cold machines are slow.
 */
const startMs = 20_000;
const stopMs = 5_000;

/** A line of the access log. */
export type LogLine = Readonly<Record<string, string | number>>;

export interface Ending {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** What comes before the program's own words; by default this very runtime. */
  readonly command?: readonly string[];
  /** Behind its own. */
  readonly words?: readonly string[];
  /** File descriptors of this process that it has from 3 on. */
  readonly passed?: readonly number[];
}

export class ForegateProgram {
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  readonly configFile: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #said = "";
  #logged = "";
  #isRunning = true;

  constructor(
    configFile: string,
    { command = [process.execPath], words = [], passed = [] }: ProgramOptions = {},
  ) {
    this.configFile = configFile;
    const [first = process.execPath, ...rest] = command;
    this.#child = spawn(first, [...rest, "src/main.ts", "run", "-c", configFile, ...words], {
      cwd: root,
      // What it says is read as people see it.
      env: { ...process.env, FOREGATE_LOG_FORMAT: "pretty" },
      stdio: ["ignore", "pipe", "pipe", ...passed],
    }) as ChildProcessByStdio<null, Readable, Readable>;
    this.#child.stderr.on("data", (piece: Buffer) => (this.#said += piece.toString()));
    this.#child.stdout.on("data", (piece: Buffer) => (this.#logged += piece.toString()));
    // Whatever ends the test, it does not stay behind.
    const kill = (): void => this.signal("SIGKILL");
    process.once("exit", kill);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => (this.#said += String(error)));
      this.#child.once("close", (code, signal) => {
        this.#isRunning = false;
        process.off("exit", kill);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** All of its standard error so far. */
  get said(): string {
    return this.#said;
  }

  /** The access log so far; its lines come at most 100 ms late. */
  get log(): readonly LogLine[] {
    const whole = this.#logged.slice(0, this.#logged.lastIndexOf("\n") + 1);
    return whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** The port that its banner names. */
  get port(): number {
    return Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#said)?.[1] ?? 0);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The most memory that it has had in RAM so far, in bytes; undefined where there is no /proc. */
  get residentBytesPeak(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    } catch {
      return undefined;
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#isRunning) this.#child.kill(signal);
  }

  async ready(): Promise<void> {
    const listening = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.port > 0) resolve();
      };
      this.#child.stderr.on("data", look);
      look();
    });
    const gone = this.ended.then(({ code }) => {
      throw new Error(`Foregate ended with ${code}: ${this.#said}`);
    });
    await within(Promise.race([listening, gone]), "Foregate starts", () => this.#said, startMs);
  }

  /** The first line of the access log of which this is true. */
  async logLine(isWanted: (line: LogLine) => boolean): Promise<LogLine> {
    let found: LogLine | undefined;
    await until(
      () => (found = this.log.find(isWanted)) !== undefined,
      "a line of the access log",
      () => this.#logged,
    );
    return found ?? {};
  }

  /** In time, or with force. */
  async stop(): Promise<Ending> {
    const timer = setTimeout(() => this.signal("SIGKILL"), stopMs);
    this.signal("SIGQUIT");
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }
}

/**
 * Started and listening; ended with the test. What it is told to serve stands in `config` (YAML),
 * and it listens on a free port of 127.0.0.1.
 */
export async function startForegate(t: TestContext, config: string): Promise<ForegateProgram> {
  const program = new ForegateProgram(writeConfig(t, `listen: "127.0.0.1:0"\n${config}`));
  t.after(() => program.stop());
  await program.ready();
  return program;
}

/** A config file that is there as long as the test runs. */
export function writeConfig(t: TestContext, text: string, name = "foregate.yaml"): string {
  const folder = mkdtempSync(join(tmpdir(), "foregate-story-"));
  // Some stories start a program that may do less than the test.
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A config by which everything goes to one port of this machine. */
export function everythingTo(port: number): string {
  return `sites: { "*": "127.0.0.1:${port}" }\n`;
}
