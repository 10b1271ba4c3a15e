/** A network namespace of the benchmark's own, in which sockets have small buffers. */

import { findProgram } from "../tools/debian.ts";
import type { Processes } from "./processes.ts";
import { loadCore, runSecondsMax } from "./upstream.ts";

/**
 * Makes one and runs the lines of `setup` in it. Returns the words that bring a program there, or
 * undefined where we may not make one.
 */
export async function enterNamespace(
  processes: Processes,
  setup: string,
): Promise<readonly string[] | undefined> {
  const tools = ["unshare", "nsenter", "ip"].filter((name) => findProgram(name) === undefined);
  if (process.getuid?.() !== 0 || tools.length > 0) return undefined;
  const holder = processes.start({
    name: "namespace",
    program: "unshare",
    args: ["--net", "sh", "-ec", `${setup}\necho ready $$\nexec sleep ${runSecondsMax}`],
    core: loadCore,
    secondsMax: runSecondsMax,
  });
  try {
    await holder.until(() => holder.output.includes("ready"), "ready");
  } catch (error) {
    console.error(`  no namespace: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const pid = holder.output.trim().split(" ").at(-1);
  return ["nsenter", `--net=/proc/${pid}/ns/net`];
}
