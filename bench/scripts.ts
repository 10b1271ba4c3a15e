/** Programs of the benchmark that are files beside this one. */

import { fileURLToPath } from "node:url";

export function scriptOf(
  name: string,
  args: readonly (string | number)[],
): { readonly program: string; readonly args: readonly string[] } {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return { program: process.execPath, args: [script, ...args.map(String)] };
}

/** The last line that such a program printed. */
export function storyOf<Story>(output: string): Story {
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Story;
}
