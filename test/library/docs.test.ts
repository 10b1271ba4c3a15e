/** The documentation: every program on it is one, with the types that it would be given. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { blocksOf, pages, root } from "../support/pages.ts";

const programs = pages.flatMap(blocksOf).filter(({ language }) => language === "ts");

const folder = mkdtempSync(join(tmpdir(), "foregate-docs-"));
after(() => rmSync(folder, { recursive: true }));

void test("docs: the programs on it are right", () => {
  assert.ok(programs.filter(({ page }) => page === "docs/library.md").length >= 4);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const files = programs.map(({ page, line, text }) => {
    const name = `${page.replaceAll(/\W/g, "-")}-${line}.ts`;
    writeFileSync(join(folder, name), text);
    return name;
  });
  const compilerOptions = {
    paths: { foregate: [join(root, "src/foregate.ts")] },
    types: ["node"],
    // A rule of this house, and not of its readers: they write `process.env.PORT`.
    noPropertyAccessFromIndexSignature: false,
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(tsc.stdout, "");
  assert.equal(tsc.status, 0);
});
