/** The program as a user starts it: a process with words, a folder, and what it says. */

import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { within } from "../support/within.ts";

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A cold start on a machine that runs other tests as well. */
const startMs = 20_000;

export interface Outcome {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Around {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly userId?: number;
}

export class Foregate {
  readonly #child: ChildProcess;
  readonly ended: Promise<Outcome>;
  #stdout = "";
  #stderr = "";
  #onText: () => void = () => undefined;

  constructor(words: readonly string[], around: Around = {}) {
    const { folder = "/", environment = {}, input = "", userId } = around;
    this.#child = spawn(process.execPath, [mainFile, ...words], {
      cwd: folder,
      // Nobody's own configs and colours; what it says is compared as people see it.
      env: {
        HOME: "/nowhere",
        PATH: process.env["PATH"],
        FOREGATE_LOG_FORMAT: "pretty",
        ...environment,
      },
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#onText();
    });
    this.#child.stdin?.on("error", () => undefined).end(input);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        resolve({ code: code ?? undefined, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** What the pattern finds on standard error, once it is there. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
    this.#onText = () => {
      const found = pattern.exec(this.#stderr);
      if (found !== null) resolve(found);
    };
    this.#onText();
    return await within(promise, `it says ${pattern}`, () => this.#stderr, startMs);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async outcome(): Promise<Outcome> {
    return await within(this.ended, "it ends", () => this.#stderr, startMs);
  }

  /** For a `finally`: nothing stays behind. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended.catch(() => undefined);
  }
}

/** Runs to its end; one that does not end is killed. */
export async function foregate(words: readonly string[], around?: Around): Promise<Outcome> {
  const process = new Foregate(words, around);
  try {
    return await process.outcome();
  } finally {
    await process.kill();
  }
}
