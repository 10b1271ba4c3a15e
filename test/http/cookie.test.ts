/** Cookies: one value out of a request, and the places of attributes in a response. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readCookie, readSetCookie } from "../../src/http/cookie.ts";
import { Fields } from "../../src/http/fields.ts";

const cases: readonly (readonly [
  lines: readonly string[],
  name: string,
  want: string | undefined,
])[] = [
  [["sid=1"], "sid", "1"],
  [["a=1; sid=2; b=3"], "sid", "2"],
  [["a=1;sid=2"], "sid", "2"],
  [["a=1", "sid=2"], "sid", "2"],
  [["sid=1; sid=2"], "sid", "1"],
  [["sid=a=b"], "sid", "a=b"],
  [['sid="1"'], "sid", '"1"'],
  [["sid="], "sid", ""],
  [["xsid=1; sidx=2"], "sid", undefined],
  [["SID=1"], "sid", undefined],
  [["sid"], "sid", undefined],
  [["sid; a=1"], "sid", undefined],
  [["a=sid=1"], "sid", undefined],
  [[""], "sid", undefined],
  [[], "sid", undefined],
  [["__proto__=1"], "__proto__", "1"],
  [["a=1"], "constructor", undefined],
];

for (const [lines, name, want] of cases) {
  void test(`cookie: ${name} in ${JSON.stringify(lines)} (threat 35)`, () => {
    const fields = Fields.of(lines.map((line) => ["Cookie", line]));
    assert.equal(readCookie(fields, name), want);
  });
}

const setCookies: readonly string[] = [
  "sid=1; Path=/; HttpOnly",
  "sid=1;Path=/x;DOMAIN = a.b ;",
  "sid=1; Path",
  "sid=1; ;; Path=/a=b",
  "sid",
  "",
  ";",
];

void test("cookie: attributes say where they stand", () => {
  for (const text of setCookies) {
    let rebuilt = text.split(";")[0];
    for (const part of readSetCookie(text).attributes) {
      assert.equal(text.slice(part.valueStart, part.valueEnd), part.value, text);
      rebuilt += text.slice(part.start, part.end);
    }
    assert.equal(rebuilt, text);
  }
  const { name, attributes } = readSetCookie(setCookies[1]!);
  assert.equal(name, "sid");
  assert.deepEqual(
    attributes.map((part) => [part.name, part.value]),
    [
      ["path", "/x"],
      ["domain", "a.b"],
      ["", ""],
    ],
  );
});
