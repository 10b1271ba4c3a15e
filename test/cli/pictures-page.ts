/**
 * `pictures.md`: configs, and the pictures of their problems.
 *
 *   node test/cli/pictures-page.ts            prints the page
 *   node test/cli/pictures-page.ts --write    writes the pictures anew, below their configs
 *
 * A config's fence says what its text cannot: `yaml crlf` ends its lines in CRLF, `yaml width=60`
 * is shown on a terminal so wide.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { plain } from "../../src/cli/colour.ts";
import { countProblems, problemLines } from "../../src/cli/report-problems.ts";
import { readConfig } from "../../src/config/load.ts";

export const picturesPath = join(import.meta.dirname, "pictures.md");

/** A heading with perhaps some words, the config, its pictures. */
const casePattern =
  /^(## [^\n]+\n(?:\n[^#`][^\n]*\n)?\n```(\w+)([^\n]*)\n([^]*?)```\n\n```text\n)[^]*?```$/gm;

export function picturesPage(page: string): string {
  return page.replaceAll(casePattern, (...[, head, language, info, config]: string[]) => {
    return `${head}${picturesOf(config ?? "", language ?? "", info ?? "")}\n\`\`\``;
  });
}

function picturesOf(config: string, language: string, info: string): string {
  const text = info.includes("crlf") ? config.replaceAll("\n", "\r\n") : config;
  const file = `foregate.${language}`;
  const loaded = readConfig(Buffer.from(text), file, import.meta.dirname);
  const width = Number(/width=(\d+)/.exec(info)?.[1] ?? 100);
  const lines = problemLines(loaded, { width, paint: plain });
  return [...lines, countProblems(loaded.problems)]
    .join("\n")
    .replaceAll(import.meta.dirname, "FOLDER");
}

if (import.meta.main) {
  const page = picturesPage(readFileSync(picturesPath, "utf8"));
  if (process.argv.includes("--write")) writeFileSync(picturesPath, page);
  else console.log(page);
}
