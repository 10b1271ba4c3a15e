/** From a config to workers that serve it, with the office beside them. */

import { Office } from "../admin/office.ts";
import { Crew } from "../control/crew.ts";
import { PlanDrawer } from "../control/drawn-plan.ts";
import { heapMbMax } from "../control/heap-limit.ts";
import { withholdSecrets } from "../config/withhold.ts";
import { adminPath } from "./admin-path.ts";
import { writeConfig } from "./config-form.ts";
import type { Voice } from "./event-voice.ts";
import type { FirstThreads, ThreadFiles } from "./first-thread.ts";
import type { PlannedConfig } from "./planned-config.ts";
import type { Running, Start, Wanted } from "./start.ts";

export interface Surroundings {
  readonly files: ThreadFiles;
  /** undefined: they are still to be started. */
  readonly first: FirstThreads | undefined;
}

/** Rejects if a listener cannot be had, with the system's error and its `label`. */
export async function startCrew(wanted: Wanted, { files, first }: Surroundings): Promise<Running> {
  const { config, workerCount, voice } = wanted;
  const { tell } = voice;
  const crew = new Crew({
    count: workerCount,
    entry: files.worker,
    firstThread: first?.worker,
    heapMbMax: heapMbMax(workerCount),
    tell,
    onHopeless: () => void endHopeless(voice),
  });
  const office = new Office({
    entry: files.office,
    firstThread: first?.office,
    crew,
    tell,
    withhold: (pieces) => voice.withhold(pieces.map(withholdSecrets)),
    setLevel: (level) => voice.setLevel(level),
  });
  const drawer = new PlanDrawer();
  const drawn = drawer.draw(config);
  try {
    // They listen first and end last, so that a probe sees the start and the drain.
    const metrics = config.plan.metrics && (await office.listen(config.plan.metrics.listeners));
    await crew.start(drawn);
    return runningOf(crew, office, {
      metrics: metrics ?? [],
      async govern(hearing) {
        const governing = governingOf(wanted);
        if (governing === undefined) return await office.close();
        const kept = { config: writeConfig(config, drawn.form), revision: 1, soFar: drawer.soFar };
        await office.govern({ ...governing, ...kept, board: crew.board.form }, hearing);
      },
    });
  } catch (error) {
    await office.close();
    throw error;
  }
}

function runningOf(crew: Crew, office: Office, rest: Pick<Running, "metrics" | "govern">): Running {
  return {
    ...rest,
    get listeners() {
      return crew.listeners;
    },
    get counters() {
      return crew.counters;
    },
    get plan() {
      // Without one it would not run.
      return crew.plan!;
    },
    renewAll: () => crew.renewAll(),
    reload: () => office.reload(),
    reopenLogs: () => crew.reopenLogs(),
    leave: () => office.drain(),
    async stop(graceMs) {
      void office.drain();
      try {
        await crew.stop(graceMs);
      } finally {
        await office.close();
      }
    },
  };
}

/** undefined: there is nothing for an office to do. */
function governingOf({
  config,
  source,
  watches,
}: Wanted):
  | (Pick<Start, "source" | "watches"> & { readonly adminPath: string | undefined })
  | undefined {
  const path = adminPathOf(config, source !== undefined);
  const isIdle = source === undefined && path === undefined && config.plan.metrics === undefined;
  return isIdle ? undefined : { source, watches, adminPath: path };
}

/** undefined: none is wanted, or there is no file to name it after. */
function adminPathOf({ admin, file }: PlannedConfig, isFile: boolean): string | undefined {
  if (admin.isOff) return undefined;
  return admin.socketPath ?? (isFile ? adminPath(file, process.env) : undefined);
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
