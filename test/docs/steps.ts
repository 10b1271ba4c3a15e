/** A page as its reader follows it: files to write, and commands with what they say. */

import { blocksOf } from "../support/pages.ts";

export interface Step {
  readonly page: string;
  readonly line: number;
  /** A file to write first. */
  readonly file?: { readonly name: string; readonly text: string };
  readonly commands: readonly string[];
  /**
   * What the commands say together, without those that go on in another terminal if there are
   * others; undefined: the page does not tell.
   */
  readonly shown?: string;
}

export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (const { line, language, text, fileName, isRightBehind } of blocksOf(page)) {
    const last = steps.at(-1);
    if (fileName !== undefined) {
      steps.push({ page, line, file: { name: fileName, text }, commands: [] });
    } else if (language === "sh") {
      steps.push({ page, line, commands: commandsIn(text) });
    } else if (language === "text" && isRightBehind && last !== undefined) {
      steps[steps.length - 1] = { ...last, shown: text };
    }
  }
  return steps;
}

/** A line that ends in a backslash goes on in the next; remarks are for readers. */
function commandsIn(text: string): readonly string[] {
  const lines = text.replaceAll("\\\n", "").split("\n");
  return lines
    .map((line) => line.replace(/(?:^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "");
}

/** It goes on until somebody stops it, and so has a terminal of its own. */
export function isServing(command: string): boolean {
  const words = /^(?:npm run -s foregate -- |foregate )(.*)$/.exec(command)?.[1];
  if (words === undefined) return /^(?:npm start|node (?:\S*\/)?server\.m?[jt]s)$/.test(command);
  return /^(?:run|proxy)\b|^\d+$|^[\w.-]*[:=]/.test(words) && !/[|>]/.test(words);
}

/** Reads what others write, perhaps a moment later: repeated until it shows what it should. */
export function isLooking(command: string): boolean {
  return /^(?:cat|tail|grep)\b/.test(command);
}

/** Whether this is what the page shows. A line of `…` alone is any number of lines. */
export function isShown(said: string, shown: string): boolean {
  const lines = said.replaceAll("\r\n", "\n").trimEnd();
  const pattern = shown
    .trimEnd()
    .split("\n")
    .map((line) => {
      if (line.trim() === "…") return "(?:.*\\n)*?";
      const parts = line.trimEnd().split("…");
      return `${parts.map((part) => RegExp.escape(part)).join(".*")} *\\n`;
    })
    .join("");
  return new RegExp(`^${pattern}$`).test(`${lines}\n`);
}
