/** The pictures of problems are those of `pictures.md`, and none of them shows a secret. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { coloured, paintFor, plain, type ColourChoice } from "../../src/cli/colour.ts";
import { problemLines } from "../../src/cli/report-problems.ts";
import { readConfig } from "../../src/config/load.ts";
import { picturesPage, picturesPath } from "./pictures-page.ts";

const page = readFileSync(picturesPath, "utf8");

void test("pictures.md is what is shown", async () => {
  const hint = "read it, and run `node test/cli/pictures-page.ts --write`";
  assert.equal(await picturesPage(page), page, hint);
});

void test("pictures.md: every heading is a case with at least one picture", () => {
  const parts = page.split(/^## /m).slice(1);
  assert.ok(parts.length >= 15);
  for (const part of parts) assert.match(part, /```text\n(?:error|warning)\[FG\d{4}\]: /);
});

/** What is shown of a config, in as many columns. */
function shown(config: string, width = 100): string {
  const loaded = readConfig(Buffer.from(config), "foregate.yaml", import.meta.dirname);
  return problemLines(loaded, { width, paint: plain }).join("\n");
}

const long = "hunter".repeat(30);

const secretConfigs: readonly (readonly [name: string, config: string])[] = [
  ["a value", 'sites: { "*": ":1" }\npassword: hunter2'],
  ["with quotes", `sites: { "*": ":1" }\n"pass-word": 'hunter2', x`],
  ["a token", 'sites: { "*": ":1" }\nx: { accessToken: hunter2, y: 1 }'],
  ["an unquoted star", "password: *hunter2"],
  ["a tag", "password: !hunter2 x"],
  ["text in several lines", 'key: |\n  hunter2\n\n  hunter2\nsites: { "*": 5 }'],
  ["a list", 'users:\n- ada:hunter2\n- bob:hunter2\nsites: { "*": 5 }'],
  ["an anchor somewhere else", 'x: &a hunter2\ntoken: *a\nsites: { "*": 5 }'],
  ["a set", 'users: { "ada:hunter2", "bob:hunter2" }\nsites: { "*": 5 }'],
  ["a URL", "sites: { x.example: 'http://ada:hunter2@a' }"],
  ["a URL with an @ in its password", "sites: { x.example: 'http://ada:h@hunter2@a/' }"],
  ["a URL without a scheme", "sites: { x.example: 'ada:hunter2@a:80' }"],
  ["a broken file", '{ "token": "hunter2",\n"sites": { "*": 5 \n'],
  ["a broken file that goes on", 'users:\n  ada: hunter2\n  bob: "hunter2\nsites: ['],
  ["a broken file, all in one line", "secret: hunter2, b: [\n"],
  ["JSON over lines", '{ "users": {\n"ada":\n"hunter2"\n}, "sites": { "*": 5 } }'],
  ["a key that is no text", 'sites: { "*": ":1" }\nx-key: { y: hunter2 }'],
  ["a field", "sites: { x.example: { headers: { request: { set: { cookie: [hunter2] } } } } }"],
  [
    "what a field cannot hold",
    'sites: { x.example: { respond: { headers: { x-key: "a\\nhunter2" } } } }',
  ],
  ["a user's name", 'sites: { x.example: { access: { basic: { users: { "ada:hunter2" } } } } }'],
  ["a long value", `sites: { x.example: { respond: { headers: { x-key: "${long}\\n" } } } }`],
  ["a placeholder", 'sites: { "*": { headers: { request: { set: { x-key: $hunter2 } } } } }'],
];

for (const [name, config] of secretConfigs) {
  void test(`secrets are not shown: ${name}`, () => {
    const text = shown(config);
    assert.match(text, /^ *\d+ │ /m, "it is a picture");
    assert.doesNotMatch(text, /hunter/);
  });
}

void test("a line of a megabyte is shown in part, and at once", () => {
  const sites = Array.from({ length: 20_000 }, (_, at) => `"s${at}.example": "localhost:3000"`);
  const text = shown(`{ "sites": { ${sites.join(", ")}, "x.example": 5, ${sites[0]} } }`, 60);
  assert.match(text, /^1 │ ….*"x\.example": 5, "s0\.example": "localhost:3000" } }$/m);
  for (const line of text.split("\n")) assert.ok(line.length < 130, line);
});

const surfaces: readonly (readonly [
  choice: ColourChoice,
  isTerminal: boolean,
  environment: Readonly<Record<string, string>>,
  isColoured: boolean,
])[] = [
  ["auto", true, {}, true],
  ["auto", false, {}, false],
  ["auto", true, { NO_COLOR: "1" }, false],
  ["auto", true, { NO_COLOR: "" }, true],
  ["auto", true, { TERM: "dumb" }, false],
  ["auto", true, { TERM: "xterm" }, true],
  ["auto", false, { FORCE_COLOR: "1" }, true],
  ["auto", false, { FORCE_COLOR: "" }, true],
  ["auto", true, { FORCE_COLOR: "0" }, false],
  ["auto", true, { FORCE_COLOR: "false" }, false],
  ["auto", false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ["always", false, { NO_COLOR: "1", TERM: "dumb" }, true],
  ["never", true, { FORCE_COLOR: "1" }, false],
];

for (const [choice, isTerminal, environment, isColoured] of surfaces) {
  const where = `${isTerminal ? "a terminal" : "a pipe"} ${JSON.stringify(environment)}`;
  void test(`--color=${choice}, ${where}: ${isColoured ? "colour" : "none"}`, () => {
    const paint = paintFor(choice, { isTerminal, environment });
    assert.equal(paint("error", "x"), (isColoured ? coloured : plain)("error", "x"));
  });
}
