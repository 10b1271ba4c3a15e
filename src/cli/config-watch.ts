/**
 * Sees that files of a config have changed, by looking at them now and then: a disk of another
 * machine tells nobody, and an editor that puts a new file in the place of the old one would be
 * lost to whoever watches the old one.
 */

import { statSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** How often they are looked at, in ms. */
const lookMs = 500;

/** How long a change waits for others that belong to it, in ms. */
const gatherMs = 100;

export class ConfigWatch {
  readonly #onChange: () => void;
  /** By file: how it looked last. */
  readonly #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#lookSoon();
  }

  /**
   * These, and those from before: a config that is wrong may have left out the half of itself. What
   * changes from here on is seen: the first look is this one, and not one that comes later.
   */
  add(files: Iterable<string>): void {
    for (const file of files) {
      if (this.#seen.has(file)) continue;
      this.#seen.set(file, looksNow(file));
    }
  }

  async #look(): Promise<void> {
    for (const [file, before] of this.#seen) {
      // One that is not there has changed, and changes again when it is.
      const now = looksOf(await stat(file).catch(() => undefined));
      if (now === before) continue;
      this.#seen.set(file, now);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#onChange, gatherMs);
    }
    this.#lookSoon();
  }

  #lookSoon(): void {
    setTimeout(() => void this.#look(), lookMs).unref();
  }
}

function looksNow(file: string): string {
  try {
    return looksOf(statSync(file));
  } catch {
    // Not there, or not for us: as a later look would find it.
    return looksOf(undefined);
  }
}

const looksOf = (found: Stats | undefined): string =>
  found === undefined ? "" : `${found.mtimeMs} ${found.size} ${found.ino}`;
