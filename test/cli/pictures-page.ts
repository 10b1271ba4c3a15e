/**
 * `pictures.md`: configs, and the pictures of their problems.
 *
 *   node test/cli/pictures-page.ts            prints the page
 *   node test/cli/pictures-page.ts --write    writes the pictures anew, below their configs
 *
 * A config's fence says what its text cannot: `yaml crlf` ends its lines in CRLF, `yaml width=60`
 * is shown on a terminal so wide. One in code is a file, since it is run;
 * its pictures have Node's words in them, and stay as they are under Bun.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { plain } from "../../src/cli/colour.ts";
import { problemLines } from "../../src/cli/report-problems.ts";
import { countProblems } from "../../src/cli/say.ts";
import { loadConfig, readConfig, type LoadedConfig } from "../../src/config/load.ts";

export const picturesPath = join(import.meta.dirname, "pictures.md");

/** A heading with perhaps some words, the config, its pictures. */
const casePattern =
  /^(## [^\n]+\n(?:\n[^#`][^\n]*\n)?\n```(\w+)([^\n]*)\n([^]*?)```\n\n```text\n)[^]*?```$/gm;

const isBun = process.versions["bun"] !== undefined;

const isCode = (language: string): boolean => language === "ts" || language === "js";

export async function picturesPage(page: string): Promise<string> {
  let written = "";
  let behind = 0;
  for (const match of page.matchAll(casePattern)) {
    const [all, head = "", language = "", info = "", config = ""] = match;
    const isKept = isBun && isCode(language);
    const pictures = isKept ? undefined : await picturesOf(config, language, info);
    written += page.slice(behind, match.index);
    written += pictures === undefined ? all : `${head}${pictures}\n\`\`\``;
    behind = match.index + all.length;
  }
  return written + page.slice(behind);
}

async function picturesOf(config: string, language: string, info: string): Promise<string> {
  const text = info.includes("crlf") ? config.replaceAll("\n", "\r\n") : config;
  const loaded = isCode(language)
    ? await loadCode(text, `foregate.config.${language}`)
    : readConfig(Buffer.from(text), `foregate.${language}`, import.meta.dirname);
  const width = Number(/width=(\d+)/.exec(info)?.[1] ?? 100);
  const lines = problemLines(loaded, { width, paint: plain });
  return [...lines, countProblems(loaded.problems)]
    .join("\n")
    .replaceAll(import.meta.dirname, "FOLDER")
    .replaceAll(/\S*\/(?=foregate\.config\.)/g, "");
}

async function loadCode(text: string, name: string): Promise<LoadedConfig> {
  const folder = mkdtempSync(join(tmpdir(), "foregate-pictures-"));
  try {
    writeFileSync(join(folder, name), text);
    return await loadConfig(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const page = await picturesPage(readFileSync(picturesPath, "utf8"));
  if (process.argv.includes("--write")) writeFileSync(picturesPath, page);
  else console.log(page);
}
