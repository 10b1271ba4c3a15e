/** Where the parts of an exported literal are written; and that no text at all is too much. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { secretsOfBrokenCode } from "../../src/config/code-secrets.ts";
import { CodeSpans, mapsOf } from "../../src/config/code-spans.ts";
import { tokensOf } from "../../src/config/code-tokens.ts";
import { codeTree } from "../../src/config/code-tree.ts";
import type { Span } from "../../src/config/problems.ts";
import type { Path } from "../../src/config/spans.ts";

interface Case {
  readonly name: string;
  readonly code: string;
  readonly path: Path;
  /** The text of the place; with a bar in it, the text around a place without length. */
  readonly want: string | undefined;
  readonly onKey?: true;
}

const exported = (literal: string): string => `export default ${literal};`;

const cases: readonly Case[] = [
  { name: "a value", code: exported("{ a: 1 }"), path: ["a"], want: "1" },
  { name: "a key", code: exported("{ a: 1 }"), path: ["a"], want: "a", onKey: true },
  { name: "a key in quotes", code: exported(`{ "*": ":1" }`), path: ["*"], want: `":1"` },
  { name: "an escaped key", code: exported(`{ 'it\\'s': 1 }`), path: ["it's"], want: "1" },
  { name: "a number as a key", code: exported("{ 502: './x' }"), path: ["502"], want: "'./x'" },
  { name: "a hexadecimal one", code: exported("{ 0x10: 1 }"), path: ["16"], want: "1" },
  { name: "a list", code: exported("{ a: [1, [2, 3]] }"), path: ["a", 1, 1], want: "3" },
  { name: "all of it", code: exported("{ a: 1 }"), path: [], want: "{ a: 1 }" },
  { name: "what is not there", code: exported("{ a: { b: 1 } }"), path: ["a", "c"], want: "|{ b" },
  { name: "an item too many", code: exported("{ a: [1] }"), path: ["a", 3], want: "|[1]" },
  { name: "an index of a map", code: exported("{ a: 1 }"), path: [0], want: "|{ a" },
  { name: "below a leaf", code: exported("{ a: f(1) }"), path: ["a", "b"], want: "|f(1)" },
  { name: "a call", code: exported("{ a: f({ b: 1 }, 2), c: 3 }"), path: ["c"], want: "3" },
  { name: "shorthand", code: exported("{ a, b }"), path: ["b"], want: "b" },
  { name: "a method", code: exported("{ f(x) { return 1 }, b: 2 }"), path: ["b"], want: "2" },
  {
    name: "an async generator",
    code: exported("{ async *f(x) { return 1 } }"),
    path: ["f"],
    want: "async *f(x) { return 1 }",
  },
  { name: "a key named get", code: exported("{ get: 1, set: 2 }"), path: ["set"], want: "2" },
  { name: "a getter", code: exported("{ get a() { return 1 }, b: 2 }"), path: ["b"], want: "2" },
  { name: "a computed key", code: exported("{ [`a`]: 1, b: 2 }"), path: ["a"], want: "|{ [" },
  {
    name: "behind a computed key",
    code: exported("{ [f(1, 2)]: 1, b: 2 }"),
    path: ["b"],
    want: "2",
  },
  {
    name: "behind a spread",
    code: exported("{ ...x(1, { b: 3 }), b: 2 }"),
    path: ["b"],
    want: "2",
  },
  {
    name: "a list behind a spread",
    code: exported("{ a: [1, ...x, 2] }"),
    path: ["a", 2],
    want: "|[1,",
  },
  {
    name: "a list before a spread",
    code: exported("{ a: [1, ...x, 2] }"),
    path: ["a", 0],
    want: "1",
  },
  {
    name: "a list that goes on",
    code: exported("{ a: [1].concat(2) }"),
    path: ["a", 0],
    want: "|[1].c",
  },
  { name: "parentheses", code: exported("{ a: ({ b: (1) }) }"), path: ["a", "b"], want: "1" },
  { name: "written twice", code: exported("{ a: 1, a: 2 }"), path: ["a"], want: "1" },

  {
    name: "comments",
    code: exported("{ /* b: 2, */ a: 1 // , }\n, b: 3 }"),
    path: ["b"],
    want: "3",
  },
  {
    name: "a brace in a string",
    code: exported(`{ a: "}", b: '{' , c: 1 }`),
    path: ["c"],
    want: "1",
  },
  {
    name: "a template",
    code: exported("{ a: `}${f({ c: `}` })}}`, b: 1 }"),
    path: ["b"],
    want: "1",
  },
  {
    name: "a regular expression",
    code: exported("{ a: /[/}]\\/}/u, b: 1 }"),
    path: ["b"],
    want: "1",
  },
  { name: "a division", code: exported("{ a: x / 2, b: 4 / y }"), path: ["b"], want: "4 / y" },
  { name: "an arrow", code: exported("{ a: (x, y) => ({ c: 1 }), b: 2 }"), path: ["b"], want: "2" },

  { name: "defineConfig", code: exported("defineConfig({ a: 1 })"), path: ["a"], want: "1" },
  { name: "a function", code: exported("defineConfig(() => ({ a: 1 }))"), path: ["a"], want: "1" },
  {
    name: "a function with a body",
    code: exported("async ({ x }) => { if (x) { return { a: 0 } } const y = 1; return { a: 1 }; }"),
    path: ["a"],
    want: "1",
  },
  {
    name: "an old function",
    code: exported("async function config() { return { a: 1 } }"),
    path: ["a"],
    want: "1",
  },
  {
    name: "a constant, and no semicolons",
    code: "import x from 'x'\nconst config = { a: 1 }\nexport default config\n",
    path: ["a"],
    want: "1",
  },
  {
    name: "constants within",
    code: "const api = ['x', 'y'];\nexport default { pools: { api } };",
    path: ["pools", "api", 1],
    want: "'y'",
  },
  {
    name: "a constant of itself",
    code: "const a = [a]; export default { a };",
    path: ["a", 0, 0],
    want: "|a }",
  },
  { name: "a name that is nowhere", code: exported("config"), path: ["a"], want: "|config" },
  {
    name: "types",
    code: "const a: Record<string, X> = { b: [1] as const };\nexport default { a } satisfies X;",
    path: ["a", "b", 0],
    want: "1",
  },
  { name: "no export", code: "const a = { b: 1 };", path: ["b"], want: undefined },
  {
    name: "half a program",
    code: "export default { a: { b: [1",
    path: ["a", "b", 0],
    want: "|{ a",
  },
  { name: "nothing behind it", code: "export default", path: ["a"], want: undefined },
];

function textAt(code: string, span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const starts = [0, ...Array.from(code.matchAll(/\n/g), ({ index }) => index + 1)];
  const start = starts[span.line - 1]! + span.column - 1;
  const end = starts[span.endLine - 1]! + span.endColumn - 1;
  return start === end ? `|${code.slice(start)}` : code.slice(start, end);
}

for (const { name, code, path, want, onKey = false } of cases) {
  void test(`code: ${name}`, () => {
    const found = textAt(code, new CodeSpans(code, codeTree(code)).of(path, onKey));
    const isStart = want?.startsWith("|") === true;
    assert.equal(isStart ? found?.slice(0, want.length) : found, want);
  });
}

void test("code: a key that is written twice is told with the first one", () => {
  const code = exported("{ a: { b: 1, 'b': 2 }, c: [{ d: 1, d: 2, d: 3 }] }");
  const repeated = mapsOf(codeTree(code)).flatMap((map) => map.repeated);
  assert.deepEqual(
    repeated.map(({ name, key, first }) => [name, code.slice(...key), code.slice(...first)]),
    [
      ["b", "'b'", "b"],
      ["d", "d", "d"],
      ["d", "d", "d"],
    ],
  );
});

/** Reads it in every way there is. */
function readAll(code: string): void {
  const lexed = tokensOf(code);
  const tree = codeTree(code, lexed);
  const spans = new CodeSpans(code, tree);
  for (const path of [["a"], ["a", 0, "b"], []]) spans.of(path, true);
  for (const { range } of mapsOf(tree)) assert.ok(range[0] < range[1] && range[1] <= code.length);
  for (const { start, end } of lexed.tokens) assert.ok(start <= end && end <= code.length);
  let last = 0;
  for (const [start, end] of secretsOfBrokenCode(code, lexed)) {
    assert.ok(last <= start && start < end && end <= code.length);
    last = end;
  }
}

const scraps =
  "export default { } [ ] ( ) , : ; = => ... ` ${ \" ' / \\ // /* */ \n " +
  "async function return const a b 1 * get defineConfig password é 😀 \u2028";

void test("code: no text is too much", () => {
  const scrap = fc.constantFrom(...scraps.split(" "), " ");
  const program = fc.array(scrap, { maxLength: 60 }).map((words) => words.join(""));
  fc.assert(
    fc.property(fc.oneof(program, fc.string({ unit: "binary" })), (text) => {
      readAll(text);
      readAll(`export default {${text}`);
    }),
    { numRuns: 2_000 },
  );
});

void test("code: every part of a config is read, however it is cut off", () => {
  for (const { code } of cases)
    for (let at = 0; at <= code.length; at++) readAll(code.slice(0, at));
});

const repeatedTexts = [
  "{",
  "[",
  "(",
  "`${",
  "/",
  "'",
  '"a',
  "/*",
  "{a:[",
  "a=>",
  "()=>(",
  "x:",
  "\\",
];

for (const piece of repeatedTexts) {
  void test(`code: ten thousand times ${piece}`, () => {
    readAll(`export default ${piece.repeat(10_000)}`);
  });
}

void test("code: constants that multiply", () => {
  const lines = Array.from({ length: 200 }, (_, at) => `const c${at} = [c${at + 1}, c${at + 1}];`);
  readAll(`${lines.join("\n")}\nexport default { a: c0 };`);
});
