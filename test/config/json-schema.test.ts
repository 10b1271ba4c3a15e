/** `schema.json`: takes every config that is right, and refuses those whose form is wrong. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Ajv } from "ajv";
import { parse } from "yaml";

import { configsShownIn } from "./examples-of-docs.ts";

const root = join(import.meta.dirname, "../..");
const schema = JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as object;

/** Editors have some words of their own; any other word that is unknown is our mistake. */
const editorWords = ["markdownDescription", "patternErrorMessage"];
const ajv = new Ajv({ allErrors: true, strict: true, keywords: editorWords });
const isRight = ajv.compile(schema);

for (const page of ["docs/config.md", "docs/metrics.md", "README.md"]) {
  for (const { name, config } of configsShownIn(page)) {
    void test(`schema.json takes the config at ${name}`, () => {
      assert.ok(isRight(parse(config, { merge: true })), JSON.stringify(isRight.errors, null, 2));
    });
  }
}

/** What these do is wrong, and not their form. */
const wellFormed = new Set([
  "A pool that does not exist",
  "A pool where there are none",
  "Fields that rules may not touch",
  "Hosts",
  "Included files: what is wrong in them, and what belongs in the main one",
  "No pools",
  "Redirects that a client could lead anywhere",
  "Upstreams that a client would choose (threat 69)",
  "Values from placeholders are not repeated",
]);

const page = readFileSync(join(import.meta.dirname, "wrong-configs.md"), "utf8");
const cases = [...page.matchAll(/^## (.+)\n\n```\w+\n([^]*?)```\n\n```text\n([^]*?)```$/gm)]
  .map(([, name = "", config = "", said = ""]) => ({ name, config, said }))
  .filter(({ said }) => /FG100[4568]/.test(said));

void test("schema.json: there are wrong configs to refuse", () => assert.ok(cases.length >= 50));

for (const { name, config } of cases) {
  const isMeant = wellFormed.has(name);
  void test(`schema.json ${isMeant ? "cannot see" : "refuses"}: ${name}`, () => {
    const value: unknown = parse(config, { merge: true, uniqueKeys: false, logLevel: "silent" });
    assert.equal(isRight(value), isMeant);
  });
}
