/**
 * `explanations.md`: a config, a question, and all that is answered. The page is the test: who
 * changes what is said changes it there.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { explainedLines, questionOf } from "../../src/cli/explain.ts";
import { readConfig } from "../../src/config/load.ts";
import { foregate } from "./foregate.ts";

const page = readFileSync(join(import.meta.dirname, "explanations.md"), "utf8");

const casePattern = /^## (.+)\n\n```yaml\n([^]*?)```\n\n```sh\n(.+)\n```\n\n```text\n([^]*?)```$/gm;

const cases = [...page.matchAll(casePattern)].map(
  ([, name = "", config = "", command = "", want = ""]) => ({ name, config, command, want }),
);

void test("every heading of explanations.md is a case", () => {
  assert.equal(cases.length, page.match(/^## /gm)?.length);
  assert.ok(cases.length >= 10);
});

for (const { name, config, command, want } of cases) {
  void test(`explain: ${name}`, () => {
    assert.equal(answer(config, command), want);
  });
}

/** The words of a command as a shell would give them, as far as the page needs it. */
function wordsOf(command: string): string[] {
  return Array.from(
    command.matchAll(/'([^']*)'|(\S+)/g),
    ([, quoted, plain = ""]) => quoted ?? plain,
  );
}

function answer(config: string, command: string): string {
  const [program, name, url = "", ...options] = wordsOf(command);
  assert.deepEqual([program, name], ["foregate", "explain"]);
  const asked = { url, method: "GET", fields: [] as string[], peerIp: "127.0.0.1" };
  for (let at = 0; at < options.length; at += 2) {
    const value = options[at + 1] ?? "";
    if (options[at] === "-X") asked.method = value;
    else if (options[at] === "-H") asked.fields.push(value);
    else if (options[at] === "--peer") asked.peerIp = value;
    else assert.fail(`the page has no option ${options[at]}`);
  }
  const question = questionOf(asked);
  assert.ok(typeof question !== "string", "the page asks what can be read");
  const loaded = readConfig(Buffer.from(config), "foregate.yaml", ".");
  assert.deepEqual(loaded.problems, []);
  return `${explainedLines(question, loaded).join("\n")}\n`;
}

const folder = mkdtempSync(join(tmpdir(), "foregate-explain-"));
after(() => rmSync(folder, { recursive: true }));
const good = join(folder, "good.yaml");
const wrong = join(folder, "wrong.yaml");
writeFileSync(good, 'listen: 8081\nsites: { a.example: { proxy: ":1" } }\n');
writeFileSync(wrong, 'sites: { a.example: ":1" }\nlisten: x\n');

void test("explain: as a command, for people and for programs", async () => {
  const words = ["explain", "-c", good, "http://a.example:8082/x", "-X", "POST"];
  const told = await foregate(words);
  assert.equal(told.code, 0);
  assert.match(told.stdout, /^request {3}POST \/x HTTP\/1\.1\n/);
  assert.match(told.stderr, /^note: nothing listens on port 8082, but on :8081\n$/);
  const json = JSON.parse((await foregate([...words, "--json"])).stdout) as {
    readonly outcome: Readonly<Record<string, unknown>>;
  };
  assert.equal(json.outcome["type"], "proxy");
  assert.equal(json.outcome["isRepeatable"], false);
});

void test("explain: a wrong config and a URL that is none", async () => {
  const unusable = await foregate(["explain", "-c", wrong, "http://a.example/"]);
  assert.equal(unusable.code, 3);
  assert.match(unusable.stderr, /FG1005/);
  assert.equal(unusable.stdout, "");
  const unread = await foregate(["explain", "-c", good, "http:///x"]);
  assert.equal(unread.code, 2);
  assert.match(unread.stderr, /cannot read "http:\/\/\/x": want http:\/\/host\/path/);
});
