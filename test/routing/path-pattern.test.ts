/** The grammar of paths in routes, and what is said about one that breaks it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readPathPattern } from "../../src/routing/path-pattern.ts";

const good: readonly (readonly [text: string, segments: string])[] = [
  ["/", "''"],
  ["/x", "x"],
  ["/x/", "x ''"],
  ["/*", "rest"],
  ["/x/*", "x rest"],
  ["/x/:id", "x :id"],
  ["/x/:id/*", "x :id rest"],
  ["/a:b/c;d,e=(f)", "a:b c;d,e=(f)"],
  ["/__proto__", "__proto__"],
  ["/%C3%A4//b", "%C3%A4 '' b"],
];

for (const [text, segments] of good) {
  void test(`path pattern: ${text}`, () => {
    const read = readPathPattern(text);
    assert.ok("pattern" in read);
    const words = read.pattern.map((segment) => {
      if (segment.type === "rest") return "rest";
      if (segment.type === "parameter") return `:${segment.name}`;
      return segment.text === "" ? "''" : segment.text;
    });
    assert.equal(words.join(" "), segments);
  });
}

const bad: readonly (readonly [text: string, problem: RegExp])[] = [
  ["", /begins with "\/"/],
  ["x", /begins with "\/"/],
  ["*", /begins with "\/"/],
  ["/x?a", /without "\?"/],
  ["/x#a", /without "\?" and "#"/],
  ["/x*", /rest/],
  ["/*/x", /rest/],
  ["/x/*.jpg", /rest/],
  ["/x/:", /name after ":"/],
  ["/x/:a-b", /name after ":"/],
  ["/a b", /write \/a%20b/],
  ["/käse", /write \/k%C3%A4se/],
  ["/\ud800", /write \/%EF%BF%BD/],
  ["/a\n", /write \/a%0A/],
];

for (const [text, problem] of bad) {
  void test(`path pattern: ${JSON.stringify(text)} is a problem`, () => {
    const read = readPathPattern(text);
    assert.ok("problem" in read);
    assert.match(read.problem, problem);
  });
}
