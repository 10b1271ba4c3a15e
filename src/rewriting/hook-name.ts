/** What a hook is called where people are told of it. */

import type { Hook } from "./options.ts";

export function hookName({ run }: Hook<object>): string {
  return "name" in run && typeof run.name === "string" && run.name !== "" ? run.name : "hook";
}
