/** Programs in the docs: each is one, with the types that it would be given. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const pages = ["docs/library.md", "docs/hooks.md"];
const programs = pages.flatMap((name) => {
  const page = readFileSync(join(root, name), "utf8");
  return [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, program = ""]) => program);
});

const folder = mkdtempSync(join(tmpdir(), "foregate-docs-"));
after(() => rmSync(folder, { recursive: true }));

void test("docs: their programs are right", () => {
  assert.ok(programs.length >= 6);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const files = programs.map((program, at) => {
    const name = `program-${at}.ts`;
    writeFileSync(join(folder, name), program);
    return name;
  });
  const compilerOptions = { paths: { foregate: [join(root, "src/foregate.ts")] }, types: ["node"] };
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
