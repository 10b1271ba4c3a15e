/** Rules for fields: each kind, their order, and values that come out of a request. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Fields } from "../../src/http/fields.ts";
import { applyFieldRules } from "../../src/rewriting/field-rules.ts";
import type { FieldRule, FieldRuleKind } from "../../src/rewriting/options.ts";
import { readTemplate } from "../../src/rewriting/template.ts";
import { requestOf } from "../routing/request-of.ts";

type Rule = readonly [kind: FieldRuleKind, name: string, value?: string];

interface Case {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly before?: readonly (readonly [string, string])[];
  readonly after: readonly (readonly [string, string])[];
}

const cases: readonly Case[] = [
  {
    name: "set replaces all lines in the place of the first",
    rules: [["set", "X-A", "new"]],
    before: [
      ["x-a", "1"],
      ["B", "2"],
      ["X-a", "3"],
    ],
    after: [
      ["X-A", "new"],
      ["B", "2"],
    ],
  },
  {
    name: "set appends where there is none",
    rules: [["set", "Server", "x"]],
    after: [["Server", "x"]],
  },
  {
    name: "add keeps what is there (threat 63)",
    rules: [["add", "Link", "</b>"]],
    before: [
      ["Link", "</a>"],
      ["X", "y"],
    ],
    after: [
      ["Link", "</a>"],
      ["X", "y"],
      ["Link", "</b>"],
    ],
  },
  {
    name: "remove takes every line, in any case",
    rules: [
      ["remove", "SERVER"],
      ["remove", "x-none"],
    ],
    before: [
      ["Server", "a"],
      ["server", "b"],
      ["X", "y"],
    ],
    after: [["X", "y"]],
  },
  {
    name: "default sets only where there is none",
    rules: [
      ["default", "X-A", "1"],
      ["default", "x-b", "2"],
    ],
    before: [["x-a", ""]],
    after: [
      ["x-a", ""],
      ["x-b", "2"],
    ],
  },
  {
    name: "in the order of the rules",
    rules: [
      ["remove", "X-A"],
      ["default", "X-A", "1"],
      ["add", "X-A", "2"],
    ],
    before: [["X-A", "0"]],
    after: [
      ["X-A", "1"],
      ["X-A", "2"],
    ],
  },
  {
    name: "placeholders are the request's",
    rules: [["set", "X-A", "$ip $host$uri"]],
    after: [["X-A", "1.2.3.4 example.com/p"]],
  },
  {
    name: "an empty placeholder leaves no space at an end",
    rules: [
      ["set", "X-A", "$query"],
      ["set", "X-B", "a $query"],
      ["set", "X-C", " $query\t$query"],
    ],
    after: [
      ["X-A", ""],
      ["X-B", "a"],
      ["X-C", ""],
    ],
  },
  {
    name: "names of Object.prototype are ordinary (threat 35)",
    rules: [
      ["default", "__proto__", "1"],
      ["set", "constructor", "$header.constructor"],
    ],
    after: [
      ["__proto__", "1"],
      ["constructor", ""],
    ],
  },
];

for (const { name, rules, before = [], after } of cases) {
  void test(`field rules: ${name}`, () => {
    const fields = Fields.of(before);
    const subject = { head: requestOf({ target: "/p" }), clientIp: "1.2.3.4" };
    applyFieldRules(rules.map(ruleOf), fields, subject);
    const lines: (readonly [string, string])[] = [];
    fields.each((line, value) => lines.push([line, value]));
    assert.deepEqual(lines, after);
  });
}

void test("field rules: no request makes a rule write a second line (threat 62)", () => {
  const head = requestOf({ target: "/a\r\nX-Evil: 1" });
  const fields = new Fields();
  applyFieldRules([ruleOf(["set", "X-A", "$uri"])], fields, { head, clientIp: "" });
  assert.equal(fields.write(), "X-A: /aX-Evil: 1\r\n");
});

function ruleOf([kind, name, value]: Rule): FieldRule {
  if (value === undefined) return { kind, name, value: undefined };
  const read = readTemplate(value);
  assert.ok("template" in read);
  return { kind, name, value: read.template };
}
