/** The office on a thread of its own: hears what main says (`admin/office-messages.ts`). */

import nodeModule from "node:module";
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";

import type { OfficeOrder, OfficeReport } from "./admin/office-messages.ts";
import type { ThreadData } from "./control/thread-messages.ts";

// Who serves goes before whoever reads a config. Elsewhere it would be the whole process's.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const { compiledFolder } = workerData as ThreadData;
if (compiledFolder !== undefined) nodeModule.enableCompileCache(compiledFolder);

// What comes from here on is compiled once and not at each start.
const { OfficeWork } = await import("./cli/office-work.ts");

const say = (report: OfficeReport): void => parentPort?.postMessage(report);
const work = new OfficeWork(say);
parentPort?.on("message", (order: OfficeOrder) => work.hear(order));
