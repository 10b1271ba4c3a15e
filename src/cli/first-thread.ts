/** Threads that are started before the config is read. */

import type { Worker } from "node:worker_threads";

import { startOffice } from "../admin/office.ts";
import { availableCores } from "../control/available-cores.ts";
import { heapMbMax } from "../control/heap-limit.ts";
import { startThread } from "../control/worker-handle.ts";

/** The files that threads run. */
export interface ThreadFiles {
  readonly worker: URL;
  readonly office: URL;
}

export interface FirstThreads {
  readonly worker: Worker;
  readonly office: Worker | undefined;
}

/** `hasConfig`: by all odds somebody will ask about it, or it will change. */
export function startFirstThreads(files: ThreadFiles, hasConfig: boolean): FirstThreads {
  // How many there will be is not known yet.
  const worker = startThread({
    entry: files.worker,
    name: "worker 1",
    heapMbMax: heapMbMax(availableCores()),
  });
  return { worker, office: hasConfig ? startOffice(files.office) : undefined };
}
