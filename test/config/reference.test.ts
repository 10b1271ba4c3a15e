/**
 * Every example of the reference: alone in its place it makes a config that loads, that the schema
 * for editors takes and that has the type, and its YAML and its TypeScript are the same value.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runInNewContext } from "node:vm";

import { Ajv } from "ajv";
import { parse, stringify } from "yaml";

import { planOf } from "./config-of.ts";
import { configsShownIn } from "./examples-of-docs.ts";
import { describeConfig } from "./generated/description.ts";
import { writeTypescript, writeYaml } from "./generated/examples.ts";
import { configWith } from "./generated/places.ts";

const root = join(import.meta.dirname, "../..");
const description = describeConfig();

const examples = description.definitions.flatMap((definition) =>
  Object.entries(definition.keys).flatMap(([key, { examples: values = [] }]) =>
    values.map((value, at) => ({
      name: `${definition.name}.${key} ${at + 1}`,
      map: { [key]: value },
      config: configWith({ [key]: value }, definition, description),
    })),
  ),
);

const schema = JSON.parse(readFileSync(join(root, "schema.json"), "utf8")) as object;
const isRight = new Ajv({ strict: false, allErrors: true }).compile(schema);

for (const { name, map, config } of examples) {
  void test(`example of ${name}`, () => {
    assert.deepEqual(parse(writeYaml(map)), map, "its YAML is the same value");
    const evaluated: unknown = runInNewContext(`(${writeTypescript(map)})`);
    assert.equal(JSON.stringify(evaluated), JSON.stringify(map), "so is its TypeScript");
    planOf(stringify(config));
    assert.ok(isRight(config), JSON.stringify(isRight.errors, null, 2));
  });
}

/** Each is wrong on its own line. */
const wrongPrograms = [
  `{ sties: {} }`,
  `{ sites: { "*": { proxi: ":1" } } }`,
  `{ sites: { "*": ":1" }, logs: { level: "loud" } }`,
  `{ listen: true, sites: { "*": ":1" } }`,
  `{ sites: { "*": { routes: [{ path: 1 }] } } }`,
  `{}`,
];

/** Lists that nobody may change, and keys that are there without a value. */
const rightPrograms = [
  `{ listen: [80, "127.0.0.1:81"] as const, sites: { "*": ":1" }, trust: undefined }`,
  `{ sites: { "*": { routes: [{ method: ["GET"] as const, proxy: [":1", { url: ":2" }] }] } } }`,
];

const folder = mkdtempSync(join(tmpdir(), "foregate-type-"));
after(() => rmSync(folder, { recursive: true }));

void test("the type of a config takes every example, and no mistyped key", () => {
  const shown = configsShownIn("docs/config.md").map(({ config }) =>
    parse(config, { merge: true }),
  );
  const right = [...examples.map(({ config }) => config), ...shown].map(writeTypescript);
  const lines = [
    `import type { Config } from "foregate";`,
    "export const right: readonly Config[] = [",
    ...[...right, ...rightPrograms].map((text) => `${text},`),
    "];",
    "export const wrong: readonly Config[] = [",
    ...wrongPrograms.map((text) => `// @ts-expect-error it is wrong\n${text},`),
    "];",
  ];
  writeFileSync(join(folder, "configs.ts"), lines.join("\n"));
  const compilerOptions = { paths: { foregate: [join(root, "src/foregate.ts")] }, types: ["node"] };
  const options = { extends: join(root, "tsconfig.json"), files: ["configs.ts"], include: [] };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...options, compilerOptions }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(tsc.stdout, "");
  assert.equal(tsc.status, 0);
});
