/** Configs in several files that are right: what each adds, and what its names start from. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { effectiveConfig } from "../../src/config/effective.ts";
import { loadConfig, readConfig } from "../../src/config/load.ts";
import { isError, writeProblem } from "../../src/config/problems.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-include-"));
after(() => rmSync(folder, { recursive: true }));

/** Files by their names; the first is the main one. */
type Files = Readonly<Record<string, string>>;

function write(name: string, files: Files): string {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return join(folder, name, Object.keys(files)[0] ?? "");
}

/** Hosts with where they lead, and what is wrong. */
async function load(name: string, files: Files): Promise<readonly string[]> {
  const { sites, problems } = await loadConfig(write(name, files));
  const said = problems.map((problem) =>
    writeProblem(problem).replaceAll(`${folder}/${name}/`, ""),
  );
  return [...sites.map(({ host, leadsTo }) => `${host} ${leadsTo.join(" ")}`), ...said];
}

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly want: readonly string[];
}

const site = (host: string): string => `sites: { ${host}.example: { respond: 200 } }`;

const cases: readonly Case[] = [
  {
    name: "a pattern's files in the order of their names, behind the main file's own",
    files: {
      "main.yaml": `include: conf.d/*.yaml\n${site("m")}`,
      "conf.d/b.yaml": site("b"),
      "conf.d/a.yaml": site("a"),
      "conf.d/c.yml": site("c"),
      "conf.d/.hidden.yaml": site("hidden"),
      "conf.d/folder.yaml/x": "",
    },
    want: ["m.example respond 200", "a.example respond 200", "b.example respond 200"],
  },
  {
    name: "a main file without sites",
    files: { "main.yaml": "include: [a.yaml]", "a.yaml": site("a") },
    want: ["a.example respond 200"],
  },
  {
    name: "pools of one file serve the sites of another",
    files: {
      "main.yaml": "include: [sites.yaml, pools.yaml]\npools: { p: [':1', ':2'] }",
      "sites.yaml": "sites: { a.example: p, b.example: q }",
      "pools.yaml": "pools: { q: [':3', ':4'] }",
    },
    want: ["a.example p (2 upstreams)", "b.example q (2 upstreams)"],
  },
  {
    name: "files in files, each from its own folder",
    files: {
      "main.yaml": "include: deep/a.yaml",
      "deep/a.yaml": `include: er/*.json\n${site("a")}`,
      "deep/er/b.json":
        '{ "sites": { "b.example": { "respond": { "status": 200, "file": "x.txt" } } } }',
      "deep/er/x.txt": "x",
    },
    want: ["a.example respond 200", "b.example respond 200"],
  },
  {
    name: "a placeholder's file is beside the file that names it, and so is an included name",
    files: {
      "main.yaml": 'include: "${file:name}"',
      name: "in/a.yaml",
      "in/a.yaml": 'sites: { "*": "http://${file:host}:80" }',
      "in/host": "10.0.0.1",
    },
    want: ["* http://${file:host}:80"],
  },
  {
    name: "JSON with comments, and a file that has nothing but comments",
    files: {
      "main.jsonc": '{ "include": ["a.jsonc", "b.yaml"] } // all',
      "a.jsonc": '{ /* one */ "sites": { "a.example": "host:1" } }',
      "b.yaml": "# none yet\n",
    },
    want: ["a.example host:1"],
  },
  {
    name: "patterns without a file",
    files: { "main.yaml": `include: ["none/*.yaml", "a[0-9].yaml"]\n${site("m")}` },
    want: ["m.example respond 200"],
  },
  {
    name: "anchors end with their file",
    files: {
      "main.yaml": "include: a.yaml\nsites: { m.example: &here ':1' }",
      "a.yaml": "sites: { a.example: *here }",
    },
    want: [
      "a.yaml:1:21: error[FG1003]: `*here` is an alias, and no anchor `&here` is before it — " +
        'put it in quotes if it is text: "*here"',
    ],
  },
  {
    name: "a warning is about the file that it is in",
    files: {
      "main.yaml": `include: a.yaml\n${site("m")}`,
      "a.yaml": "\npools: { unused: ':1' }",
    },
    want: [
      "m.example respond 200",
      'a.yaml:2:10: warning[FG1205]: pool "unused": no route sends to it — remove it, or send ' +
        "requests to it: proxy: unused",
    ],
  },
  {
    name: "files that go too deep",
    files: Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`${at}.yaml`, `include: ${at + 1}.yaml`]),
    ),
    want: [
      "8.yaml:1:10: error[FG1013]: `include`: want at most 8 files within each other, found " +
        "9.yaml deeper",
    ],
  },
];

for (const [at, { name, files, want }] of cases.entries()) {
  void test(`include: ${name}`, async () => {
    const found = await load(String(at), files);
    assert.deepEqual(found, want);
  });
}

void test("include: a file with two names is one file", async () => {
  const main = write("links", { "main.yaml": "include: '[ab].yaml'", "a.yaml": site("a") });
  symlinkSync("a.yaml", join(folder, "links/b.yaml"));
  const { problems } = await loadConfig(main);
  assert.match(problems.map(writeProblem).join(), /b\.yaml is included twice/);
});

void test("include: a thousand files, and a pattern that fits more", async () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `${at}.yaml`);
  const files = names.map((name, at) => [`in/${name}`, `sites: { s${at}.example: ":${at + 1}" }`]);
  const main = write("many", {
    "main.yaml": "include: in/*",
    ...(Object.fromEntries(files) as Files),
  });
  const { sites, problems } = await loadConfig(main);
  assert.deepEqual(problems, []);
  assert.equal(sites.length, 1_000);
  write("many", { "in/more.yaml": "" });
  const { problems: wrong } = await loadConfig(main);
  assert.match(wrong.map(writeProblem).join(), /`include`: want at most 1000 files, found/);
});

void test("include: a config in code has it as well, and what it includes is data", async () => {
  const main = write("code", {
    "main.mjs": `export default { include: "conf.d/*", sites: { "m.example": ":1" } };`,
    "conf.d/a.yaml": "sites: { a.example: ':${A:-2}', m.example: ':3' }",
  });
  const { problems } = await loadConfig(main);
  assert.match(problems.map(writeProblem).join(), /a\.yaml:1:33: .*this host is written twice/);
  write("code", { "conf.d/a.yaml": "sites: { a.example: ':${A:-2}' }" });
  const { sites: right } = await loadConfig(main);
  assert.deepEqual(
    right.map(({ host }) => host),
    ["m.example", "a.example"],
  );
});

void test("include: a config from standard input starts from the working folder", () => {
  const { problems } = readConfig(Buffer.from("include: none.yaml"), "<stdin>", folder);
  assert.match(problems.map(writeProblem).join(), /cannot include none\.yaml/);
});

void test("include: what is printed has all sites and pools, and is one file", async () => {
  const main = write("printed", {
    "main.yaml": "include: a.yaml\npools: { p: ':1' }\nsites: { m.example: p }",
    "a.yaml": "pools: { q: ':2' }\nsites: { a.example: q }",
  });
  const { plan, siteOptions, poolNames, events, workers, admin, problems } = await loadConfig(main);
  assert.ok(plan !== undefined && !problems.some(isError));
  const printed = effectiveConfig(plan, siteOptions, {
    poolNames,
    events,
    workers,
    admin,
    hidesSecrets: true,
  });
  assert.deepEqual(Object.keys(printed["sites"] as object), ["m.example", "a.example"]);
  assert.deepEqual(Object.keys(printed["pools"] as object), ["p", "q"]);
  assert.equal(printed["include"], undefined);
});
