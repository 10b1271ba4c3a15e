/** Request ids: of one form, never twice, in order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { RequestIds } from "../../src/http/request-id.ts";

void test("request ids: one form, whatever the prefix", () => {
  assert.equal(new RequestIds(0, 0).next(), "00000000000000-00000000");
  assert.equal(new RequestIds(2 ** 32 - 1, 35).next(), "1z141z3000000z-00000000");
  assert.throws(() => new RequestIds(2 ** 32, 0), /two words of 32 bits/);
  assert.throws(() => new RequestIds(-1, 0), /two words of 32 bits/);
});

void test("request ids: never twice, and in order, across blocks of the counter", () => {
  const ids = new RequestIds(1, 2);
  let last = "";
  for (let count = 0; count < 5_000; count++) {
    const next = ids.next();
    assert.match(next, /^[0-9a-z]{14}-[0-9a-z]{8}$/);
    assert.ok(next > last, `${next} after ${last}`);
    last = next;
  }
  assert.equal(last, `00000010000002-${(4_999).toString(36).padStart(8, "0")}`);
});
