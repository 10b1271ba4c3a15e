/** Every link between pages leads to a file that is there, and to a heading of it. */

import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

import { readPage, root } from "../support/pages.ts";

const files = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();

for (const page of files) {
  void test(`links of ${page}`, () => {
    // Code is no link, whatever is in its brackets.
    const text = readPage(page)
      .replaceAll(/^```[^]*?^```$/gm, "")
      .replaceAll(/`[^`\n]*`(?!\])/g, "");
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !/^https?:/.test(link) && !leadsSomewhere(page, link));
    assert.deepEqual(broken, []);
  });
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || !file.endsWith(".md") || anchorsOf(file).has(anchor);
}

/** As they are made of headings where the pages are read: small letters, blanks to hyphens. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = readPage(file).matchAll(/^#+ (.+)$/gm);
  const names = [...headings].map(([, heading = ""]) => heading.toLowerCase());
  // An error's code is linked to as it is written.
  const codes = [...readPage(file).matchAll(/^## (FG\d+)$/gm)].map(([, code = ""]) => code);
  return new Set([
    ...names.map((name) => name.replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")),
    ...codes,
  ]);
}
