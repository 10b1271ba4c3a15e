/**
 * `docs/errors.md`: a section for every code and for nothing else. The first example of a section
 * has the problem that it is about, and the second one, if there is one, has none at all.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { bindCodes } from "../../src/cli/bind-error.ts";
import { loadConfig, readConfig } from "../../src/config/load.ts";
import { problemCodes, type Problem } from "../../src/config/problems.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-errors-"));
after(() => rmSync(folder, { recursive: true }));

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
    const [wrong = { language: "yaml", text: "" }, right] = [
      ...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm),
    ].map(([, language = "", text = ""]) => ({ language, text }));
    const isFoundAtStart = foundElsewhere.has(code);
    const codes = new Set((await problemsOf(wrong)).map((problem) => problem.code));
    assert.deepEqual([...codes], isFoundAtStart ? [] : [code]);
    if (right !== undefined) assert.deepEqual(await problemsOf(right), []);
  });
}

interface Example {
  readonly language: string;
  readonly text: string;
}

/** Of a config, or of the file that a command names. */
async function problemsOf({ language, text }: Example): Promise<readonly Problem[]> {
  const [, refusal, file] = /^foregate check (--no-exec )?-c (\S+)$/m.exec(text) ?? [];
  if (refusal !== undefined) return (await loadConfig(written(""), "refuse")).problems;
  if (file !== undefined) return (await loadConfig(file)).problems;
  if (language === "ts") return (await loadConfig(written(text))).problems;
  return readConfig(Buffer.from(text), "foregate.yaml", import.meta.dirname).problems;
}

let fileCount = 0;

function written(text: string): string {
  const file = join(folder, `foregate-${fileCount++}.config.ts`);
  writeFileSync(file, text);
  return file;
}
