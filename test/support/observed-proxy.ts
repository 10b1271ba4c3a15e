/** A proxy with its metrics, inside the test's own process, and how to ask for them. */

import assert from "node:assert/strict";
import { request, type IncomingHttpHeaders } from "node:http";
import type { TestContext } from "node:test";

import type { BoundMetrics } from "../../src/admin/metrics-server.ts";
import { runObserved } from "../../src/admin/run-observed.ts";
import { startWorker, type Worker } from "../../src/worker.ts";
import { planOf } from "./plan.ts";
import { readMetrics, type MetricsFamily } from "./read-metrics.ts";
import { within } from "./within.ts";

export interface ObservedProxy {
  readonly worker: Worker;
  readonly port: number;
  readonly metricsPort: number;
  readonly metrics: readonly BoundMetrics[];
  stop(graceMs: number): Promise<void>;
}

/** `config` as users write it; without `metrics` they are on a free port. */
export async function startObservedProxy(t: TestContext, config: object): Promise<ObservedProxy> {
  const plan = planOf({ metrics: "127.0.0.1:0", ...config });
  const troubles: unknown[] = [];
  const observed = await runObserved(plan, "1.2.3", () =>
    startWorker(plan, { onTrouble: (_, error) => void troubles.push(error) }),
  );
  const stop = (graceMs: number): Promise<void> =>
    within(observed.stop(graceMs), "the proxy stops");
  t.after(async () => {
    await stop(0);
    assert.deepEqual(troubles, []);
  });
  return {
    worker: observed.run,
    port: observed.run.listeners[0]?.port ?? 0,
    metricsPort: observed.metrics[0]?.port ?? 0,
    metrics: observed.metrics,
    stop,
  };
}

export interface Question {
  readonly port: number;
  readonly address?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** On a connection of its own. */
export function ask({ port, address = "127.0.0.1", ...rest }: Question): Promise<Told> {
  const { path = "/metrics", method = "GET", headers = {} } = rest;
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const options = { host: address, port, path, method, headers, agent: false } as const;
  request(options, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    response.once("error", reject);
    response.once("end", () => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
  })
    .once("error", reject)
    .end();
  return within(promise, `${method} ${path} is answered`);
}

export async function scrape(port: number): Promise<ReadonlyMap<string, MetricsFamily>> {
  const { status, text } = await ask({ port });
  assert.equal(status, 200);
  return readMetrics(text, "prometheus");
}
