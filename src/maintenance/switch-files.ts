/**
 * Files that switch something by being there or not, without a reload.
 *
 * They are looked at beside the exchanges, which ask for what was seen last. A disk may hang: so
 * there is one look at a time, over all files, and whoever waits for the disk is never an exchange.
 */

import { statSync } from "node:fs";
import { stat } from "node:fs/promises";

/** How often the files are looked at, in ms: a person who switches waits no longer than that. */
const lookMs = 1_000;

/** The file system, or a test's script. Both throw the system's errors. */
export interface FileLook {
  readonly lookNow: (file: string) => unknown;
  readonly look: (file: string) => Promise<unknown>;
}

const machineLook: FileLook = { lookNow: (file) => statSync(file), look: (file) => stat(file) };

export class SwitchFiles {
  readonly #files: readonly string[];
  readonly #onTrouble: (what: string, error: unknown) => void;
  readonly #look: FileLook["look"];
  readonly #there = new Set<string>();
  /** Those of which nobody can tell whether they are there; it was said. */
  readonly #unseen = new Set<string>();
  #lookedMs: number;
  #isLooking = false;

  /** Looks at once, before the first exchange: it must not slip through. */
  constructor(
    files: readonly string[],
    nowMs: number,
    onTrouble: (what: string, error: unknown) => void,
    { lookNow, look }: FileLook = machineLook,
  ) {
    this.#files = files;
    this.#lookedMs = nowMs;
    this.#onTrouble = onTrouble;
    this.#look = look;
    for (const file of files) {
      try {
        lookNow(file);
        this.#found(file);
      } catch (error) {
        this.#missed(file, error);
      }
    }
  }

  /** As it was seen last. */
  readonly isThere = (file: string): boolean => this.#there.has(file);

  /** May be called as often as one likes. */
  tick(nowMs: number): void {
    if (this.#files.length === 0 || this.#isLooking || nowMs - this.#lookedMs < lookMs) return;
    this.#lookedMs = nowMs;
    this.#isLooking = true;
    void this.#lookAtAll();
  }

  async #lookAtAll(): Promise<void> {
    for (const file of this.#files) {
      try {
        await this.#look(file);
        this.#found(file);
      } catch (error) {
        this.#missed(file, error);
      }
    }
    this.#isLooking = false;
  }

  #found(file: string): void {
    this.#unseen.delete(file);
    this.#there.add(file);
  }

  /** Where it cannot be told, what was seen last still holds. */
  #missed(file: string, error: unknown): void {
    if (isAbsence(error)) {
      this.#unseen.delete(file);
      this.#there.delete(file);
      return;
    }
    if (this.#unseen.has(file)) return;
    this.#unseen.add(file);
    this.#onTrouble(`cannot look whether ${file} is there`, error);
  }
}

function isAbsence(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}
