/**
 * Follows a page as its reader would: writes its files, types its commands, and compares what they
 * say with what the page shows. Whatever serves is left running until the page ends, or until its
 * place is wanted by another Foregate; then it gets a Ctrl-C.
 */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { pause, until, within } from "../support/within.ts";
import type { Machine } from "./machine.ts";
import { isLooking, isServing, isShown, type Step } from "./steps.ts";

/** Longest run of a command that ends by itself, in ms: npm and cold starts are slow. */
const commandMs = 30_000;

/** How long others may take to write what a command looks for, in ms; a log is 100 ms late. */
const lookMs = 5_000;

/** How long that which serves may take to end when a page went wrong, in ms. */
const abandonMs = 5_000;

export interface Place {
  readonly machine: Machine;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Serving {
  readonly command: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said: string;
}

export class Walk {
  readonly #place: Place;
  readonly #serving: Serving[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  async take({ page, line, file, commands, shown }: Step): Promise<void> {
    if (file !== undefined) writeFileSync(join(this.#place.folder, file.name), file.text);
    let said = "";
    for (const command of commands) {
      const where = `${page}:${line}: ${command}`;
      if (isServing(command)) {
        const banner = await this.serve(command, where);
        if (commands.every(isServing)) said += banner;
      } else if (isLooking(command)) said += await this.#look(command, said, shown ?? "");
      else said += await this.type(command, { where, mayFail: shown !== undefined });
    }
    if (shown === undefined || isShown(said, shown)) return;
    const message = `${page}:${line} shows something else\n${said}`;
    throw new assert.AssertionError({ message, actual: said, expected: shown });
  }

  /** What it said until it was ready. */
  async serve(command: string, where: string): Promise<string> {
    if (!command.startsWith("node ")) await this.#stopForegate();
    const serving = this.#start(command);
    this.#serving.push(serving);
    const isReady = command.startsWith("node ")
      ? () => serving.said.includes("\n")
      : () => /ready in [^]*\n\n?$|Ctrl-C stops both/.test(serving.said);
    const isOver = (): boolean => serving.child.exitCode !== null;
    const seen = (): string => serving.said;
    await until(() => isReady() || isOver(), `${where}: it is ready`, seen);
    assert.ok(!isOver(), `${where}: it has ended\n${serving.said}`);
    return serving.said;
  }

  /** What it said, on both streams. */
  async type(
    command: string,
    { where, mayFail }: { readonly where: string; readonly mayFail: boolean },
  ): Promise<string> {
    const running = this.#start(command);
    try {
      const code = await within(running.ended, where, () => running.said, commandMs);
      if (!mayFail) assert.equal(code, 0, `${where}\n${running.said}`);
    } finally {
      signal(running, "SIGKILL");
    }
    return running.said;
  }

  /** Ctrl-C to all that runs, the last one first. */
  async end(): Promise<void> {
    for (const serving of this.#serving.toReversed()) await this.#stop(serving);
  }

  /** For a page that went wrong: nothing stays behind, nor what `npm start` has started. */
  async abandon(): Promise<void> {
    for (const serving of this.#serving.splice(0)) {
      signal(serving, "SIGINT");
      await Promise.race([serving.ended, pause(abandonMs)]);
      signal(serving, "SIGKILL");
    }
  }

  async #look(command: string, before: string, shown: string): Promise<string> {
    const deadline = performance.now() + lookMs;
    for (;;) {
      const said = await this.type(command, { where: command, mayFail: shown !== "" });
      if (shown === "" || isShown(before + said, shown)) return said;
      if (performance.now() > deadline) return said;
      await pause(20);
    }
  }

  async #stopForegate(): Promise<void> {
    const old = this.#serving.find(({ command }) => !command.startsWith("node "));
    if (old !== undefined) await this.#stop(old);
  }

  async #stop(serving: Serving): Promise<void> {
    signal(serving, "SIGINT");
    const seen = (): string => serving.said;
    const code = await within(serving.ended, `${serving.command}: it ends by Ctrl-C`, seen);
    this.#serving.splice(this.#serving.indexOf(serving), 1);
    if (serving.command.startsWith("node ")) return;
    assert.equal(code, 0, `${serving.command} ends with 0 by Ctrl-C: ${serving.said}`);
  }

  /** In a group of its own, which gets its signals as that of a terminal does. */
  #start(command: string): Serving {
    const { machine, folder, environment } = this.#place;
    const serves = isServing(command);
    const script = serves ? `exec ${command} 2>&1` : `exec 2>&1\n${command}`;
    const [first, ...rest] = [...machine.enter, "sh", "-c", script];
    const child = spawn(first, rest, {
      cwd: folder,
      env: { ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const serving: Serving = { command, child, ended, said: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (serving.said += text));
    return serving;
  }
}

function signal({ child }: Serving, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    // All of its group has ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
