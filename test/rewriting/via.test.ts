/** Via: every hop adds itself, and a circle is found. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Fields } from "../../src/http/fields.ts";
import { addVia, loopsBack } from "../../src/rewriting/via.ts";

void test("via: added behind what is there (threat 63)", () => {
  const fields = Fields.of([
    ["Via", "1.0 fred"],
    ["X", "y"],
  ]);
  addVia(fields, "1.1", "foregate-1a2b");
  assert.deepEqual(fields.allNamed("via"), ["1.0 fred", "1.1 foregate-1a2b"]);
  assert.ok(loopsBack(fields, "foregate-1a2b"));
});

const cases: readonly (readonly [lines: readonly string[], loops: boolean])[] = [
  [[], false],
  [["1.1 other"], false],
  [["1.1 me"], true],
  [["1.0 fred, 1.1 me (Foregate), 2 x"], true],
  [["1.1 a", "HTTP/1.1 me"], true],
  [["1.1 mee, 1.1 ame, 1.1 me.example, 1.1 me:80, 1.1 me-2"], false],
  [["1.1 ME"], false],
  [["1.1 x (, 1.1 me"], true],
  [[`${"(".repeat(20_000)}, 1.1 me`], true],
];

for (const [lines, loops] of cases) {
  const shown = JSON.stringify(lines).slice(0, 60);
  void test(`via: ${shown} is ${loops ? "a" : "no"} loop (threat 63)`, () => {
    assert.equal(loopsBack(Fields.of(lines.map((line) => ["Via", line])), "me"), loops);
  });
}
