/** The main file of a config, where it is code: evaluated, and told like one that was read. */

import { resolve } from "node:path";

import type { Around } from "./include.ts";
import { textOf, type ConfigText, type Opened } from "./opened.ts";
import { secretVariables } from "./placeholders.ts";
import { readCode, type CodeUse } from "./read-code.ts";

/** undefined: it comes to no value, and that is among the findings. */
export async function openCode(
  main: ConfigText,
  use: CodeUse,
  { environment, findings }: Around,
): Promise<Opened | undefined> {
  const { file, folder } = main;
  const text = textOf(main, findings);
  if (text === undefined) return undefined;
  findings.pieces.push(...secretVariables({ environment }));
  const { document, problems, texts, imported, code } = await readCode({ file, text }, use);
  findings.code = code;
  findings.imported = imported;
  for (const [name, shown] of texts) findings.texts.set(name, shown);
  findings.problems.push(...problems);
  if (document === undefined) {
    findings.isBroken = true;
    return undefined;
  }
  const { value, spanOf } = document;
  // A program asks for variables and files itself: it has no placeholders.
  return { value, source: { file, folder: resolve(folder), spanOf, expansions: [] } };
}
