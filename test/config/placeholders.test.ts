/** Placeholders that can be filled: with what, as what, and that nobody gets to see it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import fc from "fast-check";
import { parse } from "yaml";

import { effectiveConfig } from "../../src/config/effective.ts";
import { expandDocument } from "../../src/config/expand.ts";
import { readConfig, type LoadedConfig } from "../../src/config/load.ts";
import { writeProblem } from "../../src/config/problems.ts";
import { readDocument } from "../../src/config/read-document.ts";
import { withheld } from "../../src/config/withhold.ts";
import { explainedLines, explainFor, questionOf } from "../../src/cli/explain.ts";
import { problemLines, problemsAsJson } from "../../src/cli/report-problems.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-placeholders-"));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "line"), "from a file\n");
writeFileSync(join(folder, "lines"), "a\n\r\n");
writeFileSync(join(folder, "large"), "x".repeat(65_537));
writeFileSync(join(folder, "bytes"), Buffer.from([0xe9]));

const environment = {
  CREDENTIALS_DIRECTORY: folder,
  NUMBER: "8",
  DECIMAL: "1.5",
  FALSE: "false",
  EMPTY: "",
  lower: "small",
  TRICK: "${NUMBER} $host {a: [b]}",
  YAML: "- a\n- b",
};

/** The value of a config text, and what could not be filled. */
function expand(text: string): { readonly value: unknown; readonly failed: readonly string[] } {
  const { document } = readDocument(text);
  assert.ok(document !== undefined, text);
  const { value, failed } = expandDocument(document, { environment, folder });
  return { value, failed: failed.map(({ message }) => message.replaceAll(folder, "FOLDER")) };
}

/** The text behind `x:`, and the value. */
const filled: readonly (readonly [name: string, written: string, want: unknown])[] = [
  ["a variable", "${NUMBER}", 8],
  ["the same in quotes", '"${NUMBER}"', "8"],
  ["the same in other quotes", "'${NUMBER}'", "8"],
  ["the same with more around it", "a${NUMBER}", "a8"],
  ["two of them", "${NUMBER}${NUMBER}", "88"],
  ["one in a block of text", "|\n  a ${NUMBER}\n  b", "a 8\nb\n"],
  ["a number", "${DECIMAL}", 1.5],
  ["a truth", "${FALSE}", false],
  ["nothing", "${EMPTY}", null],
  ["nothing in quotes", '"${EMPTY}"', ""],
  ["the long form", "${env:lower}", "small"],
  ["a default", "${NOT_SET:-auto}", "auto"],
  ["a default of an empty one", "${EMPTY:-${}", "${"],
  ["a default that is not needed", "${env:NUMBER:-9}", 8],
  ["a default that is empty", '"${NOT_SET:-}"', ""],
  ["a default with colons", "${NOT_SET:-http://[::1]:80}", "http://[::1]:80"],
  ["a file", "${file:line}", "from a file"],
  ["a file's last line end only", '"${file:lines}"', "a\n"],
  ["a file by its whole name", `\${file:${folder}/line}`, "from a file"],
  ["a credential", "${credential:line}", "from a file"],
  ["what looks like a placeholder", '"${TRICK}"', environment.TRICK],
  ["what looks like YAML", "${TRICK}", environment.TRICK],
  ["what looks like a list", "${YAML}", environment.YAML],
  ["two dollars", '"$${NUMBER} $$ $$5 $${NUMBER"', "${NUMBER} $$ $$5 ${NUMBER"],
  ["three dollars", '"$$${NUMBER}"', "$$8"],
  [
    "names of templates",
    '"${host} ${header.X-A} $NUMBER ${Number}"',
    "${host} ${header.X-A} $NUMBER ${Number}",
  ],
  ["lists", '["${NUMBER}", { a: "${NUMBER}" }]', ["8", { a: "8" }]],
];

for (const [name, written, want] of filled) {
  void test(`placeholders: ${name}`, () => {
    const { value, failed } = expand(`x: ${written}\n`);
    assert.deepEqual(failed, []);
    assert.deepEqual(value, { x: want });
  });
}

/** In a template a dollar is written twice. */
const templates: readonly string[] = [
  "sites: { a: { redirect: @ } }",
  "sites: { a: { redirect: { to: @ } } }",
  "sites: { a: { headers: { request: { set: { x-a: @ } } } } }",
  "sites: { a: { routes: [{ headers: { response: { add: { x-a: [@] } } } }] } }",
  "defaults: { headers: { response: { default: { x-a: @ } } } }",
];

for (const text of templates) {
  void test(`placeholders: what comes out is no template: ${text}`, () => {
    const { value } = expand(text.replace("@", () => '"$host $$ $${X} ${TRICK}"'));
    const want = text.replace("@", () => '"$host $$ $${X} $${NUMBER} $$host {a: [b]}"');
    assert.deepEqual(value, parse(want));
  });
}

void test("placeholders: an alias is filled where it stands", () => {
  const text =
    'a: &a { b: "${TRICK}" }\nsites: { x: { redirect: { <<: { to: "${TRICK}" } } } }\nc: *a';
  assert.deepEqual(expand(text).value, {
    a: { b: environment.TRICK },
    c: { b: environment.TRICK },
    sites: { x: { redirect: { to: "$${NUMBER} $$host {a: [b]}" } } },
  });
});

const unreadable: readonly (readonly [name: string, want: string])[] = [
  ["large", "FOLDER/large is larger than 64KiB"],
  ["bytes", "FOLDER/bytes: cannot read it: line 1 is not UTF-8 text"],
  ["/dev/zero", "cannot read /dev/zero: it is no file"],
  ["line/x", "cannot read FOLDER/line/x: part of its path is no folder"],
];

for (const [name, want] of unreadable) {
  void test(`placeholders: no file to read: ${name}`, () => {
    assert.deepEqual(expand(`x: "\${file:${name}}"`).failed, [want]);
  });
}

/** Secrets in every place where text may stand; `@` is one. */
const soundPlaces = `
defaults: { headers: { response: { set: { x-a: "a @" } } } }
sites:
  "*":
    headers: { request: { set: { x-b: "@" }, add: { authorization: "Bearer @" } } }
    routes:
      - { path: /moved, redirect: "https://a.example/@" }
      - { path: /said, respond: { status: 200, headers: { x-c: "@" }, body: "<@>" } }
      - { proxy: "http://localhost:1" }
`;

const wrongPlaces = `
listen: "@"
workers: @
trust: ["@", 5]
timeouts: { head: "@", write: "1@" }
limits: { body: @, head: "@" }
logs: { access: { format: "@", file: "/nowhere/@/x", fields: ["@ @"] } }
metrics: "@"
errors: { 404: "@.html" }
pools: { a: { to: ["@", "http://@:x", "unix:@"], balance: "@", timeouts: { connect: "@" } } }
sites:
  a.example: { proxy: "@", access: { allow: ["@"], basic: { users: { ada: "@" }, realm: "@" } } }
  b.example: { redirect: { to: "@", status: "@" } }
  c.example: { respond: { status: "@", body: "x", file: "@" } }
  d.example:
    strip: "@"
    routes:
      - { path: "@", strip: "/x", host: "@", method: "@", header: "@", query: { a: "@" }, proxy: b }
      - { path: "/a/@", strip: "/x", proxy: { to: "@", upgrade: "@" } }
      - { path: "/@", headers: { request: { set: { x-a: "@\\n", "a b": "@" } } }, respond: "@" }
      - { path: "/@", respond: 204 }
`;

/** Everything that is said of a config, in every form. */
function shownOf(config: LoadedConfig): string {
  const { file, plan, siteOptions, poolNames, events, workers, admin, problems, sites, withhold } =
    config;
  const look = { width: 200, paint: (_: string, text: string) => text };
  const said = [
    ...problems.map(writeProblem),
    ...problemLines(config, look),
    problemsAsJson(file, problems, false),
    JSON.stringify(sites),
  ];
  if (plan === undefined) return said.join("\n");
  const effective = effectiveConfig(plan, siteOptions, {
    poolNames,
    events,
    workers,
    admin,
    hidesSecrets: true,
  });
  said.push(JSON.stringify(withheld(effective, withhold)));
  for (const path of ["/moved", "/said", "/else"]) {
    const question = questionOf({
      url: `a.example${path}`,
      method: "GET",
      fields: [],
      peerIp: "::1",
    });
    if (typeof question === "string") assert.fail(question);
    said.push(...explainedLines(question, config).map(withhold));
    said.push(JSON.stringify(withheld(explainFor(question, config), withhold)));
  }
  return said.join("\n");
}

/** No word of a message begins like it. */
const secret = fc
  .string({
    unit: fc.constantFrom(...'abkz059$-_.:/@#"\\{}[]%&é'.split("")),
    minLength: 6,
    maxLength: 24,
  })
  .map((text) => `Zq${text}`);

void test("placeholders: a secret is nowhere in what is shown", () => {
  let plansCount = 0;
  fc.assert(
    fc.property(secret, fc.constantFrom(soundPlaces, wrongPlaces), (value, places) => {
      const text = places.replaceAll("@", () => "${API_TOKEN}");
      const around = { API_TOKEN: value };
      const config = readConfig(Buffer.from(text), "foregate.yaml", folder, around);
      if (config.plan !== undefined) plansCount += 1;
      const shown = shownOf(config);
      assert.ok(shown.includes("${API_TOKEN}"));
      assert.ok(!shown.includes("Zq") && !shown.includes("zq"), shown);
    }),
  );
  assert.ok(plansCount > 0, "some of them have a plan");
});

void test("placeholders: a default and a plain variable are shown", () => {
  const text = 'sites: { "*": "http://${API_TOKEN:-localhost}:${PORT}" }';
  const config = readConfig(Buffer.from(text), "foregate.yaml", folder, { PORT: "3999" });
  assert.match(shownOf(config), /localhost:3999/);
});
