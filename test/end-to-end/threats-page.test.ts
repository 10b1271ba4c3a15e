/** The list of threats is whole, and its page says what the tests say. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { threatGroups } from "../support/threats-list.ts";
import { forgottenThreats, threatsPage, threatsPath } from "../support/threats-page.ts";

const threatsCount = 176;

void test("threats: every id once, in order, with a line", () => {
  const threats = threatGroups.flatMap((group) => group.threats);
  assert.deepEqual(
    threats.map(({ id }) => id),
    Array.from({ length: threatsCount }, (_, at) => at + 1),
  );
  for (const { id, line } of threats) assert.notEqual(line, "", `threat ${id} has a line`);
});

void test("threats: each has a test, or a room that will have one", () => {
  assert.deepEqual(forgottenThreats(), []);
});

void test("threats: the page is up to date", () => {
  const hint = "run `node test/support/threats-page.ts --write`";
  assert.equal(readFileSync(threatsPath, "utf8"), threatsPage(), hint);
});
