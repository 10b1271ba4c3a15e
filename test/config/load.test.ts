/** Files that are no config: missing, a folder, unreadable, empty, in another encoding. */

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { distrust } from "../../src/config/config-file.ts";
import { configFiles, findConfig, passedOver } from "../../src/config/find-config.ts";
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

const environment = { XDG_CONFIG_HOME: join(folder, "xdg"), HOME: "/home/ada" };
const places = { folder, environment, isRoot: false };

void test("the usual places, in order", () => {
  const files = configFiles(places);
  assert.deepEqual(files.slice(0, 9), [
    "foregate.config.ts",
    "foregate.config.mts",
    "foregate.config.js",
    "foregate.config.mjs",
    "foregate.yaml",
    "foregate.yml",
    "foregate.json",
    "foregate.jsonc",
    join(folder, "xdg/foregate/foregate.config.ts"),
  ]);
  assert.equal(files.at(-1), "/etc/foregate/foregate.jsonc");
  const usual = configFiles({ ...places, environment: { HOME: "/home/ada" } });
  assert.ok(usual.includes("/home/ada/.config/foregate/foregate.yml"));
});

void test("root looks in one place only", () => {
  const files = configFiles({ ...places, isRoot: true });
  assert.deepEqual([...new Set(files.map((file) => dirname(file)))], ["/etc/foregate"]);
});

void test("the first that is there counts, and others beside it are named", () => {
  const found: [string, unknown][] = [];
  for (const name of ["foregate.jsonc", "foregate.yml", "foregate.config.ts"]) {
    write(name, "{}");
    found.push([name, findConfig(places)]);
  }
  assert.deepEqual(found, [
    ["foregate.jsonc", { file: "foregate.jsonc", ignored: [] }],
    ["foregate.yml", { file: "foregate.yml", ignored: ["foregate.jsonc"] }],
    [
      "foregate.config.ts",
      { file: "foregate.config.ts", ignored: ["foregate.yml", "foregate.jsonc"] },
    ],
  ]);
  assert.equal(passedOver(places), undefined);
  assert.equal(passedOver({ ...places, isRoot: true }), "foregate.config.ts");
});

interface TrustCase {
  readonly name: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly isFile?: boolean;
  /** The help; undefined: it is used. */
  readonly help?: string;
}

/** For a process of user 7 in group 8. */
const trustCases: readonly TrustCase[] = [
  { name: "one's own", mode: 0o100644 },
  { name: "one's own, for one's own group", mode: 0o100664 },
  { name: "root's", mode: 0o100644, uid: 0, gid: 0 },
  { name: "root's, for root's group", mode: 0o100664, uid: 0, gid: 0 },
  { name: "root's, for one's own group", mode: 0o100660, uid: 0 },
  { name: "another group that may read", mode: 0o100640, uid: 0, gid: 50 },
  { name: "a pipe", mode: 0o010666, isFile: false },
  { name: "another group's to write", mode: 0o100664, gid: 50, help: "chmod g-w f.yaml" },
  { name: "everybody's to write", mode: 0o100646, help: "chmod o-w f.yaml" },
  { name: "root's, everybody's to write", mode: 0o100666, uid: 0, help: "chmod o-w f.yaml" },
  { name: "another user's", mode: 0o100600, uid: 9, help: "chown 7 f.yaml" },
];

for (const { name, mode, uid = 7, gid = 8, isFile = true, help } of trustCases) {
  void test(`a config that is ${name} is ${help === undefined ? "used" : "refused"}`, () => {
    const status = { mode, uid, gid, isFile: () => isFile };
    const refusal = distrust("f.yaml", status, { userIds: [0, 7], groupIds: [0, 8] });
    assert.equal(refusal?.help, help);
  });
}

void test("a file that everybody can write is refused, also as an included one", async () => {
  const open = write("open.yaml", 'sites: { "*": ":1" }');
  chmodSync(open, 0o646);
  const want =
    "/open.yaml: error[FG1014]: it is not used: every user of this machine can write it — " +
    "chmod o-w /open.yaml";
  assert.equal(await said(open), want);
  assert.equal(await said(write("main.yaml", "include: open.yaml")), want);
});

const commented = `// A list, "as text"
{
  /* of two
     lines */ "sites": { "*": "http://localhost:1", // here
  },
  "pools": { "a": 5 }
}`;

void test("JSON with comments is read where it says that it is some", async () => {
  assert.match(await said(write("c.jsonc", commented)), /c\.jsonc:6:19: error\[FG1005\]/);
  assert.match(await said(write("c.json", commented)), /error\[FG1003\]/);
});

void test("a value that no file holds has paths and no lines", () => {
  const { problems } = compileValue({ sites: { "*": { proxy: { to: [5] } } } }, "command line");
  const [problem] = problems;
  assert.equal(problem?.path, 'sites["*"].proxy.to[0]');
  assert.equal(problem?.line, undefined);
});

void test("a value includes no files, and its texts have no placeholders", () => {
  const { problems } = compileValue({ sites: { "*": ":1" }, include: "x.yaml" }, "config");
  assert.deepEqual(problems.map(writeProblem), [
    "config: error[FG1013]: `include`: only a file includes files — give all sites and pools in " +
      "the value",
  ]);
  const { siteOptions } = compileValue({ sites: { "*": { respond: "${HOME}" } } }, "config");
  const action = siteOptions[0]?.routes[0]?.route.action;
  assert.equal(action?.type === "respond" && action.body.toString(), "${HOME}");
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
