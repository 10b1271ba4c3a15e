/**
 * A config that is changed while the program serves: twenty times under load without a request
 * lost, with hooks in code, and with mistakes.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";

import { until, within } from "../support/within.ts";
import { ForegateProgram, writeConfig } from "./foregate-program.ts";
import { listening } from "./listening.ts";
import { startFreshLoad, startLoad } from "./load-client.ts";

const reloadCount = 20;

/** Under load everything takes longer, an evaluation in a thread the most. */
const hookMs = 20_000;

async function running(t: TestContext, file: string): Promise<ForegateProgram> {
  const foregate = new ForegateProgram(file);
  t.after(() => foregate.stop());
  await foregate.ready();
  return foregate;
}

async function reload(foregate: ForegateProgram): Promise<void> {
  foregate.signal("SIGHUP");
  const isDone = (): boolean => / reloaded /.test(foregate.said);
  await until(isDone, "it has reloaded", () => foregate.said);
}

/** Until the answers pass through the hook that says so. */
async function hookIs(foregate: ForegateProgram, count: string): Promise<void> {
  const beganMs = performance.now();
  for (;;) {
    const seen = await fetch(`${foregate.url}/page`);
    await seen.arrayBuffer();
    if (seen.headers.get("x-count") === count) return;
    assert.ok(performance.now() - beganMs < hookMs, `the new hook runs. ${foregate.said}`);
  }
}

/** Answers with a body that takes several writes. */
async function upstreamOf(t: TestContext, body: string): Promise<number> {
  const server = createServer((_, response) => response.end(body));
  return (await listening(t, server)).port;
}

void test("threat 172: twenty reloads under load, and no request is lost", async (t) => {
  const ports = [await upstreamOf(t, "a".repeat(100_000)), await upstreamOf(t, "b".repeat(90_000))];
  const configOf = (count: number): string => `
import { defineConfig } from "foregate";

const count = "${count}";
export default defineConfig({
  listen: "127.0.0.1:0",
  logs: { access: false },
  pools: { p: { to: ["127.0.0.1:${ports[count % 2]}", "127.0.0.1:${ports[0]}"] } },
  sites: {
    "*": {
      hooks: { response: (_, to) => to.fields.set("x-count", count) },
      routes: [
        ${count % 3 === 0 ? `{ path: "/new/${count}", respond: "new" },` : ""}
        { path: "/*", proxy: "${count % 4 === 0 ? `127.0.0.1:${ports[1]}` : "p"}" },
      ],
    },
  },
});
`;
  const file = writeConfig(t, configOf(0), "foregate.config.ts");
  const foregate = await running(t, file);
  const kept = startLoad(foregate.port, "/page", 64);
  const fresh = startFreshLoad(foregate.port, "/page", 16);
  t.after(() => fresh.stop());
  await kept.warm(500);
  for (let count = 1; count <= reloadCount; count++) {
    writeFileSync(file, configOf(count));
    foregate.signal("SIGHUP");
    await hookIs(foregate, String(count));
  }
  const ofFresh = await fresh.stop();
  foregate.signal("SIGTERM");
  const ofKept = await kept.ended;
  t.diagnostic(`${ofKept.wholeCount} and ${ofFresh.wholeCount} whole answers`);
  assert.deepEqual(ofFresh.troubles, []);
  assert.deepEqual([ofKept.cutCount, ofKept.refusedCount], [0, 0]);
  assert.ok(ofFresh.wholeCount > reloadCount);
  assert.doesNotMatch(foregate.said, /bug|Error/);
});

const isBun = process.versions["bun"] !== undefined;
const onlyNode = isBun ? "this runtime keeps what a config imports" : false;

void test("story: what a config imports changes with it", { skip: onlyNode }, async (t) => {
  const port = await upstreamOf(t, "page");
  const config = `
import { name } from "./name.ts";

const hooks = { response: (_, to) => to.fields.set("x-name", name) };
export default { listen: "127.0.0.1:0", sites: { "*": { hooks, proxy: "127.0.0.1:${port}" } } };
`;
  const file = writeConfig(t, config, "foregate.config.ts");
  const nameIs = (name: string): void =>
    writeFileSync(join(dirname(file), "name.ts"), `export const name: string = "${name}";\n`);
  nameIs("ada");
  const foregate = await running(t, file);
  // On a connection of its own: those before may end while they are used.
  const seenName = async (): Promise<unknown> => {
    const asking = get(foregate.url, { agent: false });
    const [response] = (await within(once(asking, "response"), "an answer")) as [IncomingMessage];
    response.resume();
    return response.headers["x-name"];
  };
  assert.equal(await seenName(), "ada");
  nameIs("grace");
  await reload(foregate);
  assert.equal(await seenName(), "grace");

  // Who comes up later gets what is in force, and not what lies there by now.
  rmSync(join(dirname(file), "name.ts"));
  writeFileSync(file, "export default {");
  foregate.signal("SIGUSR2");
  const isReplaced = (): boolean => foregate.said.includes("every worker was replaced");
  await until(isReplaced, "workers are replaced", () => foregate.said);
  assert.equal(await seenName(), "grace");
});

void test("story: a config with a mistake changes nothing, and says why", async (t) => {
  const good = 'listen: "127.0.0.1:0"\nsites: { "*": { respond: "good" } }\n';
  const file = writeConfig(t, good);
  const foregate = await running(t, file);
  const body = async (): Promise<string> => (await fetch(foregate.url)).text();

  writeFileSync(file, good.replace("sites", "sties"));
  foregate.signal("SIGHUP");
  const said = (pattern: RegExp) => () => pattern.test(foregate.said);
  await until(
    said(/unknown key `sties`[^]*the config before stays in force: 2 errors/),
    "it says what is wrong",
    () => foregate.said,
  );
  assert.equal(await body(), "good");

  writeFileSync(file, good.replace('"127.0.0.1:0"', '["127.0.0.1:0", "192.0.2.1:80"]'));
  foregate.signal("SIGHUP");
  await until(
    said(/stays in force: an address cannot be had .*192\.0\.2\.1:80/),
    "it says which address",
    () => foregate.said,
  );
  assert.equal(await body(), "good");

  writeFileSync(file, `metrics: "127.0.0.1:0"\n${good.replace('"good"', '"better"')}`);
  await reload(foregate);
  assert.equal(await body(), "better");
  await until(said(/of metrics takes effect with a restart/), "it says what waits");
});

void test(
  "story: with --watch a change of an imported file is enough",
  { skip: onlyNode },
  async (t) => {
    const config = `import { body } from "./body.mjs";
export default { listen: "127.0.0.1:0", sites: { "*": { respond: body } } };
`;
    const file = writeConfig(t, config, "foregate.config.mjs");
    const bodyIs = (body: string): void =>
      writeFileSync(join(dirname(file), "body.mjs"), `export const body = "${body}";\n`);
    bodyIs("one");
    const foregate = new ForegateProgram(file, { words: ["--watch"] });
    t.after(() => foregate.stop());
    await foregate.ready();
    bodyIs("another");
    const isDone = (): boolean => / reloaded /.test(foregate.said);
    await until(isDone, "it has reloaded", () => foregate.said);
    assert.equal(await (await fetch(foregate.url)).text(), "another");
  },
);

void test("story: with --watch a change is enough, in an included file as well", async (t) => {
  const file = writeConfig(t, 'listen: "127.0.0.1:0"\ninclude: sites.yaml\n');
  const siteFile = join(dirname(file), "sites.yaml");
  const bodyIs = (body: string): void =>
    writeFileSync(siteFile, `sites: { "*": { respond: ${body} } }\n`);
  bodyIs("one");
  const foregate = new ForegateProgram(file, { words: ["--watch"] });
  t.after(() => foregate.stop());
  await foregate.ready();
  const body = async (): Promise<string> => (await fetch(foregate.url)).text();
  assert.equal(await body(), "one");
  bodyIs("another");
  const isDone = (): boolean => / reloaded /.test(foregate.said);
  await until(isDone, "it has reloaded", () => foregate.said);
  assert.equal(await body(), "another");
});
