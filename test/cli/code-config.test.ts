/** Configs in TypeScript on the command line: what is run, what is refused, and what is printed. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { within } from "../support/within.ts";
import { foregate, Foregate } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-code-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const talkative = write(
  "talkative.ts",
  `import { defineConfig } from "foregate";
console.log("hello from stdout");
console.error("hello from stderr");
process.on("exit", () => console.log("good bye"));
export default defineConfig(async () => ({
  listen: "127.0.0.1:0",
  logs: { access: "off" },
  sites: { "*": { respond: { status: 200, body: String(6 * 7) } } },
}));
`,
);

void test("check --json: what the config prints is no JSON, and goes elsewhere", async () => {
  const { code, stdout, stderr } = await foregate(["check", "--json", "-c", talkative], { folder });
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { file: talkative, valid: true, problems: [] });
  assert.deepEqual(stderr.trim().split("\n").toSorted(), [
    "good bye",
    "hello from stderr",
    "hello from stdout",
  ]);
});

const marked = join(folder, "it-ran");
const marking = write(
  "marking.mjs",
  `import { writeFileSync } from "node:fs";
writeFileSync(${JSON.stringify(marked)}, "");
export default { sites: { "*": ":1" } };
`,
);

for (const words of [["check"], ["print"], ["explain", "http://x/"]]) {
  void test(`${words[0]} --no-exec refuses to run it`, async () => {
    const refused = await foregate([...words, "--no-exec", "-c", marking], { folder });
    assert.equal(refused.code, 3);
    assert.match(refused.stdout + refused.stderr, /error\[FG1021\]: it is code/);
    assert.throws(() => readFileSync(marked), /ENOENT/);
    assert.equal((await foregate([...words, "-c", marking], { folder })).code, 0);
    assert.equal(readFileSync(marked, "utf8"), "");
    rmSync(marked);
  });
}

void test("--no-exec does not mind YAML", async () => {
  const yaml = write("plain.yaml", 'sites: { "*": ":1" }\n');
  assert.equal((await foregate(["check", "--no-exec", "-c", yaml], { folder })).code, 0);
});

void test("run: it serves, and ends when it is told to", async () => {
  const process = new Foregate(["run", "-c", talkative], { folder });
  try {
    const [, port] = await process.says(/➜ {2}http:\/\/[^\s:]+:(\d+)[^]*\n\n?/);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "42");
    process.signal("SIGTERM");
    assert.deepEqual(await process.outcome().then(({ code, stdout }) => [code, stdout]), [0, ""]);
  } finally {
    await process.kill();
  }
});

void test("run: what a config with hooks prints is no line of the access log", async () => {
  const config = write(
    "hooked.ts",
    `console.log("hello from stdout");
export default {
  listen: "127.0.0.1:0",
  sites: { "*": { hooks: { request: (from, to) => to.respond({}) }, proxy: ":1" } },
};
`,
  );
  const process = new Foregate(["run", "-c", config], { folder });
  try {
    const [, port] = await process.says(/➜ {2}http:\/\/[^\s:]+:(\d+)[^]*\n\n?/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    process.signal("SIGTERM");
    const { stdout, stderr } = await process.outcome();
    assert.match(stdout, /^\{[^\n]*"status":200[^\n]*\}\n$/);
    assert.match(stderr, /^hello from stdout\n/);
  } finally {
    await process.kill();
  }
});

const secretive: readonly (readonly [what: string, text: string])[] = [
  ["an error", "throw new Error(`no ${process.env.API_TOKEN} here`);"],
  ["what is no JSON", "JSON.parse(process.env.API_TOKEN);"],
  ["a part of what is no JSON", 'JSON.parse(`{ "a": ${process.env.API_TOKEN} }`);'],
  ["a value", "export default { listen: process.env.API_TOKEN };"],
  ["a sound value", 'export default { sites: { "*": { respond: process.env.API_TOKEN } } };'],
];

for (const [what, text] of secretive) {
  void test(`a variable with a secret name is not shown: ${what}`, async () => {
    const config = write(`secretive-${what.replaceAll(" ", "-")}.ts`, text);
    for (const command of ["check", "print"]) {
      const environment = { API_TOKEN: "hunter2hunter2\nhunter2hunter2" };
      const said = await foregate([command, "-c", config], { folder, environment });
      assert.doesNotMatch(said.stdout + said.stderr, /hunter/);
      assert.notEqual(said.stdout + said.stderr, "");
    }
  });
}

void test("run: a config that loops without end is not waited for", async () => {
  const looping = write("looping.ts", "for (;;);\nexport default {};\n");
  const process = new Foregate(["run", "-c", looping], { folder });
  try {
    const ended = within(process.ended, "it ends", () => process.stderr, 60_000);
    assert.equal((await ended).code, 3);
    assert.match(process.stderr, /^error\[FG1020\]: it was not done after 10 s$/m);
  } finally {
    await process.kill();
  }
});

void test("init typescript: it is written once, and is right", async () => {
  const first = await foregate(["init", "typescript"], { folder });
  assert.deepEqual([first.code, first.stdout], [0, `${join(folder, "foregate.config.ts")}\n`]);
  const { code, stdout } = await foregate(["check", "-c", "foregate.config.ts"], { folder });
  assert.deepEqual([code, /: valid \(1 site/.test(stdout)], [0, true]);
  assert.equal((await foregate(["init", "typescript"], { folder })).code, 1);
});

void test("a config's name is no command, and the mistake says what to do", async () => {
  const { code, stderr } = await foregate([talkative], { folder });
  assert.equal(code, 2);
  assert.match(stderr, /to start with a config file: foregate run -c talkative\.ts/);
});

void test("a config that is another one on a worker's thread does not start: exit 3", async () => {
  const file = join(folder, "changing.config.mjs");
  writeFileSync(
    file,
    `import { threadName } from "node:worker_threads";
const hooks = threadName === "config" ? { request() {} } : {};
export default { listen: "127.0.0.1:0", sites: { "*": { proxy: "127.0.0.1:1", hooks } } };
`,
  );
  const { code, stderr } = await foregate(["run", "-c", file], { folder });
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^error: the config was imported once more .* has no function at \S+:2:\d+\n$/,
  );
});
