/** A worker that runs with few open files; its argument is the upstream's port. */

import { startWorker } from "../../src/worker.ts";
import { planFor } from "./a-plan.ts";

const worker = await startWorker(planFor([Number(process.argv[2])]), {
  onTrouble: (what, error) => console.log(`trouble: ${what}: ${String(error)}`),
});
console.log(`port: ${worker.listeners[0]?.port}`);
