/**
 * A config file and those that it includes, to one value. An included file adds sites and pools;
 * what is said for the whole proxy stands in the main file.
 *
 *   foregate.yaml ──▶ conf.d/a.yaml ──▶ …
 *                 └─▶ conf.d/b.yaml
 *
 * Each file is read by itself: its anchors, its placeholders and its file names are its own.
 */

import { globSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

import { describe, reject, text } from "../base/reader.ts";
import { readConfigFile, type Refusal } from "./config-file.ts";
import {
  openText,
  problemOfFile,
  type ConfigText,
  type Environment,
  type Findings,
  type Opened,
} from "./opened.ts";
import { Place } from "./place.ts";
import { includedKeys, topKeys } from "./schema.ts";
import { Sources, type ConfigParts, type Room, type Source } from "./sources.ts";
import { unknownKey } from "./unknown-key.ts";

/** Files that include files: what is deeper was not meant. */
const depthMax = 8;

/** A file for each of a thousand customers; a pattern that fits a whole disk is stopped. */
const filesMax = 1_000;

const rooms: readonly Room[] = ["pools", "sites"];

/** The main file was opened already: it may be code, what it includes may not. */
export function withIncluded(main: ConfigText, opened: Opened, around: Around): ConfigParts {
  return new Inclusion(main, opened, around).parts();
}

/** Of all files that are read. */
export interface Around {
  readonly environment: Environment;
  readonly findings: Findings;
}

class Inclusion {
  readonly #main: ConfigText;
  readonly #value: unknown;
  readonly #sources: Sources;
  readonly #around: Around;
  /** By their real paths. */
  readonly #read = new Set<string>();
  /** The file that is being read, behind those that lead to it. */
  readonly #chain: { readonly real: string; readonly file: string }[] = [];
  readonly #entries: Record<Room, Map<string, unknown>>;
  #isMerged = false;

  constructor(main: ConfigText, { value, source }: Opened, around: Around) {
    this.#main = main;
    this.#value = value;
    this.#sources = new Sources(source);
    this.#around = around;
    const root = this.#rootOf(value, this.#sources);
    const own = (room: Room): Map<string, unknown> =>
      new Map(
        root
          .at(room)
          .entries()
          .map(([name, place]) => [name, place.value]),
      );
    this.#entries = { pools: own("pools"), sites: own("sites") };
  }

  parts(): ConfigParts {
    const { folder, file } = this.#main;
    const { findings } = this.#around;
    const root = this.#rootOf(this.#value, this.#sources);
    this.#within(realPathOf(resolve(folder, basename(file))), file, () => this.#include(root));
    return {
      value: this.#isMerged ? { ...(this.#value as object), ...this.#merged(root) } : this.#value,
      sources: this.#sources,
      files: [...findings.texts.keys()],
      problems: findings.problems,
    };
  }

  /** What is no map in the main file stays as it is, so that this is said of it. */
  #merged(root: Place): object {
    const sound = rooms.filter((room) => root.at(room).isMap || !root.at(room).isThere);
    const filled = sound.filter((room) => this.#entries[room].size > 0);
    return Object.fromEntries(
      filled.map((room) => [room, Object.fromEntries(this.#entries[room])]),
    );
  }

  /** Reads the key `include`. */
  #include(root: Place): void {
    const include = root.at("include");
    if (!include.isThere) return;
    for (const place of Array.isArray(include.value) ? include.items() : [include]) {
      const name = place.read(text);
      if (name === undefined) this.#around.findings.isBroken = true;
      else this.#includeName(name, place);
    }
  }

  #includeName(name: string, place: Place): void {
    const { file, folder } = place.source;
    const isPattern = /[*?[\]{}]/.test(name);
    for (const match of isPattern ? globSync(name, { cwd: folder }).toSorted() : [name]) {
      const path = resolve(folder, match);
      if (isPattern && statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
      this.#includeFile(path, isAbsolute(match) ? match : join(dirname(file), match), place);
    }
  }

  /** `file` is how it is named in messages. */
  #includeFile(path: string, file: string, place: Place): void {
    const { environment, findings } = this.#around;
    const real = realPathOf(path);
    const obstacle = this.#obstacle(real, file);
    if (obstacle !== undefined) {
      this.#leaveOut(place, obstacle);
      return;
    }
    const bytes = readConfigFile(path, file);
    if (Buffer.isBuffer(bytes)) {
      const opened = openText({ bytes, file, folder: dirname(path) }, environment, findings);
      this.#within(real, file, () => opened && this.#add(opened));
    } else if (bytes.kind === "writable") findings.break(problemOfFile(file, "writable", bytes));
    else {
      const message = `cannot include ${file}: ${bytes.message}`;
      this.#leaveOut(place, { message, help: helpOn(bytes) });
    }
  }

  #leaveOut(place: Place, said: Report): void {
    this.#around.findings.isBroken = true;
    report(place, said);
  }

  #obstacle(real: string, file: string): Report | undefined {
    const first = this.#chain.findIndex((link) => link.real === real);
    if (first >= 0) {
      const circle = this.#chain.slice(first).map((link) => link.file);
      const names = circle.join(", ");
      const isAlone = circle.length === 1;
      const message = isAlone ? `${names} includes itself` : `${names} include each other`;
      return { message, help: "leave it out here" };
    }
    if (this.#read.has(real)) {
      return { message: `${file} is included twice`, help: "leave it out here" };
    }
    if (this.#chain.length > depthMax) {
      return { message: `want at most ${depthMax} files within each other, found ${file} deeper` };
    }
    if (this.#read.size > filesMax) {
      return { message: `want at most ${filesMax} files, found ${file} as well` };
    }
    return undefined;
  }

  #within(real: string, file: string, act: () => void): void {
    this.#read.add(real);
    this.#chain.push({ real, file });
    act();
    this.#chain.pop();
  }

  /** What an included file has, to what there is. */
  #add({ value, source }: Opened): void {
    // A file in which every line is a comment.
    if (value === null) return;
    const root = this.#rootOf(value, new Sources(source));
    if (!root.isMap) {
      reject(root, { message: `want a map, found ${describe(value)}` });
      return;
    }
    this.#isMerged = true;
    for (const [key, place] of root.entries()) this.#checkKey(key, place);
    for (const room of rooms) this.#addRoom(room, root.at(room));
    this.#include(root);
  }

  #checkKey(key: string, place: Place): void {
    if (includedKeys.includes(key)) return;
    if (topKeys.includes(key)) {
      const message = `\`${key}\` may not stand in an included file`;
      const help = `it is for all files: write it in ${this.#main.file}`;
      report(place, { message, help, onKey: true, standsAlone: true });
      return;
    }
    const { message, ...params } = unknownKey(key, includedKeys, "an included file");
    const alone = { onKey: true, standsAlone: true };
    place.addIssue({ code: "custom", message, params: { ...params, ...alone } });
  }

  #addRoom(room: Room, place: Place): void {
    if (!place.isThere) return;
    if (!place.isMap) reject(place, { message: `want a map, found ${describe(place.value)}` });
    for (const [name, entry] of place.entries()) {
      if (this.#entries[room].has(name)) this.#rejectTwice(room, name, entry);
      else {
        this.#entries[room].set(name, entry.value);
        this.#sources.add(room, name, entry.source);
      }
    }
  }

  #rejectTwice(room: Room, name: string, place: Place): void {
    const first: Source = this.#sources.of([room, name]);
    const span = first.spanOf([room, name], true);
    const elsewhere = span && [{ message: "first written here", file: first.file, ...span }];
    const what = room === "sites" ? "host" : "pool";
    const help = room === "sites" ? "write both into one site" : "keep one of them";
    const params = { kind: "twice", help, onKey: true, elsewhere };
    place.addIssue({ code: "custom", message: `this ${what} is written twice`, params });
  }

  #rootOf(value: unknown, sources: Sources): Place {
    return new Place(value, [], sources, this.#around.findings.problems);
  }
}

interface Report {
  readonly message: string;
  readonly help?: string | undefined;
  readonly onKey?: true;
  readonly standsAlone?: true;
}

function report(place: Place, { message, ...params }: Report): void {
  place.addIssue({ code: "custom", message, params: { kind: "include", ...params } });
}

function helpOn({ kind, help }: Refusal): string | undefined {
  switch (kind) {
    case "not-found":
      return "name a file that is there, or a pattern such as conf.d/*.yaml";
    case "folder":
      return "name its files by a pattern such as conf.d/*.yaml";
    case "unreadable":
    case "writable":
      return help;
  }
}

/** One file may have several names. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What is not there is reported when it is read.
    return path;
  }
}
