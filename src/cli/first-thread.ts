/** The first worker's thread, started before the config is read. */

import type { Worker } from "node:worker_threads";

import { availableCores } from "../control/available-cores.ts";
import { heapMbMax } from "../control/heap-limit.ts";
import { startThread } from "../control/worker-handle.ts";
import { tuneCollector } from "./tune-collector.ts";

/** `workerFile`: what it runs. */
export function startFirstThread(workerFile: URL): Worker {
  // For all threads to come.
  tuneCollector();
  // How many there will be is not known yet.
  return startThread({
    entry: workerFile,
    name: "worker 1",
    heapMbMax: heapMbMax(availableCores()),
  });
}
