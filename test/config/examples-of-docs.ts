/** The configs that pages show, with where they stand. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface ShownConfig {
  /** `docs/config.md:12`. */
  readonly name: string;
  readonly config: string;
}

const root = join(import.meta.dirname, "../..");

export function configsShownIn(path: string): readonly ShownConfig[] {
  const page = readFileSync(join(root, path), "utf8");
  return [...page.matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm)].map((match) => ({
    name: `${path}:${page.slice(0, match.index).split("\n").length}`,
    config: match[1] ?? "",
  }));
}
