/** The documentation: every config on it loads, and every code is in `docs/config.md`. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { loadConfig } from "../../src/config/load.ts";
import { problemCodes } from "../../src/config/problems.ts";
import { blocksOf, isConfig, pages, readPage } from "../support/pages.ts";
import { planOf } from "./config-of.ts";

const examples = pages.flatMap(blocksOf).filter(isConfig);

void test("docs/config.md has examples", () => {
  assert.ok(examples.filter(({ page }) => page === "docs/config.md").length >= 15);
});

for (const { page, line, text } of examples) {
  void test(`${page}:${line} loads`, () => {
    planOf(text);
  });
}

const folder = mkdtempSync(join(tmpdir(), "foregate-docs-"));
after(() => rmSync(folder, { recursive: true }));

const programs = blocksOf("docs/config.md").filter(({ language }) => language === "ts");

for (const { line, text } of programs) {
  void test(`docs/config.md:${line} is a config`, async () => {
    const file = join(folder, `${line}.ts`);
    writeFileSync(file, text);
    assert.deepEqual((await loadConfig(file)).problems, []);
  });
}

void test("docs/config.md explains every code", () => {
  const page = readPage("docs/config.md");
  for (const code of Object.values(problemCodes)) assert.ok(page.includes(`| ${code} |`), code);
});
