/** Configs in code: what is wrong with them, what they may be, and their functions. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

import type { ConfigJob } from "../../src/config/config-thread.ts";
import { evaluateConfig } from "../../src/config/evaluate-config.ts";
import { functionLabel, functionPlace } from "../../src/code/function-label.ts";
import { importFunctions, type ConfigCode } from "../../src/code/functions.ts";
import { loadConfig } from "../../src/config/load.ts";
import { writeProblem } from "../../src/config/problems.ts";
import { readCode, type CodeUse } from "../../src/config/read-code.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-code-"));
after(() => rmSync(folder, { recursive: true }));

let fileCount = 0;

/** Bun has its own words for what it cannot read, other columns, and no limit to memory. */
const isBun = process.versions["bun"] !== undefined;
const onlyNode = isBun ? "the words and places are Node's" : false;

/** Each in a folder of its own: a module is read once. */
function write(files: Readonly<Record<string, string>>): string {
  const home = join(folder, String(fileCount++));
  for (const [name, text] of Object.entries(files)) {
    const path = join(home, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  return join(home, Object.keys(files)[0]!);
}

const usual = "foregate.config.ts";
const site = '{ sites: { "*": ":1" } }';

const right: readonly (readonly [name: string, files: Readonly<Record<string, string>>])[] = [
  ["an object", { [usual]: `export default ${site} satisfies object` }],
  [
    "defineConfig",
    { [usual]: `import { defineConfig } from "foregate";\nexport default defineConfig(${site})` },
  ],
  ["a function", { [usual]: `export default () => (${site})` }],
  ["an async function", { [usual]: `export default async () => (${site})` }],
  ["a promise", { [usual]: `export default Promise.resolve(${site})` }],
  ["JavaScript", { "x.js": `export default ${site}` }],
  [
    "a module beside a package.json that says something else",
    { "x.js": `export default ${site}`, "package.json": '{ "type": "commonjs" }' },
  ],
  ["named .mts", { "x.mts": `const x: unknown = ${site}; export default x` }],
  [
    "a config of two files",
    { [usual]: 'export { default } from "./a.ts"', "a.ts": `export default ${site}` },
  ],
  [
    "the program's own name in a file that it imports",
    {
      [usual]: 'import { wrap } from "./wrap.ts";\nexport default wrap()',
      "wrap.ts":
        'import { ConfigError, createProxy, defineConfig as define } from "foregate";\n' +
        'import type { Config } from "foregate";\n' +
        "createProxy({ sites: { '*': ':1' }, logs: { access: 'off' } });\n" +
        `export const wrap = (): Config => define(ConfigError.length === 1 ? ${site} : {});`,
    },
  ],
  [
    "another package of that name beside it",
    {
      [usual]: `import { defineConfig } from "foregate";\nexport default defineConfig(${site})`,
      "node_modules/foregate/package.json": '{ "type": "module", "exports": "./no.js" }',
      "node_modules/foregate/no.js": "throw new Error('the wrong one')",
    },
  ],
  [
    "keys without a value",
    { [usual]: 'export default { listen: undefined, sites: { "*": ":1" } }' },
  ],
];

for (const [name, files] of right) {
  void test(`code: ${name}`, async () => {
    const { plan, problems } = await loadConfig(write(files));
    assert.deepEqual(problems.map(writeProblem), []);
    assert.ok(plan !== undefined);
  });
}

interface Wrong {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly want: readonly string[];
  readonly use?: CodeUse;
  /** Why it is left out. */
  readonly skip?: string | false;
}

const here = (place: string): string => `${usual}${place}: error`;

const wrong: readonly Wrong[] = [
  {
    name: "a mistake in its value",
    files: { [usual]: 'export default {\n  sites: { "*": { proxi: ":1" } },\n} as const;\n' },
    want: [`${here(":2:19")}[FG1004]: unknown key \`proxi\` in site "*" — did you mean \`proxy\`?`],
  },
  {
    name: "nothing",
    files: { [usual]: "export default undefined;" },
    want: [
      `${here(":1:16")}[FG1008]: the config is empty — ` +
        'begin with: sites: { "*": "localhost:3000" }',
    ],
  },
  {
    name: "an exception",
    skip: onlyNode,
    files: {
      [usual]: "const x = 1;\nfunction f(): never {\n  throw new RangeError('no');\n}\nf();\n",
    },
    want: [`${here(":3:9")}[FG1020]: it threw RangeError: no`],
  },
  {
    name: "an exception in a file that it imports",
    skip: onlyNode,
    files: {
      [usual]: 'import { f } from "./f.mjs";\nexport default f();\n',
      "f.mjs": "export function f() {\n  throw new Error('no');\n}\n",
    },
    want: [`${here(":2:16")}[FG1020]: it threw Error: no (at FOLDER/f.mjs:2:9)`],
  },
  {
    name: "an exception that nobody caught",
    skip: onlyNode,
    files: {
      [usual]:
        "setTimeout(() => { throw new Error('no'); });\nexport default new Promise(() => {});",
    },
    want: [`${here(":1:26")}[FG1020]: it threw Error: no`],
  },
  {
    name: "text as an exception",
    files: { [usual]: "throw 'no';" },
    want: [`${here("")}[FG1020]: it threw "no"`],
  },
  {
    name: "it throws an error of which nothing is text",
    files: {
      [usual]:
        "const strange = { message: 5, name: null, code: () => 1, stack: [] };\n" +
        "throw Object.assign(new Error(), strange);",
    },
    want: [`${here("")}[FG1020]: it threw null: 5`],
  },
  {
    name: "it throws an error whose way leads to no files",
    files: {
      [usual]: "const e = new Error('no');\ne.stack = 'Error\\n    at file:///a%2fb:1:2';\nthrow e",
    },
    want: [`${here("")}[FG1020]: it threw Error: no`],
  },
  {
    name: "an exception with a password",
    skip: onlyNode,
    files: { [usual]: "throw new Error('cannot reach http://ada:hunter2@x');" },
    want: [`${here(":1:7")}[FG1020]: it threw Error: cannot reach http://•••@x`],
  },
  {
    name: "types that do something",
    skip: onlyNode,
    files: { [usual]: "enum X { A }\nexport default { listen: X.A };" },
    want: [
      `${here(":1:1")}[FG1003]: cannot read it: ` +
        "TypeScript enum is not supported in strip-only mode — " +
        "types are only removed: write it in plain JavaScript",
    ],
  },
  {
    name: "broken JavaScript",
    skip: onlyNode,
    files: { "x.mjs": "export default {\n  a: 1\n  b: 2\n};\n" },
    want: ["x.mjs:3:3: error[FG1003]: cannot read it: Unexpected identifier 'b'"],
  },
  {
    name: "a broken file that it imports",
    skip: onlyNode,
    files: {
      [usual]: 'import x from "./x.mjs";\nexport default x;',
      "x.mjs": "export default {\n  a: 1\n  b: 2\n}\n",
    },
    want: ["x.mjs:3:3: error[FG1003]: cannot read it: Unexpected identifier 'b'"],
  },
  {
    name: "a name that is not exported",
    skip: onlyNode,
    files: { [usual]: 'import { defineConfg } from "foregate";\nexport default defineConfg({});' },
    want: [
      `${here(":1:10")}[FG1003]: cannot read it: ` +
        "The requested module 'foregate' does not provide an export named 'defineConfg'",
    ],
  },
  {
    name: "a package that is not installed",
    files: { [usual]: "import x from '@no/such/thing';\nexport default x;" },
    want: [
      `${here(":1:15")}[FG1020]: it imports "@no/such/thing", and there is no such package — ` +
        "npm install @no/such, in the folder of the config",
    ],
  },
  {
    name: "a file that is not there",
    files: { [usual]: 'export default (await import("./none.ts")).default;' },
    want: [
      `${here(":1:30")}[FG1020]: it imports "./none.ts", and there is no such file — ` +
        "a file is named with its extension, from the one that imports it",
    ],
  },
  {
    name: "no default export",
    files: { [usual]: `export const config = ${site};` },
    want: [
      `${here("")}[FG1020]: it has no default export — ` +
        'end it with: export default defineConfig({ sites: { "*": "localhost:3000" } })',
    ],
  },
  {
    name: "an end before the end",
    files: { [usual]: "process.exit(0);\nexport default {};" },
    want: [
      `${here("")}[FG1020]: it ended with 0 before it had a value — ` +
        "throw an error instead of calling process.exit",
    ],
  },
  {
    name: "a wait for nothing",
    files: { [usual]: "await new Promise(() => {});\nexport default {};" },
    want: [
      `${here("")}[FG1020]: it waits for something that never comes — ` +
        "look for an await of a promise that nobody settles",
    ],
  },
  {
    name: "what is no data",
    files: {
      [usual]:
        "const sites: Record<string, unknown> = {};\nsites['*'] = sites;\n" +
        "export default { listen: [new URL('http://x')], trust: Symbol('x'), sites, " +
        "[Symbol()]: 1,\n" +
        "  pools: new Map(), defaults: { x: new (class Odd {})(), ['__proto__']: 1 } };",
    },
    want: [
      `${here(":1:40")}[FG1005]: site "*": want plain data, found what contains itself`,
      `${here(":3:16")}[FG1005]: want plain data, found a symbol as a key`,
      `${here(":3:27")}[FG1005]: \`listen[0]\`: want plain data, ` +
        "found an object of the class URL — write its text: String(url)",
      `${here(":3:56")}[FG1005]: \`trust\`: want plain data, found a symbol`,
      `${here(":4:10")}[FG1005]: \`pools\`: want plain data, found an object of the class Map — ` +
        "make a map of it: Object.fromEntries(map)",
      `${here(":4:31")}[FG1005]: \`defaults\`: want plain data, found \`__proto__\` as a key`,
      `${here(":4:36")}[FG1005]: \`defaults.x\`: want plain data, found an object of the class Odd`,
    ],
  },
  {
    name: "a key that is written twice",
    files: { [usual]: 'export default {\n  sites: {},\n  sites: { "*": ":1" },\n};' },
    want: [`${here(":3:3")}[FG1007]: \`sites\` is written twice — keep one of them`],
  },
  {
    name: "CommonJS",
    files: { "x.cjs": "module.exports = {};" },
    want: [
      "x.cjs: error[FG1020]: a config is a module, and this is CommonJS by its name — " +
        "name it foregate.config.mjs or foregate.config.ts, and use import and export",
    ],
  },
  {
    name: "TypeScript under node_modules",
    files: { "node_modules/x/x.ts": `export default ${site}` },
    want: [
      "x.ts: error[FG1020]: the runtime reads no TypeScript under node_modules — " +
        "move it out, or make JavaScript of it",
    ],
  },
  {
    name: "code that may not run",
    files: { [usual]: "throw new Error('it ran');" },
    use: "refuse",
    want: [
      `${here("")}[FG1021]: it is code, and --no-exec forbids to run it — ` +
        "leave --no-exec out if you trust the file",
    ],
  },
  {
    name: "a byte order mark, and nothing",
    files: { [usual]: "\ufeff// no\n" },
    want: [
      `${here("")}[FG1020]: it has no default export — ` +
        'end it with: export default defineConfig({ sites: { "*": "localhost:3000" } })',
    ],
  },
];

for (const { name, files, want, use, skip = false } of wrong) {
  void test(`wrong code: ${name}`, { skip }, async () => {
    const file = write(files);
    const { plan, problems } = await loadConfig(file, use);
    assert.equal(plan, undefined);
    const home = join(folder, String(fileCount - 1));
    const said = problems.map((problem) =>
      writeProblem(problem)
        .replace(/^\S*\//, "")
        .replaceAll(home, "FOLDER"),
    );
    assert.deepEqual(said, want);
  });
}

const jobOf = (file: string): ConfigJob => ({ file, url: pathToFileURL(file).href });

void test("code: what takes too long is ended", async () => {
  for (const code of ["for (;;);", "await new Promise((done) => setTimeout(done, 60_000));"]) {
    const file = write({ "x.mjs": `${code}\nexport default {};` });
    const { evaluated } = await evaluateConfig(jobOf(file), { limitMs: 300, heapMbMax: 64 });
    assert.deepEqual(evaluated, { type: "late", limitMs: 300 });
  }
});

void test("code: what takes too much memory is ended", { skip: onlyNode }, async () => {
  const file = write({ "x.mjs": "const x = []; for (;;) x.push(new Array(1e5).fill(1.5));" });
  const { evaluated } = await evaluateConfig(jobOf(file), { limitMs: 60_000, heapMbMax: 32 });
  assert.deepEqual(evaluated, { type: "memory", heapMbMax: 32 });
});

const hooked = `let calls = 0;
export const shared = () => "shared";
export default () => ({
  hooks: { request: (from: string) => from + calls++, response: { run: shared } },
  sites: [shared],
});
`;

type Functions = readonly ((...given: string[]) => unknown)[];

async function functionsOf(): Promise<Functions & { readonly code: ConfigCode }> {
  const file = write({ [usual]: hooked });
  const { document, problems, code } = await readCode({ file, text: hooked }, "evaluate");
  assert.deepEqual(problems, []);
  const { hooks, sites } = document!.value as {
    hooks: { request: () => unknown; response: { run: () => unknown } };
    sites: (() => unknown)[];
  };
  const all = [hooks.request, hooks.response.run, sites[0]!];
  return Object.assign(all, { code: code! });
}

void test("code: functions are stubs that say where they are written", async () => {
  const [request, response, listed] = await functionsOf();
  assert.match(functionLabel(request!), /foregate\.config\.ts:4:21$/);
  assert.match(functionLabel(response!), /foregate\.config\.ts:2:23$/);
  assert.match(functionLabel(listed!), /foregate\.config\.ts:2:23$/);
  assert.throws(() => request!(), /^Error: Cannot call \S+:4:21: this is only its place$/);
});

void test("code: who runs it gets the functions themselves", async () => {
  const stubs = await functionsOf();
  const find = await importFunctions({ ...stubs.code, generation: 0 });
  const [request, response, listed] = stubs.map(
    (stub) => find(functionPlace(stub)!) as (...given: string[]) => unknown,
  );
  assert.deepEqual([request!("a"), request!("b"), response!()], ["a0", "b1", "shared"]);
  assert.equal(response, listed);
  assert.match(functionLabel(request!), /foregate\.config\.ts:4:21$/);
});

void test("code: a function that is gone the second time is an error", async () => {
  const text =
    'import { isMainThread } from "node:worker_threads";\n' +
    "export default isMainThread ? {} : { hooks: { request() {} } };";
  const file = write({ [usual]: text });
  const { document, code } = await readCode({ file, text }, "evaluate");
  const { hooks } = document!.value as { hooks: { request: () => unknown } };
  const find = await importFunctions({ ...code!, generation: 0 });
  const message = /^CodeError: the config was imported once more .* no function at \S+foregate/;
  assert.throws(() => find(functionPlace(hooks.request)!), message);
});
