/**
 * `--env-file FILE`: variables from a file of lines such as `NAME=value`, for placeholders. Node
 * looks for an option of this name among all words of a command line: where it does, a file that is
 * not there has ended the program before us, and the variables are set already.
 */

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** Those that are set already stay as they are. What is wrong with the file, if anything. */
export function readEnvFile(file: string, environment: NodeJS.ProcessEnv): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return `cannot read ${file}: ${code === "ENOENT" ? "there is no such file" : message}`;
  }
  for (const [name, value] of Object.entries(parseEnv(text))) environment[name] ??= value;
  return undefined;
}
