/** From a config to workers that serve it, with its metrics beside them. */

import type { Worker } from "node:worker_threads";

import { runObserved } from "../admin/run-observed.ts";
import { Crew } from "../control/crew.ts";
import { heapMbMax } from "../control/heap-limit.ts";
import type { Voice } from "./event-voice.ts";
import type { Running, Wanted } from "./start.ts";
import { version } from "./version.ts";

export interface Surroundings {
  /** What a worker's thread runs. */
  readonly workerFile: URL;
  /** undefined: it is still to be started. */
  readonly firstThread: Worker | undefined;
}

/** Rejects if a listener cannot be had, with the system's error and its `label`. */
export async function startCrew(
  { config, workerCount, voice }: Wanted,
  { workerFile, firstThread }: Surroundings,
): Promise<Running> {
  const { tell } = voice;
  const crew = new Crew({
    count: workerCount,
    entry: workerFile,
    firstThread,
    heapMbMax: heapMbMax(workerCount),
    tell,
    onHopeless: () => void endHopeless(voice),
  });
  const begin = async (): Promise<Crew> => {
    await crew.start(config);
    return crew;
  };
  const observed = await runObserved(config.plan, version(), begin, tell);
  return {
    get listeners() {
      return crew.listeners;
    },
    metrics: observed.metrics,
    get counters() {
      return crew.counters;
    },
    get workers() {
      return crew.workers;
    },
    apply: (next) => crew.apply(next),
    renewAll: () => crew.renewAll(),
    reopenLogs: () => crew.reopenLogs(),
    leave: () => observed.leave(),
    stop: (graceMs) => observed.stop(graceMs),
  };
}

/** An orderly exit would wait for the thread for ever: it is in a call that nothing interrupts. */
async function endHopeless(voice: Voice): Promise<void> {
  const message = "a worker cannot be ended: the program ends, for its supervisor to restart it";
  try {
    await voice.close({ level: "error", message });
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}
