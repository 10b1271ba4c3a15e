/**
 * A worker on a thread of its own: does what main says (`control/thread-messages.ts`), and shows
 * that it is alive. Whatever nobody catches here ends the thread, and main starts another one.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

import { importFunctions } from "./code/functions.ts";
import { Board } from "./control/board.ts";
import {
  sentError,
  sentEvent,
  type Order,
  type PlanOrder,
  type Report,
  type ThreadData,
  type ThreadState,
} from "./control/thread-messages.ts";
import { VitalsWriter } from "./control/vitals.ts";
import type { Counting } from "./control/house.ts";
import type { Plan } from "./exchange/plan.ts";
import { buildPlan } from "./exchange/plan-form.ts";
import { createWorker, type Readied, type Worker } from "./worker.ts";

/** How often it shows that it is alive, in ms. */
const beatMs = 250;

const { slot, board: form } = workerData as ThreadData;
const board = new Board(form);
const vitals = new VitalsWriter(board.vitals(slot));

let worker: Worker | undefined;
let readied: Readied | undefined;

setInterval(() => {
  board.beat(slot);
  vitals.write();
}, beatMs);
board.beat(slot);

const say = (report: Report): void => parentPort?.postMessage(report);

parentPort?.on("message", (order: Order) => {
  if (order.type === "reopenLogs") worker?.reopenLogs();
  else void answer(order);
});

process.on("unhandledRejection", (reason) => {
  if (worker === undefined) throw reason;
  worker.noteRejection(reason);
});

async function answer(order: Exclude<Order, { readonly type: "reopenLogs" }>): Promise<void> {
  const { id } = order;
  try {
    await act(order);
    say({ type: "done", id, state: state() });
  } catch (error) {
    say({ type: "failed", id, error: sentError(error) });
  }
}

async function act(order: Exclude<Order, { readonly type: "reopenLogs" }>): Promise<void> {
  switch (order.type) {
    case "prepare":
      readied = await prepare(order.order);
      return;
    case "commit":
      readied?.commit();
      readied = undefined;
      return;
    case "giveUp": {
      const given = readied;
      readied = undefined;
      await given?.giveUp();
      return;
    }
    case "stop":
      await worker?.stop(order.graceMs);
  }
}

async function prepare(order: PlanOrder): Promise<Readied> {
  const { code, rows, cells, ports } = order;
  const find = code === undefined ? undefined : await importFunctions(code);
  const nowMs = (): number => performance.now();
  const whole = await buildPlan(order.form, { find, nowMs, nextTurn: () => nextTurn() });
  const plan = order.keepsSockets ? whole : withoutSockets(whole);
  const counting = { rows, cells: cells && new Float64Array(cells) };
  if (worker !== undefined) return await worker.prepare(plan, counting, ports);
  worker = await begin(plan, counting, order);
  return { commit: () => undefined, giveUp: async () => undefined };
}

async function begin(plan: Plan, counting: Counting, { ports }: PlanOrder): Promise<Worker> {
  const begun = createWorker(plan, {
    tell: (event) => say({ type: "event", event: sentEvent(event) }),
    shares: {
      counters: board.counterTable(slot),
      budgets: board.budgets(slot),
      logTurn: board.logTurn(slot),
    },
    counting,
  });
  await begun.listen(plan.listeners, ports);
  return begun;
}

function withoutSockets(plan: Plan): Plan {
  const listeners = plan.listeners.filter(({ socketPath }) => socketPath === undefined);
  return { ...plan, listeners };
}

function state(): ThreadState {
  return { listeners: worker?.listeners ?? [], ports: worker?.ports ?? new Map() };
}
