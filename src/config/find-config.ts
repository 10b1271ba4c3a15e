/**
 * Where a config lies if nobody says: the working folder, then the user's, then the machine's. For
 * root it is the machine's alone, since anybody may have left a file where root happens to be.
 */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A config that is a program: it stands before those that are data. */
const programNames = [
  "foregate.config.ts",
  "foregate.config.mts",
  "foregate.config.js",
  "foregate.config.mjs",
];
const dataNames = ["foregate.yaml", "foregate.yml", "foregate.json", "foregate.jsonc"];
const names = [...programNames, ...dataNames];

const machineFolder = "/etc/foregate";

export interface SearchPlaces {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
}

export function searchPlaces(environment: SearchPlaces["environment"]): SearchPlaces {
  return { folder: process.cwd(), environment, isRoot: process.getuid?.() === 0 };
}

/** The folders that are looked in, in order; "" is the working folder. */
export function configFolders({ environment, isRoot }: SearchPlaces): readonly string[] {
  if (isRoot) return [machineFolder];
  const own = environment["XDG_CONFIG_HOME"] || join(environment["HOME"] || homedir(), ".config");
  return ["", join(own, "foregate"), machineFolder];
}

/** Every file that is looked for, in order; those of the working folder without its name. */
export const configFiles = (places: SearchPlaces): readonly string[] =>
  configFolders(places).flatMap((folder) => names.map((name) => join(folder, name)));

export interface FoundConfig {
  readonly file: string;
  /** Others in its folder, which are not read. */
  readonly ignored: readonly string[];
}

/** The first that exists; undefined: none does. */
export function findConfig(places: SearchPlaces): FoundConfig | undefined {
  const found = configFiles(places).filter((file) => existsSync(resolve(places.folder, file)));
  const [file] = found;
  if (file === undefined) return undefined;
  const beside = found.filter((other) => other !== file && dirname(other) === dirname(file));
  return { file, ignored: beside };
}

/** What root would have found, were it somebody else. */
export function passedOver(places: SearchPlaces): string | undefined {
  if (!places.isRoot) return undefined;
  return findConfig({ ...places, isRoot: false })?.file;
}

/** For people: the files, and the folders that they were looked for in. */
export function searchedInWords(places: SearchPlaces): string {
  const folders = configFolders(places).map((folder) => (folder === "" ? "this folder" : folder));
  return `foregate.yaml, .yml, .json, .jsonc or foregate.config.ts in ${folders.join(", ")}`;
}
