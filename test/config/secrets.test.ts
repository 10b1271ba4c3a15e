/** The user part of URLs, and secret values of text that is no YAML: found, and found at once. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { secretsOfCode } from "../../src/config/code-secrets.ts";
import { tokensOf } from "../../src/config/code-tokens.ts";
import { readConfig } from "../../src/config/load.ts";
import { maskUserinfo, valuesInBrokenText, withUserinfo } from "../../src/config/secrets.ts";

const users: readonly (readonly [text: string, want: string])[] = [
  ["no user", "no user"],
  ["http://ada:hunter2@a.test/", "http://•••@a.test/"],
  ["http://ada:hun/ter@2@a.test", "http://•••@a.test"],
  ["a http://ada@a.test and b", "a http://•••@a.test and b"],
  ["ada:hunter2@a.test", "•••@a.test"],
  ["[ada:hunter2@a.test,bob:hunter3@b.test]", "[•••@b.test]"],
  ["ada:hunter2@a.test//b@c", "•••@a.test//•••@c"],
  ['"ada:hunter2@a","b"', '"•••@a","b"'],
  ["a/ada:hunter2@b", "a/ada:hunter2@b"],
  ["a/[ada:hunter2@b", "a/[•••@b"],
  [":@a", ":@a"],
  ["//@a", "//@a"],
  ["ada@a.test", "ada@a.test"],
];

for (const [text, want] of users) {
  void test(`secrets: the user part of ${JSON.stringify(text)}`, () => {
    assert.equal(maskUserinfo(text), want);
  });
}

/** Of each value what is shown of it. */
const broken: readonly (readonly [text: string, want: string])[] = [
  ["password: a\nb", "password:•••\nb"],
  ["users:\n  - a\n  - b\nc: d", "users:•••\nc: d"],
  ["- key: a\n- key: b\nc", "- key:•••\nc"],
  ["a: 1, token: b, key: c\nd", "a: 1, token:•••\nd"],
  ["token: ], key: [\nd", "token:•••"],
  ["token: 'a\nd", "token:•••"],
  ['"token": a\nd', '"token":•••\nd'],
];

for (const [text, want] of broken) {
  void test(`secrets: what is shown of ${JSON.stringify(text)}`, () => {
    let shown = text;
    for (const [start, end] of withUserinfo(text, valuesInBrokenText(text)).toReversed()) {
      shown = `${shown.slice(0, start)}•••${shown.slice(end)}`;
    }
    assert.equal(shown, want);
  });
}

/** What takes hours if any of it is looked at once for each of its characters. */
const many = 400_000;

const hostile: readonly (readonly [what: string, read: () => unknown])[] = [
  ["slashes", () => maskUserinfo(`${"/".repeat(many)} @`)],
  ["names", () => maskUserinfo("[a:".repeat(many))],
  ["a long word", () => valuesInBrokenText("a".repeat(many))],
  ["keys in a line", () => valuesInBrokenText("key:".repeat(many))],
  ["keys in a list", () => valuesInBrokenText("- key: a\n".repeat(many))],
  ["keys in code", () => secretsOfCode("key:".repeat(many), tokensOf("key:".repeat(many)))],
  ["values in a line", () => readText(`{"users":[${'"a",'.repeat(many / 10)}]}`)],
  ["aliases", () => readText(`a: &a 1\nkey: [${"*a,".repeat(many / 10)}]`)],
];

const readText = (text: string): unknown => readConfig(Buffer.from(text), "f.yaml", ".", {});

for (const [what, read] of hostile) {
  void test(`secrets: ${what}, very many of them, are read to the end`, () => {
    assert.notEqual(read(), undefined);
  });
}
