/** A problem of a config that is used all the same, or instead of which another one is. */

import { adviceOn, type Problem } from "../config/problems.ts";
import type { ProgramEvent } from "../observe/events.ts";

export function problemEvent(problem: Problem, level: "warn" | "error"): ProgramEvent {
  const { code, message, file, line, column, path } = problem;
  const fields = { code, file, line, column, path, help: adviceOn(problem) };
  return { level, message, fields };
}
