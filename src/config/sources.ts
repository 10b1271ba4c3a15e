/**
 * The files that a config is written in. Of `sites` and `pools` each entry is in one file as a
 * whole; everything else is in the main one.
 */

import type { Expansion } from "./expand.ts";
import type { Problem, Span } from "./problems.ts";
import type { Path } from "./spans.ts";

/** One file, or what stands for one. */
export interface Source {
  /** As the user named it. */
  readonly file: string;
  /** What relative file names in it start from. */
  readonly folder: string;
  /** Where this place is written; of a place that is not, where the nearest one around it is. */
  readonly spanOf: (path: Path, onKey: boolean) => Span | undefined;
  /** What its placeholders stand for. */
  readonly expansions: readonly Expansion[];
}

/** What other files may add to. */
export type Room = "sites" | "pools";

export class Sources {
  readonly #main: Source;
  readonly #parts = new Map<string, Source>();

  constructor(main: Source) {
    this.#main = main;
  }

  /** Which file a place is written in. */
  of([room, name]: Path): Source {
    if (this.#parts.size === 0 || name === undefined) return this.#main;
    return this.#parts.get(`${room}.${name}`) ?? this.#main;
  }

  /** An entry that an included file has. */
  add(room: Room, name: string, source: Source): void {
    this.#parts.set(`${room}.${name}`, source);
  }
}

/** A config before it is compiled. */
export interface ConfigParts {
  /** Of all files together. */
  readonly value: unknown;
  readonly sources: Sources;
  /** In the order in which they were read. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}
