/** `docs/config.md`: every example on the page is a config that loads, and every code is on it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { problemCodes } from "../../src/config/problems.ts";
import { planOf } from "./config-of.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/config.md"), "utf8");

const examples = [...page.matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm)].map((match) => ({
  line: page.slice(0, match.index).split("\n").length,
  config: match[1] ?? "",
}));

void test("docs/config.md has examples", () => assert.ok(examples.length >= 15));

for (const { line, config } of examples) {
  void test(`docs/config.md:${line} loads`, () => {
    planOf(config);
  });
}

void test("docs/config.md explains every code", () => {
  for (const code of Object.values(problemCodes)) assert.ok(page.includes(`| ${code} |`), code);
});
