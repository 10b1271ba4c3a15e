/** A config that goes to another thread is the same there, whatever it has. */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { readConfig, writeConfig } from "../../src/cli/config-form.ts";
import { isPlanned } from "../../src/cli/planned-config.ts";
import { shownConfig } from "../../src/cli/shown-config.ts";
import { loadConfig, readConfig as readText } from "../../src/config/load.ts";
import { PlanDrawer } from "../../src/control/drawn-plan.ts";
import { configsShownIn } from "../config/examples-of-docs.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-form-"));
after(() => rmSync(folder, { recursive: true }));

const root = join(import.meta.dirname, "../..");
const pages = readdirSync(join(root, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => join("docs", name));

const shown = pages.flatMap(configsShownIn);

void test("there are enough configs to try", () => {
  assert.ok(shown.length > 50, `${shown.length} configs`);
});

for (const { name, config: text } of shown) {
  const config = readText(Buffer.from(text), "foregate.yaml", folder);
  if (!isPlanned(config)) continue;
  void test(`the config of ${name} is the same elsewhere`, () => {
    const drawer = new PlanDrawer();
    const drawn = drawer.draw(config);
    const read = readConfig(structuredClone(writeConfig(config, drawn.form)));
    assert.deepEqual(shownConfig(read), shownConfig(config));
    assert.deepEqual(new PlanDrawer().draw(read), drawn);
    const own = ({
      file,
      sites,
      workers,
      admin,
      poolNames,
      listeners,
    }: typeof config): unknown => ({ file, sites, workers, admin, poolNames, listeners });
    assert.deepEqual(own(read), own(config));
  });
}

void test("hooks, secrets and the names of files are the same elsewhere", async () => {
  const file = join(folder, "foregate.config.mjs");
  writeFileSync(
    file,
    `export default {
  sites: { "*": {
    proxy: "127.0.0.1:1",
    headers: { request: { set: { "x-token": process.env.API_TOKEN } } },
    hooks: { request: () => undefined },
  } },
};
`,
  );
  process.env["API_TOKEN"] = "seven times sealed";
  const config = await loadConfig(file);
  assert.ok(isPlanned(config), JSON.stringify(config.problems));
  const drawn = new PlanDrawer().draw(config);
  const read = readConfig(writeConfig(config, drawn.form));
  assert.deepEqual(new PlanDrawer().draw(read), drawn);
  assert.deepEqual([read.files, read.code], [config.files, config.code]);
  assert.equal(read.withhold("seven times sealed"), config.withhold("seven times sealed"));
  assert.doesNotMatch(read.withhold("seven times sealed"), /seven/);
});
