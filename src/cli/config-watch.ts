/**
 * Sees that files of a config have changed, by looking at them now and then: a disk of another
 * machine tells nobody, and an editor that puts a new file in the place of the old one would be
 * lost to whoever watches the old one.
 */

import { watchFile, type Stats } from "node:fs";

/** How often they are looked at, in ms. */
const lookMs = 500;

/** How long a change waits for others that belong to it, in ms. */
const gatherMs = 100;

export class ConfigWatch {
  readonly #onChange: () => void;
  readonly #files = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** These, and those from before: a config that is wrong may have left out the half of itself. */
  add(files: Iterable<string>): void {
    for (const file of files) {
      if (this.#files.has(file)) continue;
      this.#files.add(file);
      watchFile(file, { interval: lookMs, persistent: false }, this.#look);
    }
  }

  readonly #look = (now: Stats, before: Stats): void => {
    if (now.mtimeMs === before.mtimeMs && now.size === before.size && now.ino === before.ino)
      return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, gatherMs);
  };
}
