/** `docs/config.md`: every example on the page is a config that loads, and every code is on it. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { loadConfig } from "../../src/config/load.ts";
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

const folder = mkdtempSync(join(tmpdir(), "foregate-docs-"));
after(() => rmSync(folder, { recursive: true }));

for (const [at, [, program = ""]] of [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].entries()) {
  void test(`docs/config.md: program ${at + 1} is a config`, async () => {
    const file = join(folder, `${at}.ts`);
    writeFileSync(file, program);
    assert.deepEqual((await loadConfig(file)).problems, []);
  });
}

void test("docs/config.md explains every code", () => {
  for (const code of Object.values(problemCodes)) assert.ok(page.includes(`| ${code} |`), code);
});
