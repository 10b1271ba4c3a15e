/**
 * The package as users get it: packed, installed into an empty folder and globally, started, and
 * imported with its types.
 */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";

import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

import { within } from "../support/within.ts";

/**
 * Whatever starts "node" gets the one that runs this test, and npm is not told that it was started
 * by npm: it would work in the folder of that one.
 */
const env: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(?:registry|cache|userconfig)$/.test(name),
  ),
);
// Tests keep compiled code for themselves; the program has a place of its own.
delete env["NODE_COMPILE_CACHE"];
env["PATH"] = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`;

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "foregate-package-"));
const user = join(folder, "user");
let tarball = "";

const cache = join(folder, "cache");
env["CACHE_DIRECTORY"] = cache;

after(() => rmSync(folder, { recursive: true }));

before(() => {
  mkdirSync(user);
  const said = run("npm", ["pack", "--pack-destination", folder, "--json"], root);
  const [packed] = JSON.parse(said.slice(said.indexOf("[\n"))) as { filename: string }[];
  assert.ok(packed !== undefined, said);
  tarball = join(folder, packed.filename);
  writeFileSync(join(user, "package.json"), '{ "private": true, "type": "module" }\n');
  install(user, [tarball]);
});

/** What it says on standard output; it must end with 0. */
function run(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, env, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${words.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

function install(where: string, words: readonly string[]): void {
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  run("npm", ["install", ...quiet, ...words], where);
}

void test("package: compiled code is kept, where nobody else can write", () => {
  const program = join(user, "node_modules/.bin/foregate");
  const kept = join(cache, "compiled");
  run(program, ["version"], user);
  assert.ok(readdirSync(kept).length > 0);
  rmSync(kept, { recursive: true });
  mkdirSync(kept);
  chmodSync(kept, 0o777);
  run(program, ["version"], user);
  assert.deepEqual(readdirSync(kept), []);
  rmSync(cache, { recursive: true });
});

void test("package: publint finds nothing to say", async () => {
  const tarballBytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: tarballBytes.buffer as ArrayBuffer },
  });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

void test("package: its types are found by whoever imports ESM", async () => {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  assert.ok(result.types !== false, "it has types");
  // Of old resolutions and of CommonJS types nobody is told: `engines` says Node 24.12.
  const expected = new Set(["NoResolution node10", "CJSResolvesToESM node16-cjs"]);
  const found = result.problems.map((problem) =>
    "resolutionKind" in problem ? `${problem.kind} ${problem.resolutionKind}` : problem.kind,
  );
  assert.deepEqual(
    found.filter((problem) => !expected.has(problem)),
    [],
  );
});

void test("package: only what users need is in it", () => {
  const files = run("tar", ["-tzf", tarball], folder).trim().split("\n");
  const strange = files.filter(
    (file) =>
      !/^package\/(?:dist|docs)\/|^package\/(?:package\.json|schema\.json|[A-Z]+(?:\.md)?)$/.test(
        file,
      ),
  );
  assert.deepEqual(strange, []);
  assert.ok(files.includes("package/LICENSE"));
  assert.ok(files.includes("package/schema.json"));
  assert.ok(files.includes("package/dist/main.js.map"));
});

void test("package: the program checks a config, by npx", () => {
  writeFileSync(
    join(user, "foregate.yaml"),
    'listen: 0\nsites: { "*": { respond: { status: 204 } } }\n',
  );
  const said = run("npx", ["--no-install", "foregate", "check", "-c", "foregate.yaml"], user);
  assert.match(said, /^foregate\.yaml: valid \(1 site/m);
});

/** Runs the installed program with this config until `use` has had its port; then it has to end. */
async function serving(config: string, use: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(join(user, "node_modules/.bin/foregate"), ["run", "-c", config], {
    cwd: user,
    env,
  });
  let told = "";
  const ended = new Promise<number | null>((done) => child.once("close", done));
  try {
    const port = await within(
      new Promise<string>((done) => {
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          told += text;
          const found = /"listeners":\["[^"]*:(\d+)"\]/.exec(told);
          if (found !== null) done(found[1]!);
        });
      }),
      "it is ready",
      () => told,
      20_000,
    );
    await use(`http://127.0.0.1:${port}/`);
    child.kill("SIGTERM");
    assert.equal(await within(ended, "it ends", () => told, 20_000), 0);
  } finally {
    child.kill("SIGKILL");
  }
}

void test("package: the program serves, and ends when it is told to", async () => {
  await serving("foregate.yaml", async (url) => {
    assert.equal((await fetch(url)).status, 204);
  });
});

const hookedConfig = `import { defineConfig, type RequestHook } from "foregate";
const request: RequestHook = (from, to) => to.respond({ status: 418, body: from.path });
export default defineConfig({
  listen: "127.0.0.1:0",
  sites: { "*": { hooks: { request }, proxy: "127.0.0.1:1" } },
});
`;

void test("package: the program runs the hooks of a config in TypeScript", async () => {
  writeFileSync(join(user, "hooked.config.ts"), hookedConfig);
  await serving("hooked.config.ts", async (url) => {
    const answer = await fetch(`${url}here`);
    assert.deepEqual([answer.status, await answer.text()], [418, "/here"]);
  });
});

void test("package: installed globally", () => {
  const prefix = join(folder, "global");
  install(folder, ["--global", "--prefix", prefix, tarball]);
  assert.match(run(join(prefix, "bin/foregate"), ["version"], folder), /^foregate \d/);
});

const codeConfig = `import { ConfigError, defineConfig } from "foregate";
export default defineConfig({
  sites: { "*": { respond: { status: 200, body: String(ConfigError.name) } } },
});
`;

const programs = {
  "by npx": ["npx", "--no-install", "--prefix", user, "foregate"],
  "installed globally": [join(folder, "global/bin/foregate")],
};

for (const [how, [program = "", ...words]] of Object.entries(programs)) {
  void test(`package: a config in TypeScript imports the program, ${how}`, () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    writeFileSync(join(empty, "foregate.config.ts"), codeConfig);
    const file = join(empty, "foregate.config.ts");
    const printed = run(program, [...words, "print", "--json", "-c", file], empty);
    assert.match(printed, /"body": "ConfigError"/);
  });
}

const program = `import { createProxy, ConfigError, type Config, type Proxy } from "foregate";
const config: Config = {
  listen: "127.0.0.1:0",
  logs: { access: "off" },
  sites: { "*": { respond: { status: 200, body: "hello" } } },
};
const proxy: Proxy = createProxy(config);
await proxy.listen();
const [listener] = proxy.listeners;
const answer = await fetch(\`http://127.0.0.1:\${listener?.port}/\`);
console.log(await answer.text());
await proxy.close();
try {
  createProxy(JSON.parse('{ "sties": {} }'));
} catch (error) {
  console.log(error instanceof ConfigError && error.problems.length > 0);
}
`;

void test("package: a program imports it, with its types", () => {
  writeFileSync(join(user, "program.ts"), program);
  const options = { module: "nodenext", target: "esnext", strict: true, skipLibCheck: false };
  const typeRoots = [join(root, "node_modules/@types")];
  writeFileSync(
    join(user, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...options, noEmit: true, types: ["node"], typeRoots },
      files: ["program.ts"],
    }),
  );
  run(join(root, "node_modules/.bin/tsc"), ["-p", "."], user);
  assert.equal(run(process.execPath, ["program.ts"], user), "hello\ntrue\n");
});
