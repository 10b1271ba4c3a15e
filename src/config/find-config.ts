/** Where a config lies if nobody says: the working folder, then the user's, then the machine's. */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const names = ["foregate.yaml", "foregate.yml", "foregate.json"];

export interface SearchPlaces {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Every file that is looked for, in order; those of the working folder without its name. */
export function configFiles({ environment }: SearchPlaces): readonly string[] {
  const own = environment["XDG_CONFIG_HOME"] || join(environment["HOME"] || homedir(), ".config");
  const folders = ["", join(own, "foregate"), "/etc/foregate"];
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

/** The first that exists; undefined: none does. */
export function findConfig(places: SearchPlaces): string | undefined {
  return configFiles(places).find((file) => existsSync(join(fileFolder(file, places), file)));
}

const fileFolder = (file: string, { folder }: SearchPlaces): string =>
  file.startsWith("/") ? "" : folder;
