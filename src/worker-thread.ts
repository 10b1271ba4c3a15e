/**
 * A worker on a thread of its own: does what main says (`control/thread-messages.ts`), and shows
 * that it is alive. Whatever nobody catches here ends the thread, and main starts another one.
 */

import nodeModule from "node:module";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

import type { Counting } from "./control/house.ts";
import type {
  Order,
  PlanOrder,
  Report,
  ThreadData,
  ThreadPlace,
  ThreadState,
} from "./control/thread-messages.ts";
import type { Plan } from "./exchange/plan.ts";
import type { Readied, Worker } from "./worker.ts";

/** How often it shows that it is alive, in ms. */
const beatMs = 250;

const { compiledFolder } = workerData as ThreadData;
if (compiledFolder !== undefined) nodeModule.enableCompileCache(compiledFolder);

// What comes from here on is compiled once and not at each start.
const [{ createWorker }, { inTurns }, { buildPlan }, { Board }, { VitalsWriter }, messages] =
  await Promise.all([
    import("./worker.ts"),
    import("./base/in-turns.ts"),
    import("./exchange/plan-form.ts"),
    import("./control/board.ts"),
    import("./control/vitals.ts"),
    import("./control/thread-messages.ts"),
  ]);

let own: { readonly slot: number; readonly shared: InstanceType<typeof Board> } | undefined;
let worker: Worker | undefined;
let readied: Readied | undefined;

const say = (report: Report): void => parentPort?.postMessage(report);

parentPort?.on("message", (order: Order) => {
  switch (order.type) {
    case "join":
      return join(order.place);
    case "reopenLogs":
      return worker?.reopenLogs();
    case "take":
      return worker === undefined
        ? void order.socket.destroy()
        : worker.take(order.key, order.socket);
    case "prepare":
    case "commit":
    case "giveUp":
    case "stop":
      return void answer(order);
  }
});

process.on("unhandledRejection", (reason) => {
  if (worker === undefined) throw reason;
  worker.noteRejection(reason);
});

function join({ slot, board }: ThreadPlace): void {
  const shared = new Board(board);
  const vitals = new VitalsWriter(shared.vitals(slot));
  own = { slot, shared };
  shared.beat(slot);
  setInterval(() => {
    shared.beat(slot);
    vitals.write();
  }, beatMs);
}

type Asked = Exclude<Order, { readonly type: "join" | "reopenLogs" | "take" }>;

async function answer(order: Asked): Promise<void> {
  const { id } = order;
  try {
    await act(order);
    say({ type: "done", id, state: state() });
  } catch (error) {
    say({ type: "failed", id, error: messages.sentError(error) });
  }
}

async function act(order: Asked): Promise<void> {
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
      // Who has come already is taken in: the kernel resets whoever waits when a door closes.
      await nextTurn();
      await nextTurn();
      await worker?.stop(order.graceMs);
  }
}

async function prepare(order: PlanOrder): Promise<Readied> {
  const { code, rows, cells, others } = order;
  // Most configs have no functions.
  const { importFunctions } = code === undefined ? nothing : await import("./code/functions.ts");
  const find = code && (await importFunctions?.(code));
  const turns = { nowMs: () => performance.now(), nextTurn: () => nextTurn() };
  const whole = await inTurns(buildPlan(order.form, find), turns);
  const plan = order.keepsSockets ? whole : withoutSockets(whole);
  const counting = { rows, cells: cells && new Float64Array(cells) };
  if (worker !== undefined) return await worker.prepare(plan, counting, others);
  worker = await begin(plan, counting, order);
  return { commit: () => undefined, giveUp: async () => undefined };
}

const nothing = { importFunctions: undefined };

async function begin(plan: Plan, counting: Counting, { others }: PlanOrder): Promise<Worker> {
  // Whoever asks has said before which place it is.
  const { slot, shared } = own!;
  const begun = createWorker(plan, {
    tell: (event) => say({ type: "event", event: messages.sentEvent(event) }),
    shares: {
      counters: shared.counterTable(slot),
      budgets: shared.budgets(slot),
      logTurn: shared.logTurn(slot),
    },
    counting,
  });
  await begun.listen(plan.listeners, others);
  return begun;
}

function withoutSockets(plan: Plan): Plan {
  const listeners = plan.listeners.filter(({ socketPath }) => socketPath === undefined);
  return { ...plan, listeners };
}

function state(): ThreadState {
  return { listeners: worker?.listeners ?? [], ports: worker?.ports ?? new Map() };
}
