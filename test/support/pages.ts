/**
 * The pages of the documentation and the blocks on them. What a block is for stands in its first
 * line or in what precedes it, where readers see it too:
 *
 *   `# foregate.yaml`, `// server.mjs`   first line of a block: it is a file of that name
 *   sh                                   commands, one a line, run in the folder with these files
 *   text right behind sh                 what they say; `…` stands for whatever is there
 */

import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Block {
  readonly page: string;
  /** Of its first line of text. */
  readonly line: number;
  /** What stands behind the fence: yaml, sh, text, … */
  readonly language: string;
  readonly text: string;
  /** If it is a file, as its first line says. */
  readonly fileName: string | undefined;
  /** Nothing stands between it and the block before. */
  readonly isRightBehind: boolean;
}

export const guides: readonly string[] = globSync("docs/guides/*.md", { cwd: root }).sort();

/** Whoever starts here needs nothing else first. */
export const pages: readonly string[] = [
  "README.md",
  "SECURITY.md",
  "docs/cli.md",
  "docs/config.md",
  "docs/hooks.md",
  "docs/library.md",
  ...guides,
];

export function readPage(page: string): string {
  return readFileSync(`${root}/${page}`, "utf8");
}

export function blocksOf(page: string): readonly Block[] {
  const whole = readPage(page);
  let end = -1;
  return [...whole.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map((match) => {
    const [fenced, language = "", text = ""] = match;
    const isRightBehind = end >= 0 && whole.slice(end, match.index).trim() === "";
    end = match.index + fenced.length;
    const line = whole.slice(0, match.index).split("\n").length + 1;
    const fileName = /^(?:#|\/\/) (\S+\.\w+)\n/.exec(text)?.[1];
    return { page, line, language, text, fileName, isRightBehind };
  });
}

/** A config of Foregate; YAML of other programs has the name of their file. */
export function isConfig({ language, fileName = "foregate.yaml" }: Block): boolean {
  return /^(?:yaml|json)$/.test(language) && fileName.startsWith("foregate");
}
