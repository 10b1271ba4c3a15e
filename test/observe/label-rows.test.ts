/** Rows by label: shared by what is called alike, and never more than a fixed number. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { LabelRows, rowsMax } from "../../src/observe/label-rows.ts";

void test("label rows: the same labels have the same row", () => {
  const rows = new LabelRows();
  const asked = [
    ["", ""],
    ["a", "b"],
    ["ab", ""],
    ["a", "b"],
  ].map((labels) => rows.rowOf(labels));
  assert.deepEqual(asked, [0, 1, 2, 1]);
  assert.deepEqual(rows.all, [
    ["", ""],
    ["a", "b"],
    ["ab", ""],
  ]);
});

void test("label rows: what comes beyond the limit is other", () => {
  const rows = new LabelRows();
  for (let at = 0; at < rowsMax; at++) assert.equal(rows.rowOf([`site ${at}`, "x"]), at);
  assert.equal(rows.rowOf(["one more", "x"]), rowsMax);
  assert.equal(rows.rowOf(["and one", "x"]), rowsMax);
  assert.equal(rows.rowOf(["site 7", "x"]), 7);
  assert.deepEqual(rows.all.at(-1), ["other", "other"]);
  assert.equal(rows.all.length, rowsMax + 1);
});

void test("label rows: one that is called other is not there twice", () => {
  const rows = new LabelRows();
  rows.rowOf(["other", "other"]);
  for (let at = 0; at < rowsMax; at++) rows.rowOf([`site ${at}`, "x"]);
  assert.equal(rows.rowOf(["one more", "x"]), 0);
  assert.equal(rows.all.length, rowsMax);
});

void test("label rows: a long label is cut, and those that are then alike are one", () => {
  const rows = new LabelRows();
  const first = rows.rowOf(["x".repeat(500)]);
  assert.equal(rows.rowOf(["x".repeat(501)]), first);
  assert.deepEqual(rows.all, [[`${"x".repeat(199)}…`]]);
});
