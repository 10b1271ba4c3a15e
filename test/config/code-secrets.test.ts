/** What is shown of a config in code: nothing of a secret, and most of the rest. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { secretsOfBrokenCode, secretsOfCode } from "../../src/config/code-secrets.ts";
import { tokensOf } from "../../src/config/code-tokens.ts";
import { mask } from "../../src/config/secrets.ts";
import type { Range } from "../../src/config/spans.ts";

function masked(code: string, secrets: readonly Range[]): string {
  let shown = code;
  for (const [start, end] of secrets.toReversed()) {
    shown = shown.slice(0, start) + mask + shown.slice(end);
  }
  return shown;
}

const cases: readonly (readonly [code: string, want: string])[] = [
  ['{ password: "hunter2", a: 1 }', "{ password: •••, a: 1 }"],
  ['{ "x-api-key": "hunter2" }', '{ "x-api-key": ••• }'],
  ["{ token: 'hunter2' + `hunter${x}hunter`, a: 1 }", "{ token: ••• + •••${x}•••, a: 1 }"],
  ['{ secret: read("hunter2", 1), a: "b" }', '{ secret: read(•••, •••), a: "b" }'],
  ['{ users: { ada: "hunter2" }, a: "b" }', '{ users: { ada: ••• }, a: "b" }'],
  ['{ users: ["ada:hunter2"], a: ["b"] }', '{ users: [•••], a: ["b"] }'],
  ['{ users: { "ada:hunter2": true } }', "{ users: { •••: true } }"],
  ['const password = "hunter2";\nconst a = "b";', 'const password = •••;\nconst a = "b";'],
  [
    "const password =\n  'hunter2' +\n  'hunter3'\nf('a')",
    "const password =\n  ••• +\n  •••\nf('a')",
  ],
  ["password === 'a'", "password === 'a'"],
  [
    'fields.set("authorization", "hunter2"); f("a", "b")',
    'fields.set("authorization", •••); f("a", "b")',
  ],
  ['{ redact: ["cookie", "b"] }', '{ redact: ["cookie", "b"] }'],
  ['// password: "hunter2"\n{ a: 1 }', "// password:•••\n{ a: 1 }"],
  ['{ to: "http://ada:hunter2@x" }', '{ to: "http://•••@x" }'],
  ["{ rate: { key: 'ip' } }", "{ rate: { key: 'ip' } }"],
  ["{ tls: { key: 'hunter2' } }", "{ tls: { key: ••• } }"],
  ["{ token: process.env.TOKEN, a: 'b' }", "{ token: process.env.TOKEN, a: 'b' }"],
];

for (const [code, want] of cases) {
  void test(`secrets of code: ${JSON.stringify(code)}`, () => {
    assert.equal(masked(code, secretsOfCode(code, tokensOf(code))), want);
  });
}

const broken = [
  'export default { password: "hunter2',
  "export default { password: `hunter2\nhunter2",
  "password: hunter2, }{",
  '{ users: { ada: "hunter2", \n bob: "hunter2 }',
];

for (const code of broken) {
  void test(`secrets of broken code: ${JSON.stringify(code)}`, () => {
    assert.doesNotMatch(masked(code, secretsOfBrokenCode(code, tokensOf(code))), /hunter/);
  });
}
