/**
 * The thread of metrics, admin socket and reloads: one that ends, or is stuck, is followed by
 * another one.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";

import { Office, type OfficeCrew } from "../../src/admin/office.ts";
import { askProgram } from "../../src/cli/admin-client.ts";
import { writeConfig } from "../../src/cli/config-form.ts";
import type { PlannedConfig } from "../../src/cli/planned-config.ts";
import { compileValue } from "../../src/config/load.ts";
import { Board, newBoard } from "../../src/control/board.ts";
import { PlanDrawer, type DrawnPlan } from "../../src/control/drawn-plan.ts";
import type { ProgramEvent } from "../../src/observe/events.ts";
import { patienceMs, pause, until, within } from "../support/within.ts";
import { ask } from "../support/observed-proxy.ts";

const dying = new URL("dying-office.ts", import.meta.url);
const stuck = new URL("stuck-office.ts", import.meta.url);

const inForce = async (): Promise<void> => undefined;

interface Staging {
  readonly entry?: URL;
  readonly lookMs?: number;
  /** What workers make of a plan. */
  readonly apply?: () => Promise<void>;
}

interface Staged {
  readonly office: Office;
  readonly applied: readonly DrawnPlan[];
  readonly events: readonly ProgramEvent[];
  readonly metricsPort: number;
  readonly adminPath: string;
}

async function staged(t: TestContext, staging: Staging = {}): Promise<Staged> {
  const { entry = dying, apply = inForce, ...pace } = staging;
  const folder = mkdtempSync(join(tmpdir(), "foregate-office-"));
  const adminPath = join(folder, "admin", "admin.sock");
  const board = new Board(newBoard(4));
  const drawer = new PlanDrawer();
  const config = compileValue(
    { metrics: "127.0.0.1:0", sites: { "*": { respond: "hello" } } },
    "test",
  ) as PlannedConfig;
  const drawn = drawer.draw(config);
  const applied: DrawnPlan[] = [];
  const events: ProgramEvent[] = [];
  const crew: OfficeCrew = {
    async apply(next) {
      await apply();
      applied.push(next);
    },
    renewAll: async () => undefined,
    look: () => ({
      startedMs: performance.timeOrigin,
      workers: [{ worker: 1, state: "serving", startedMs: 0, slot: 0 }],
      restarts: 0,
      listeners: [],
      hasMetrics: true,
      cells: [],
      counts: { routes: 0, upstreams: 0 },
      bufferMax: drawn.bufferMax,
      heap: { heapBytes: 0, heapUsedBytes: 0 },
    }),
  };
  const office = new Office({
    entry,
    crew,
    tell: (event) => void events.push(event),
    withhold: () => undefined,
    setLevel: () => undefined,
    ...pace,
  });
  t.after(async () => {
    await office.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const [bound] = await office.listen(config.plan.metrics?.listeners ?? []);
  await office.govern(
    {
      config: writeConfig(config, drawn.form),
      revision: 1,
      soFar: drawer.soFar,
      source: undefined,
      watches: false,
      adminPath,
      board: board.form,
    },
    { onReloading: () => undefined, onReloaded: () => undefined, stop: () => undefined },
  );
  return { office, applied, events, metricsPort: bound?.port ?? 0, adminPath };
}

const sitesOf = (count: number): object => ({
  metrics: "127.0.0.1:0",
  sites: Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`site-${at}.test`, { respond: "hello" }]),
  ),
});

async function put(socketPath: string, value: unknown): Promise<Record<string, unknown>> {
  const asking = request({ socketPath, method: "PUT", path: "/v1/config", agent: false });
  asking.setHeader("Host", "localhost").end(JSON.stringify(value));
  const [response] = (await within(once(asking, "response"), "an answer")) as [IncomingMessage];
  return JSON.parse(await text(response)) as Record<string, unknown>;
}

/** It may be that nobody listens yet. */
async function untilItSays(port: number, wanted: RegExp): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let said = ""; !wanted.test(said); await pause(5)) {
    assert.ok(performance.now() < deadline, `it says ${said}`);
    said = await ask({ port, path: "/readyz" }).then((told) => told.text, String);
  }
}

void test("office: one that ends is followed, and goes on from the config in force", async (t) => {
  const { office, applied, events, metricsPort, adminPath } = await staged(t);
  assert.equal((await put(adminPath, sitesOf(3)))["revision"], 2);
  for (let ends = 1; ends <= 2; ends++) {
    office.reload();
    const isTold = (): boolean => events.filter(({ level }) => level === "error").length === ends;
    await until(isTold, "that it ended is told", () => JSON.stringify(events));
    const { message, error } = events.findLast(({ level }) => level === "error") ?? {};
    assert.match(message ?? "", /ended, and another one begins$/);
    assert.match(error?.message ?? "", /a bug in the office/);
    await untilItSays(metricsPort, /"ready"/);
    const { body } = await askProgram(adminPath, "GET", "/v1/status");
    const { config, sites } = body as { config: { revision: number }; sites: number };
    assert.deepEqual([config.revision, sites], [2, 3]);
  }
  assert.equal((await put(adminPath, sitesOf(4)))["revision"], 3);
  assert.equal(applied.length, 2);
});

void test("office: one that is stuck is ended, and followed", async (t) => {
  const { office, events, metricsPort } = await staged(t, { entry: stuck, lookMs: 100 });
  await pause(300);
  assert.deepEqual(events, []);
  office.reload();
  const told = (): ProgramEvent | undefined => events.find(({ level }) => level === "error");
  await until(() => told() !== undefined, "that it is stuck is told");
  assert.match(told()?.message ?? "", /another one begins: it showed no life for a minute$/);
  await untilItSays(metricsPort, /"ready"/);
});

void test("office: what cannot be put in force is not gone on from", async (t) => {
  const { office, adminPath, events, metricsPort } = await staged(t, {
    apply: async () => {
      throw Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", label: ":80" });
    },
  });
  const { error } = await put(adminPath, sitesOf(3));
  assert.equal(error, "listen EADDRINUSE: the config before stays in force");
  office.reload();
  await until(() => events.some(({ level }) => level === "error"), "it ends");
  await untilItSays(metricsPort, /"ready"/);
  const { body } = await askProgram(adminPath, "GET", "/v1/status");
  assert.equal(body["sites"], 1);
});

void test("office: after a stop has begun, the next one says so as well", async (t) => {
  const { office, events, metricsPort } = await staged(t);
  await office.drain();
  const { text: said } = await ask({ port: metricsPort, path: "/readyz" });
  assert.match(said, /"draining"/);
  office.reload();
  await until(() => events.length === 1, "it ends");
  await untilItSays(metricsPort, /"draining"/);
});
