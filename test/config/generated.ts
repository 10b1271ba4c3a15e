/**
 * What is made of the config's description (`src/config/schema.ts`): the schema for editors, the
 * types, and the reference.
 *
 *   node test/config/generated.ts            says which of them are stale
 *   node test/config/generated.ts --write    writes them
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format } from "oxfmt";

import { configTypes } from "./generated/config-type.ts";
import { jsonSchema } from "./generated/json-schema.ts";
import { referencePages } from "./generated/reference.ts";

const root = join(import.meta.dirname, "../..");

/** What each has to be, by its path in the repository. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["schema.json", await formatted("schema.json", jsonSchema())],
    ...(await Promise.all(
      configTypes().map(async ([path, text]) => [path, await formatted(path, text)] as const),
    )),
    ...referencePages(),
  ]);
}

async function formatted(path: string, text: string): Promise<string> {
  const {
    $schema: _,
    ignorePatterns: __,
    ...options
  } = JSON.parse(readFileSync(join(root, ".oxfmtrc.json"), "utf8")) as Readonly<
    Record<string, unknown>
  >;
  const { code, errors } = await format(path, text, options);
  if (errors.length > 0) throw new Error(`Cannot format ${path}: ${errors[0]?.message}`);
  return code;
}

/** What is there; "" if nothing is. */
export function readGenerated(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

if (import.meta.main) {
  for (const [path, text] of await generatedFiles()) {
    if (readGenerated(path) === text) continue;
    console.log(path);
    if (process.argv.includes("--write")) writeFileSync(join(root, path), text);
  }
}
