/** The documentation: every config on it loads, and every code is in `docs/config.md`. */

import assert from "node:assert/strict";
import { test } from "node:test";

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

void test("docs/config.md explains every code", () => {
  const page = readPage("docs/config.md");
  for (const code of Object.values(problemCodes)) assert.ok(page.includes(`| ${code} |`), code);
});
