/**
 * A proxy inside the test's own process. When it is closed it must have left nothing behind: no
 * exchange, no deadline, no connection, and no exception on the way.
 */

import assert from "node:assert/strict";

import type { Transport } from "../../src/transport/channel.ts";
import { startWorker, type Worker } from "../../src/worker.ts";
import { planOf, type PlanChanges } from "./plan.ts";
import { ScriptedTime } from "./scripted-time.ts";
import { until, within } from "./within.ts";

export interface ProxyOptions extends PlanChanges {
  /** A config's value, or its text in YAML; by default everything goes to `to`. */
  readonly config?: unknown;
  readonly to?: string;
  /** Time stands still but for `pass`. */
  readonly scriptsTime?: boolean;
  readonly transport?: Transport;
  /** What the worker tells of, in order; by default nothing. */
  readonly troubles?: readonly RegExp[];
}

export interface Proxy {
  readonly port: number;
  readonly worker: Worker;
  /** Bugs and troubles that the worker told of. */
  readonly troubles: readonly string[];
  /** As if so much time had passed; only with `scriptsTime`. */
  pass(ms: number): Promise<void>;
  /** Every exchange is over: nothing is in flight. */
  settled(): Promise<void>;
  /** Stops, and asserts that nothing was left behind. */
  close(graceMs?: number): Promise<void>;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const config = options.config ?? { sites: { "*": options.to } };
  const troubles: string[] = [];
  const time = options.scriptsTime === true ? new ScriptedTime() : undefined;
  const worker = await startWorker(planOf(config, options), {
    ...(time === undefined ? {} : { time }),
    ...(options.transport === undefined ? {} : { transport: options.transport }),
    onTrouble: (what, error) => {
      const seen = error instanceof Error ? (error.stack ?? error.message) : String(error);
      troubles.push(`${what}: ${seen}`);
    },
  });
  const { counters } = worker;
  const settled = (): Promise<void> =>
    until(
      () => counters.exchangesInFlight === 0,
      "the proxy ends its exchanges",
      () => `${counters.exchangesInFlight} are in flight. ${troubles.join("\n")}`,
    );
  return {
    port: worker.listeners[0]?.port ?? 0,
    worker,
    troubles,
    settled,
    pass: (ms) => {
      assert.ok(time !== undefined, "only a proxy with scripted time lets time pass");
      return time.pass(ms, worker);
    },
    async close(graceMs = 0) {
      await within(worker.stop(graceMs), "the proxy stops");
      assertTroubles(troubles, options.troubles ?? []);
      await settled();
      await until(
        () => worker.upstreamConnectionCount() === 0 && counters.connectionsActive === 0,
        "the proxy closes its connections",
        () => {
          const toUpstreams = worker.upstreamConnectionCount();
          return `${toUpstreams} to upstreams, ${counters.connectionsActive} to clients`;
        },
      );
      assert.equal(worker.watchedCount(), 0, "the proxy watches no deadline any more");
      assert.equal(worker.spooledBytes(), 0, "the proxy keeps no body any more");
      assert.equal(counters.exchangesBegun, counters.exchangesEnded, "each exchange ends once");
    },
  };
}

function assertTroubles(found: readonly string[], wanted: readonly RegExp[]): void {
  const isAsWanted = (trouble: string, at: number): boolean => wanted[at]?.test(trouble) === true;
  const others = found.filter((trouble, at) => !isAsWanted(trouble, at));
  assert.deepEqual(others, [], "the proxy has met no bug");
  assert.equal(found.length, wanted.length, `the proxy tells of ${String(wanted)}`);
}
