/**
 * `wrong-configs.md`: a config, and every line that is said about it. The page is the test, and the
 * test is the page: who changes a message changes it there.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { problemsOf } from "./config-of.ts";

const page = readFileSync(join(import.meta.dirname, "wrong-configs.md"), "utf8");

/** A heading, the config, what is said. */
const casePattern = /^## (.+)\n\n```\w+\n([^]*?)```\n\n```text\n([^]*?)```$/gm;

const cases = [...page.matchAll(casePattern)].map(([, name = "", config = "", want = ""]) => ({
  name,
  config,
  want: want.split("\n").filter((line) => line !== ""),
}));

void test("every heading of wrong-configs.md is a case", () => {
  assert.equal(cases.length, page.match(/^## /gm)?.length);
  assert.ok(cases.length >= 40);
});

for (const { name, config, want } of cases) {
  void test(`wrong config: ${name}`, () => {
    assert.deepEqual(
      problemsOf(config).map((line) => line.replaceAll(import.meta.dirname, "FOLDER").trim()),
      want,
    );
  });
}
