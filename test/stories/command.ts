/** Programs that play a peer in a story (curl, nginx), each run bounded in time. */

import { execFile } from "node:child_process";

import { findProgram } from "../../tools/debian.ts";

/** Longest run of one command, in ms. */
const commandMs = 15_000;

/** Most that a command may say, in bytes. */
const saidBytesMax = 4 * 1024 * 1024;

export interface Said {
  readonly code: number;
  /** One character a byte. */
  readonly out: string;
  readonly err: string;
}

/** curl without the user's own settings, silent but for errors. */
export function curl(...words: readonly string[]): Promise<Said> {
  return run(programFile("curl"), ["-q", "--silent", "--show-error", ...words]);
}

export function run(file: string, words: readonly string[]): Promise<Said> {
  const options = { encoding: "latin1", timeout: commandMs, maxBuffer: saidBytesMax } as const;
  return new Promise((resolve, reject) => {
    execFile(file, words, options, (error, out, err) => {
      if (error === null) resolve({ code: 0, out, err });
      else if (typeof error.code === "number") resolve({ code: error.code, out, err });
      else reject(error);
    });
  });
}

/** Where it is; a story without its peer fails, and says why. */
export function programFile(name: string): string {
  const file = findProgram(name);
  if (file === undefined) {
    throw new Error(`${name} is not installed: apt-get install ${name} (npm test does, as root)`);
  }
  return file;
}
