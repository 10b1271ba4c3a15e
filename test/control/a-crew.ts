/** Workers on threads of their own, inside the test's process, from a config as users write it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { loadConfig } from "../../src/config/load.ts";
import { Crew, type CrewOptions } from "../../src/control/crew.ts";
import { viewOf, workersOf, type CrewView, type WorkerView } from "../../src/control/crew-view.ts";
import { PlanDrawer, type CrewPlan } from "../../src/control/drawn-plan.ts";
import type { ProgramEvent } from "../../src/observe/events.ts";
import { until } from "../support/within.ts";

const entry = new URL("../../src/worker-thread.ts", import.meta.url);

export interface TestedCrew {
  readonly crew: Crew;
  /** As metrics and the admin socket show them. */
  readonly view: () => CrewView;
  readonly workers: () => readonly WorkerView[];
  readonly port: number;
  readonly events: readonly ProgramEvent[];
  /** Writes the config anew and puts it in force. */
  reload(text: string): Promise<void>;
  /** Until that many workers serve. */
  serving(count: number): Promise<void>;
}

/** `text`: a config, YAML unless it says `export`. */
export async function startTestedCrew(
  t: TestContext,
  text: string,
  options: Partial<CrewOptions> = {},
): Promise<TestedCrew> {
  const folder = mkdtempSync(join(tmpdir(), "foregate-crew-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, text.includes("export default") ? "c.config.mjs" : "c.yaml");
  const events: ProgramEvent[] = [];
  const crew = new Crew({
    count: 2,
    entry,
    heapMbMax: 256,
    tell: (event) => void events.push(event),
    onHopeless: () => assert.fail("a thread cannot be ended"),
    ...options,
  });
  t.after(() => crew.stop(0));
  const drawer = new PlanDrawer();
  await crew.start(drawer.draw(await planned(file, text)));
  await crew.settled();
  return {
    crew,
    port: crew.listeners[0]?.port ?? 0,
    events,
    view: () => viewOf(crew.look(), crew.board, drawer.labels),
    workers: () => workersOf(crew.look(), crew.board),
    reload: async (next) => await crew.apply(drawer.draw(await planned(file, next))),
    serving: (count) =>
      until(
        () => crew.workers.filter(({ state }) => state === "serving").length === count,
        `${count} workers serve`,
        () => JSON.stringify([crew.workers, events]),
      ),
  };
}

async function planned(file: string, text: string): Promise<CrewPlan> {
  writeFileSync(file, text);
  const { plan, ...config } = await loadConfig(file);
  const found = config.problems.map(({ message, path }) => `${path}: ${message}`).join("\n");
  assert.ok(plan !== undefined, `the test's config is wrong:\n${found}`);
  return { ...config, plan };
}
