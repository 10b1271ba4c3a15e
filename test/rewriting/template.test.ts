/** Templates: how they are read, what they become, and what no request can bring into them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Template } from "../../src/rewriting/options.ts";
import { readTemplate, writeTemplate } from "../../src/rewriting/template.ts";
import { requestOf } from "../routing/request-of.ts";

const subject = {
  head: requestOf({
    method: "POST",
    target: "/a/b?x=1&y",
    authority: "example.com:8080",
    fields: [
      ["X-Id", "7"],
      ["x-id", "8"],
      ["Cookie", "a=b; sid=abc"],
    ],
  }),
  clientIp: "1.2.3.4",
};

const cases: readonly (readonly [text: string, want: string])[] = [
  ["", ""],
  ["plain", "plain"],
  ["$uri", "/a/b?x=1&y"],
  ["$path|$query", "/a/b|x=1&y"],
  ["$host $ip $scheme $method", "example.com 1.2.3.4 http POST"],
  ["${host}name", "example.comname"],
  ["$host.x", "example.com.x"],
  ["$host-$ip", "example.com-1.2.3.4"],
  ["$header.x-id", "7, 8"],
  ["${header.X-Id}.", "7, 8."],
  ["$header.host", "example.com:8080"],
  ["<$header.x-none>", "<>"],
  ["$cookie.sid $cookie.none|", "abc |"],
  ["$header.__proto__$cookie.constructor", ""],
  ["$$ $$host $$$host", "$ $host $example.com"],
  ["5$$", "5$"],
  ["ä€", "\xc3\xa4\xe2\x82\xac"],
];

for (const [text, want] of cases) {
  void test(`template: ${text}`, () => {
    const read = readTemplate(text);
    assert.ok("template" in read);
    assert.equal(writeTemplate(read.template, subject), want);
  });
}

const bad: readonly (readonly [text: string, problem: RegExp])[] = [
  ["$", /write \$\$/],
  ["5 $ and more", /write \$\$/],
  ["$1", /write \$\$/],
  ["$url", /"\$url": want \$uri/],
  ["$hostname", /write \$\{host\}name/],
  ["${host", /write \$\$/],
  ["${}", /unknown/],
  ["${env:X}", /unknown/],
  ["$header", /\$header\.NAME/],
  ["${header.}", /unknown/],
  ["${header.a b}", /unknown/],
  ["$HOST", /unknown/],
  ["a\r\nb", /line breaks/],
  ["a\0", /line breaks/],
];

for (const [text, problem] of bad) {
  void test(`template: ${JSON.stringify(text)} is a problem`, () => {
    const read = readTemplate(text);
    assert.ok("problem" in read);
    assert.match(read.problem, problem);
  });
}

void test("template: no line break comes out of a request (threat 62)", () => {
  // No parser lets such a target pass; that this holds without it is the point.
  const head = { ...requestOf({ target: "/a\r\nX: y\0\x7f?b\nc" }) };
  for (const kind of ["uri", "path", "query"] as const) {
    const template: Template = ["<", { kind, name: "" }, ">"];
    assert.match(writeTemplate(template, { head, clientIp: "" }), /^<[ -~]*>$/);
  }
});

void test("template: percent-encoded line breaks stay encoded (threat 62)", () => {
  const head = requestOf({ target: "/a%0d%0aX:%20y?%0a" });
  const template: Template = [{ kind: "uri", name: "" }];
  assert.equal(writeTemplate(template, { head, clientIp: "" }), "/a%0d%0aX:%20y?%0a");
});
