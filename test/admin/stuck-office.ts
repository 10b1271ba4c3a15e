/** An office that never comes to an end when it is told to read the config again. */

import { parentPort } from "node:worker_threads";

import type { OfficeOrder, OfficeReport } from "../../src/admin/office-messages.ts";
import { OfficeWork } from "../../src/cli/office-work.ts";

const work = new OfficeWork((report: OfficeReport) => parentPort?.postMessage(report));
parentPort?.on("message", (order: OfficeOrder) => {
  if (order.type === "reload") for (;;);
  work.hear(order);
});
