/** Where configs are found, which are refused, and what fills their placeholders: as processes. */

import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { readEnvFile } from "../../src/cli/env-file.ts";
import { foregate, Foregate, type Around, type Outcome } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-config-files-"));
after(() => rmSync(folder, { recursive: true }));
// Another user looks into it.
chmodSync(folder, 0o755);

const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? false : "only root can act as another user";
const nobody = 65_534;

/** As a user who is not root, whoever runs the tests. */
const asUser: Around = { folder, ...(isRoot ? { userId: nobody } : {}) };

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

write("good.yaml", 'sites: { "*": ":1" }\n');
write("found/foregate.yaml", 'sites: { "*": ":1" }\n');
write("several/foregate.yml", 'sites: { "*": ":1" }\n');
write("several/foregate.jsonc", "{ // nothing\n}\n");
write("program/foregate.config.ts", `export default { sites: { "*": ":1" } };`);
write("home/foregate/foregate.json", '{ "sites": { "*": ":1" } }');

const said = ({ code, stdout, stderr }: Outcome): string => `${code}: ${stdout}${stderr}`;

interface Case {
  readonly name: string;
  readonly words: string;
  readonly around?: Around;
  readonly want: RegExp;
}

const searches: readonly Case[] = [
  {
    name: "the working folder's",
    words: "check",
    around: { ...asUser, folder: join(folder, "found") },
    want: /^0: foregate\.yaml: valid/,
  },
  {
    name: "the user's",
    words: "check",
    around: { ...asUser, environment: { XDG_CONFIG_HOME: join(folder, "home") } },
    want: /^0: .*\/home\/foregate\/foregate\.json: valid/,
  },
  {
    name: "one of several",
    words: "check",
    around: { ...asUser, folder: join(folder, "several") },
    want: /^0: warning\[FG1206\]: .* and foregate\.jsonc beside it is not read\n.*foregate\.yml\n/,
  },
  {
    name: "one of several, strictly",
    words: "check --strict",
    around: { ...asUser, folder: join(folder, "several") },
    want: /^3: [^]*with --strict, warnings count as errors\n$/,
  },
  {
    name: "a program",
    words: "check",
    around: { ...asUser, folder: join(folder, "program") },
    want: /^0: foregate\.config\.ts: valid/,
  },
  {
    name: "none",
    words: "run",
    around: asUser,
    want: /^3: error\[FG1001\]: .*looked for .* in this folder, .*\n.*npx foregate 3000/,
  },
];

for (const { name, words, around = asUser, want } of searches) {
  void test(`a config is looked for: ${name}`, async () => {
    assert.match(said(await foregate(words.split(" "), around)), want);
  });
}

const rootSearches: readonly Case[] = [
  {
    name: "the working folder's is not taken",
    words: "run",
    want: /^3: error\[FG1001\]: .* in \/etc\/foregate\n.*only looked for .*: -c foregate\.yaml\n/,
  },
  {
    name: "but if it is named",
    words: "check -c foregate.yaml",
    want: /^0: foregate\.yaml: valid/,
  },
  {
    name: "or a variable names it",
    words: "check",
    around: { environment: { FOREGATE_CONFIG: "foregate.yaml" } },
    want: /^0: foregate\.yaml: valid/,
  },
  {
    name: "env shows where",
    words: "env",
    want: /^searched {3}\/etc\/foregate\/foregate\.config\.ts$/m,
  },
];

for (const { name, words, around, want } of rootSearches) {
  void test(`a config is looked for as root: ${name}`, { skip: onlyRoot }, async () => {
    const found = { folder: join(folder, "found"), ...around };
    assert.match(said(await foregate(words.split(" "), found)), want);
  });
}

void test("a config that others can write is refused", async () => {
  chmodSync(write("open.yaml", 'sites: { "*": ":1" }\n'), 0o666);
  const want =
    /^3: error\[FG1014\]: it is not used: every user .*\n.*\n.*help: chmod o-w open\.yaml\n/;
  assert.match(said(await foregate(["check", "-c", "open.yaml"], asUser)), want);
  write("includes.yaml", "include: open.yaml\n");
  assert.match(said(await foregate(["run", "-c", "includes.yaml"], asUser)), want);
});

void test(
  "another user's config is refused by root, unless sudo made it root",
  { skip: onlyRoot },
  async () => {
    chownSync(write("theirs.yaml", 'sites: { "*": ":1" }\n'), nobody, nobody);
    const words = ["check", "-c", "theirs.yaml"];
    const want =
      /^3: error\[FG1014\]: .* user with ID 65534, not to root\n.*\n.*chown 0 theirs\.yaml\n/;
    assert.match(said(await foregate(words, { folder })), want);
    const environment = { SUDO_UID: String(nobody), SUDO_GID: String(nobody) };
    assert.match(said(await foregate(words, { folder, environment })), /^0: theirs\.yaml: valid/);
    assert.match(
      said(await foregate(words, { folder, userId: nobody })),
      /^0: theirs\.yaml: valid/,
    );
  },
);

write("secret", "hunter2-from-file\n");
write("variables", "DB_PASSWORD=hunter2-from-variables\nREGION=north\nPORT=0\n");
write(
  "filled.yaml",
  `listen: "127.0.0.1:\${PORT}"
logs: { access: off }
sites:
  "*":
    headers:
      request: { set: { x-a: "\${file:secret}", x-b: "\${DB_PASSWORD}", x-c: "\${REGION}" } }
    proxy: "http://localhost:\${UPSTREAM}"
`,
);

const filled: readonly string[] = [
  "check",
  "check --json",
  "print",
  "print --json",
  "explain a.example/",
  "explain a.example/ --json",
];

for (const words of filled) {
  void test(`placeholders: foregate ${words} shows no secret`, async () => {
    const given = [...words.split(" "), "-c", "filled.yaml", "--env-file", "variables"];
    const outcome = await foregate(given, { folder, environment: { UPSTREAM: "1" } });
    assert.equal(outcome.code, 0, said(outcome));
    assert.doesNotMatch(said(outcome), /hunter2/);
    if (words.startsWith("check")) return;
    assert.match(outcome.stdout, /\$\{file:secret\}[^]*\$\{DB_PASSWORD\}[^]*north/);
  });
}

void test("placeholders: what is set already stays, and the upstream gets the secret", async () => {
  const got = Promise.withResolvers<unknown>();
  const upstream = createServer((request, response) => {
    got.resolve(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const environment = {
    UPSTREAM: String((upstream.address() as AddressInfo).port),
    REGION: "south",
  };
  const words = ["run", "-c", "filled.yaml", "--env-file", "variables"];
  const proxy = new Foregate(words, { folder, environment });
  try {
    const [, port] = await proxy.says(/➜ {2}http:\/\/[^\s:]+:(\d+)/);
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const { "x-a": a, "x-b": b, "x-c": c } = (await got.promise) as Record<string, string>;
    assert.deepEqual([a, b, c], ["hunter2-from-file", "hunter2-from-variables", "south"]);
    assert.doesNotMatch(proxy.stderr, /hunter2/);
  } finally {
    await proxy.kill();
    upstream.close();
  }
});

void test("--env-file: a file that is not there", () => {
  assert.equal(
    readEnvFile(join(folder, "none"), {}),
    `cannot read ${folder}/none: there is no such file`,
  );
  assert.match(readEnvFile(folder, {}) ?? "", /^cannot read .*EISDIR/);
});
