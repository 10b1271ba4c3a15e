/** `docs/cli.md` has every command with all it takes, and every exit code, and nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { exitCodes } from "../../src/cli/exit-codes.ts";
import { blocksOf, readPage } from "../support/pages.ts";
import { commandSections, tableOnPage } from "./cli-tables.ts";

const page = readPage("docs/cli.md");
const sections = commandSections();
const commands = blocksOf("docs/cli.md")
  .filter(({ language }) => language === "sh")
  .map(({ text }) => text)
  .join("");
const write = "node test/docs/cli-tables.ts --write mends the tables";

void test("docs/cli.md has a section for every command, and no other", () => {
  const names = [...page.matchAll(/^## (.+)$/gm)].map(([, name = ""]) => name);
  const others = ["Exit codes", "Signals", "Variables"];
  const ofCommands = names.filter((name) => !others.includes(name));
  assert.deepEqual(ofCommands.toSorted(), sections.map(({ name }) => name).toSorted(), write);
});

for (const { name, table } of sections) {
  void test(`docs/cli.md: ${name} takes what the page says`, () => {
    assert.equal(tableOnPage(page, name), table, write);
  });
  void test(`docs/cli.md: ${name} has an example`, () => {
    const command = name === "foregate" ? "foregate" : `foregate ${name}`;
    const isThere = new RegExp(`^(?:.* )?${command}(?: |$)`, "m").test(commands);
    assert.ok(isThere, `no sh block has ${command}`);
  });
}

void test("docs/cli.md has every exit code", () => {
  const codes = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, Object.values(exitCodes));
});
