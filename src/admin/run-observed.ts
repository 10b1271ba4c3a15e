/**
 * Runs a plan with its metrics beside it. They listen first and end last, so that a probe sees the
 * start and the drain; if either cannot listen, neither does.
 */

import type { Plan } from "../exchange/plan.ts";
import { troubleEvent, type ProgramEvent, type TellEvent } from "../observe/events.ts";
import type { Observable } from "./metrics-answers.ts";
import type { BoundMetrics } from "./metrics-server.ts";

interface Run {
  /** Of the plan in force. */
  readonly observed: Observable;
  stop(graceMs: number): Promise<void>;
}

export interface ObservedRun<Started> {
  readonly run: Started;
  /** Where metrics listen; empty: the plan has none. */
  readonly metrics: readonly BoundMetrics[];
  /** Of both. */
  stop(graceMs: number): Promise<void>;
}

/** Rejects if a listener cannot be had, with the system's error and its `label`. */
export async function runObserved<Started extends Run>(
  plan: Plan,
  version: string,
  start: () => Promise<Started>,
  tell: TellEvent = tellOnStandardError,
): Promise<ObservedRun<Started>> {
  if (plan.metrics === undefined) {
    const run = await start();
    return { run, metrics: [], stop: (graceMs) => run.stop(graceMs) };
  }
  const { MetricsServer } = await import("./metrics-server.ts");
  const server = new MetricsServer(version, plan.metrics.listeners, (error) =>
    tell(troubleEvent("metrics", error)),
  );
  try {
    const metrics = await server.listen();
    const run = await start();
    server.show({ observe: () => run.observed });
    const stop = async (graceMs: number): Promise<void> => {
      server.drain();
      try {
        await run.stop(graceMs);
      } finally {
        await server.close();
      }
    };
    return { run, metrics, stop };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function tellOnStandardError({ message, error }: ProgramEvent): void {
  process.stderr.write(`foregate: ${message}${error === undefined ? "" : `: ${error.stack}`}\n`);
}
