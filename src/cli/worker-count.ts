/** How many workers there are to be: the environment is nearer than the config. */

import { workersMax } from "../config/compile.ts";
import { availableCores } from "../control/available-cores.ts";
import { canMoveSockets, canSharePorts } from "../transport/net-transport.ts";

const variable = "FOREGATE_WORKERS";

/** What is wrong with the environment, as a text. */
export function workerCountOf(
  configured: number | "auto",
  environment: Readonly<Record<string, string | undefined>>,
): number | string {
  const given = environment[variable] ?? "";
  // Development on such a system is welcome, and one worker is enough for it.
  if (!canSharePorts && !canMoveSockets) return 1;
  if (given === "") return configured === "auto" ? availableCores() : configured;
  if (given === "auto") return availableCores();
  const count = Number(given);
  if (/^\d+$/.test(given) && count >= 1 && count <= workersMax) return count;
  const found = JSON.stringify(given);
  return `${variable}: want auto or a number from 1 to ${workersMax}; found ${found}`;
}
