/**
 * `docs/errors.md`: a section for every code and for nothing else. The first example of a section
 * has the problem that it is about, and the second one, if there is one, has none at all.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { bindCodes } from "../../src/cli/bind-error.ts";
import { loadConfig, readConfig } from "../../src/config/load.ts";
import { problemCodes, type Problem } from "../../src/config/problems.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");

const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ code: section.split("\n", 1)[0] ?? "", section }));

/** Of the machine, and of no text. */
const foundElsewhere: ReadonlySet<string> = new Set([
  ...Object.values(bindCodes),
  problemCodes.writable,
  problemCodes["second-config"],
]);

void test("docs/errors.md has a section for every code, in order, and no other", () => {
  const codes = [...Object.values(problemCodes), ...Object.values(bindCodes)];
  assert.deepEqual(
    sections.map(({ code }) => code),
    codes.toSorted(),
  );
});

for (const { code, section } of sections) {
  void test(`docs/errors.md: ${code} is what its example gives`, async () => {
    const [wrong = "", right] = [...section.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(
      ([, example]) => example ?? "",
    );
    const isFoundAtStart = foundElsewhere.has(code);
    const codes = new Set((await problemsOf(wrong)).map((problem) => problem.code));
    assert.deepEqual([...codes], isFoundAtStart ? [] : [code]);
    if (right !== undefined) assert.deepEqual(await problemsOf(right), []);
  });
}

/** Of a config, or of the file that a command names. */
async function problemsOf(example: string): Promise<readonly Problem[]> {
  const file = /^foregate check -c (\S+)$/m.exec(example)?.[1];
  if (file !== undefined) return (await loadConfig(file)).problems;
  return readConfig(Buffer.from(example), "foregate.yaml", import.meta.dirname).problems;
}
