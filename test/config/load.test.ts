/** Files that are no config: missing, a folder, unreadable, empty, in another encoding. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { configFiles, findConfig } from "../../src/config/find-config.ts";
import { compileValue, loadConfig, readConfig } from "../../src/config/load.ts";
import { isError, writeProblem } from "../../src/config/problems.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-load-"));
after(() => rmSync(folder, { recursive: true }));

async function said(file: string): Promise<string> {
  const { plan, problems } = await loadConfig(file);
  assert.equal(plan, undefined);
  assert.ok(problems.every(isError));
  return problems.map(writeProblem).join("\n").replaceAll(folder, "");
}

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

void test("a missing file says how to begin", async () => {
  assert.equal(
    await said(join(folder, "none.yaml")),
    "/none.yaml: error[FG1001]: there is no such file — " +
      "start without one by `npx foregate 3000`, or name one with -c FILE",
  );
});

void test("a folder is no file", async () => {
  assert.equal(
    await said(folder),
    ": error[FG1002]: it is a folder — name the file: -c /foregate.yaml",
  );
});

void test("a path through a file leads nowhere", async () => {
  const file = write("plain", "x");
  assert.match(await said(join(file, "x.yaml")), /error\[FG1001\]: there is no such file/);
});

const encodings: readonly (readonly [name: string, content: Buffer, want: RegExp])[] = [
  ["nothing", Buffer.alloc(0), /error\[FG1008\]: the config is empty/],
  [
    "UTF-16",
    Buffer.from("\ufeffsites: {}", "utf16le"),
    /error\[FG1003\].* UTF-16 .*save it as UTF-8/,
  ],
  [
    "Latin-1",
    Buffer.from("# a\n# \xe9\n", "latin1"),
    /FG1003\]: cannot read it: line 2 is not UTF-8/,
  ],
  ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x80, 0xff]), /line 1 is not UTF-8 text/],
];

for (const [name, content, want] of encodings) {
  void test(`a file with ${name}`, async () => assert.match(await said(write("x", content)), want));
}

void test("a byte order mark is no part of the config", () => {
  const { plan } = readConfig(Buffer.from('\ufeffsites: { "*": ":1" }'), "x.yaml", folder);
  assert.ok(plan !== undefined);
});

void test("the first of the usual places counts", () => {
  const environment = { XDG_CONFIG_HOME: join(folder, "xdg"), HOME: "/home/ada" };
  const files = configFiles({ folder, environment });
  assert.deepEqual(files.slice(0, 4), [
    "foregate.yaml",
    "foregate.yml",
    "foregate.json",
    join(folder, "xdg/foregate/foregate.yaml"),
  ]);
  assert.equal(files.at(-1), "/etc/foregate/foregate.json");
  assert.ok(
    configFiles({ folder, environment: { HOME: "/home/ada" } }).includes(
      "/home/ada/.config/foregate/foregate.yml",
    ),
  );
  write("foregate.json", "{}");
  assert.equal(findConfig({ folder, environment }), "foregate.json");
  write("foregate.yml", "");
  assert.equal(findConfig({ folder, environment }), "foregate.yml");
});

void test("a value that no file holds has paths and no lines", () => {
  const { problems } = compileValue({ sites: { "*": { proxy: { to: [5] } } } }, "command line");
  const [problem] = problems;
  assert.equal(problem?.path, 'sites["*"].proxy.to[0]');
  assert.equal(problem?.line, undefined);
});

void test("a summary for people: hosts and where they lead", () => {
  const text = `
pools: { api: [":1", ":2"] }
sites:
  "*": ":3"
  x.example: { proxy: api, routes: [{ path: /a, redirect: /b }, { path: /c, respond: 404 }] }`;
  const { sites, listeners } = readConfig(Buffer.from(`listen: 81${text}`), "f.yaml", folder);
  assert.deepEqual(sites, [
    { host: "*", leadsTo: ["localhost:3"] },
    { host: "x.example", leadsTo: ["redirect 308", "respond 404", "api (2 upstreams)"] },
  ]);
  assert.deepEqual(
    listeners.map(({ writtenAt }) => writtenAt),
    ["f.yaml:1:9"],
  );
});

void test("a mistake in the last of 10,000 sites is found", () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `  s${at}.example: "10.0.0.1:${at + 1}"`);
  const text = `sites:\n${lines.join("\n")}\n  last.example: 5\n`;
  const { problems, sites } = readConfig(Buffer.from(text), "big.yaml", folder);
  assert.equal(sites.length, 10_001);
  assert.deepEqual(
    problems.map(({ line }) => line),
    [10_002],
  );
});
