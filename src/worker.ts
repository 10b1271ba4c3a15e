/**
 * The data plane's entry: everything that moves bytes for one plan, on one thread. It starts doors
 * and pools, turns the clock, and stops in order. It knows no config file, no command line and no
 * signal; whoever starts it does.
 */

import type { Socket } from "node:net";
import { setImmediate as nextTurnOf, setTimeout as delay } from "node:timers/promises";
import { Clock } from "./base/clock.ts";
import { inTurns } from "./base/in-turns.ts";
import { Wheel } from "./base/wheel.ts";
import { House, type Counting, type Prepared } from "./control/house.ts";
import type { SpoolBudgets } from "./buffering/open-spools.ts";
import { newCounters, type Counters, type CounterTable } from "./observe/counters.ts";
import { Doors } from "./net/doors.ts";
import type { OpenListener, Others, Ports } from "./net/open-listener.ts";
import type { GuestDoor } from "./net/guest-door.ts";
import { BeginQueue } from "./exchange/begin-queue.ts";
import type { ListenOptions } from "./exchange/listen-options.ts";
import type { Plan } from "./exchange/plan.ts";
import type { Rooms } from "./exchange/rooms.ts";
import { serve } from "./exchange/serve.ts";
import { troubleEvent, type ProgramEvent, type TellEvent } from "./observe/events.ts";
import type { RowLabels } from "./observe/label-rows.ts";
import type { WriteTurn } from "./observe/log-sink.ts";
import { FlushList } from "./transport/flush-list.ts";
import { canSharePorts, NetTransport } from "./transport/net-transport.ts";
import { connectionsWithinOpenFiles } from "./transport/open-files.ts";
import type { Transport } from "./transport/channel.ts";
import type { Services } from "./upstream/services.ts";
import { UpstreamNews } from "./upstream/upstream-news.ts";

/** How often deadlines are looked at and logs are flushed, in ms. */
const tickMs = 100;

/** How long a stop waits for the access log's last lines, in ms. */
const logCloseMs = 1_000;

/** The machine's clocks, or a test's script. */
export interface TimeSource {
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

export interface WorkerOptions {
  /** By default the machine's. */
  readonly time?: TimeSource;
  /** Tests put a faulty twin here. */
  readonly transport?: Transport;
  /** Hears what is worth knowing of what happens; by default nobody. */
  readonly tell?: TellEvent;
  /**
   * An exception that is a bug, or trouble of the machine; by default an event, and if there is no
   * `tell` a line on standard error.
   */
  readonly onTrouble?: (what: string, error: unknown) => void;
  /** What it shares with others of its kind; by default there is none. */
  readonly shares?: Shares;
  /** Of the first plan; by default in cells of its own. */
  readonly counting?: Counting;
}

/** In memory of all workers: a row for each of them. */
export interface Shares {
  readonly counters: CounterTable;
  readonly budgets: SpoolBudgets;
  readonly logTurn: WriteTurn;
}

/** A plan that can be put in force at once, or given up. */
export interface Readied {
  /** From now on it is in force. */
  commit(): void;
  /** As if it had never been. */
  giveUp(): Promise<void>;
}

export interface Worker {
  readonly listeners: readonly OpenListener[];
  /** Where it listens, for others who do the same. */
  readonly ports: Ports;
  /** Where requests come in from other servers of the same program. */
  readonly guests: GuestDoor;
  /**
   * Opens listeners. Rejects as `startWorker` does; then none of them is open. `others`: at whose
   * ports to listen, in place of any free one.
   */
  listen(listeners: readonly ListenOptions[], others?: Others): Promise<void>;
  /** A connection that was accepted for the listener with this `listenerKey`. */
  take(key: string, socket: Socket): void;
  /** All that can go wrong with it; then it can be put in force at once. Rejects as `apply`. */
  prepare(plan: Plan, counting?: Counting, others?: Others): Promise<Readied>;
  /**
   * From now on this plan is in force; an exchange in flight ends with the one it began with.
   * Rejects if a listener cannot be had, as `startWorker` does, or the access log cannot be opened;
   * then the plan before it stays in force. One at a time.
   */
  apply(plan: Plan): Promise<void>;
  readonly counters: Counters;
  /** What metrics show. */
  readonly observed: Observed;
  /** Deadlines that are watched, for tests of leaks. */
  readonly watchedCount: () => number;
  readonly upstreamConnectionCount: () => number;
  /** What bodies take that wait for a client or an upstream: in memory and in the spool file. */
  readonly spooledBytes: () => number;
  /**
   * Looks at deadlines and flushes logs; called every 100 ms by itself, and by tests with a script.
   */
  tick(): void;
  /** After the log files were moved away: goes on in new ones. */
  reopenLogs(): void;
  /** A promise was rejected, and nobody handled it: that is counted and told, and never fatal. */
  noteRejection(reason: unknown): void;
  /** Stops accepting, drains for up to `graceMs`, then cuts. */
  stop(graceMs: number): Promise<void>;
}

/** For metrics, and for tests: it is as it was when it was asked for. */
export interface Observed extends Pick<Rooms, "counters" | "stats" | "pools" | "spools"> {
  readonly labels: RowLabels;
  readonly buffers: {
    readonly memory: { readonly bytesUsed: number; readonly bytesMax: number };
    readonly disk: { readonly bytesUsed: number };
  };
}

/**
 * Rejects if a listener cannot be had, with the system's error and its `label`; then nothing runs.
 */
export async function startWorker(plan: Plan, options: WorkerOptions = {}): Promise<Worker> {
  const worker = createWorker(plan, options);
  try {
    await worker.listen(plan.listeners);
    return worker;
  } catch (error) {
    await worker.stop(0);
    throw error;
  }
}

/** A worker that listens nowhere yet: guests may come. Throws if its log cannot be opened. */
export function createWorker(plan: Plan, options: WorkerOptions = {}): Worker {
  const onTrouble = options.onTrouble ?? troubleTeller(options.tell);
  const transport = options.transport ?? new NetTransport();
  const counters = newCounters(options.shares?.counters);
  const time = options.time ?? machineTime;
  const clock = new Clock(time.monotonicMs(), time.wallMs());
  const wheel = new Wheel(clock.nowMs, tickMs);
  const onBug = (error: unknown): void => {
    counters.guardedExceptions += 1;
    onTrouble("a bug ended an exchange or connection", error);
  };
  transport.onFault = onBug;
  const flushes = new FlushList(setImmediate, onBug);
  const news = options.tell && new UpstreamNews(options.tell, clock);
  const services = { transport, wheel, clock, counters, flushes, news };
  const nowMs = time.monotonicMs;
  const { budgets, logTurn } = options.shares ?? {};
  const around = { ...services, nowMs, onTrouble, onBug, budgets, logTurn };
  const house = new House(plan, around, options.counting);
  const chores = [(): void => house.tick(), (): void => news?.look()];
  const tick = tickOf({ ...services, time, onBug }, chores);
  const doors = new Doors({
    ...services,
    rooms: () => house.rooms,
    begins: new BeginQueue(setImmediate, (x) => void serve(x, house.roomsOf(x.plan))),
    onAcceptError: (error) => onTrouble("cannot accept a connection", error),
    connectionsMax: connectionsWithinOpenFiles(),
    reusesPorts: options.shares !== undefined && canSharePorts,
  });
  const timer = setInterval(tick, tickMs);
  // Listeners and connections keep the process running; without any there is nothing to wait for.
  timer.unref();

  return {
    get listeners() {
      return doors.listeners;
    },
    get ports() {
      return doors.ports;
    },
    guests: doors.guests,
    listen: async (wanted, others) => void (await doors.listen(wanted, others)),
    take: (key, socket) => doors.take(key, socket),
    prepare: async (next, counting, others) => {
      const prepared = await inTurns(house.prepare(next, counting), { nowMs, nextTurn });
      return await readied(prepared, { house, doors, others });
    },
    apply: async (next) => {
      const prepared = await inTurns(house.prepare(next), { nowMs, nextTurn });
      (await readied(prepared, { house, doors })).commit();
    },
    counters,
    get observed() {
      return observedOf(house);
    },
    tick,
    watchedCount: () => wheel.size,
    upstreamConnectionCount: () => house.upstreamConnectionCount,
    spooledBytes: () => house.spooledBytes,
    reopenLogs: () => house.reopenLogs((error) => onTrouble("cannot reopen the access log", error)),
    noteRejection: rejectionNoter(counters, onTrouble),
    async stop(graceMs) {
      await doors.drain(graceMs);
      clearInterval(timer);
      await closeInTime(house);
    },
  };
}

interface Ticked extends Pick<Services, "wheel" | "clock"> {
  readonly time: TimeSource;
  readonly onBug: (error: unknown) => void;
}

/** Time goes on, deadlines are due, and then each of the `chores` is done. */
function tickOf(
  { time, clock, wheel, onBug }: Ticked,
  chores: readonly (() => void)[],
): () => void {
  return () => {
    clock.advance(time.monotonicMs(), time.wallMs());
    try {
      wheel.advance(clock.nowMs);
    } catch (error) {
      onBug(error);
    }
    for (const chore of chores) chore();
  };
}

function rejectionNoter(counters: Counters, onTrouble: OnTrouble): Worker["noteRejection"] {
  return (reason) => {
    counters.guardedExceptions += 1;
    onTrouble("a bug: nobody handled a rejected promise", reason);
  };
}

/** A disk that hangs must not keep the program from stopping. */
async function closeInTime(house: House): Promise<void> {
  await Promise.race([house.close(), delay(logCloseMs, undefined, { ref: false })]);
}

/** All of it or, if it rejects, nothing. */
async function readied(
  prepared: Prepared,
  { house, doors, others }: { house: House; doors: Doors; others?: Others | undefined },
): Promise<Readied> {
  const { listeners, drainMs } = prepared.rooms.plan;
  try {
    const opened = await doors.listen(listeners, others);
    return {
      commit() {
        house.moveIn(prepared);
        doors.keep(listeners, drainMs);
      },
      async giveUp() {
        house.giveUp(prepared);
        await doors.close(opened);
      },
    };
  } catch (error) {
    house.giveUp(prepared);
    throw error;
  }
}

function observedOf(house: House): Observed {
  house.publish();
  const { counters, stats, pools, spools } = house.rooms;
  const disk = { bytesUsed: spools.store?.bytesUsed ?? 0 };
  const buffers = { memory: spools.memory, disk };
  return { counters, stats, pools, spools, labels: house.labels, buffers };
}

const nextTurn = (): Promise<unknown> => nextTurnOf();

const machineTime: TimeSource = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

type OnTrouble = NonNullable<WorkerOptions["onTrouble"]>;

function troubleTeller(tell: TellEvent = tellOnStandardError): OnTrouble {
  return (what, trouble) => tell(troubleEvent(what, trouble));
}

/** As far as it is bad: who does not listen is not told of the rest. */
function tellOnStandardError({ message, error }: ProgramEvent): void {
  const seen = error === undefined ? "" : `: ${error.stack ?? error.message}`;
  process.stderr.write(`foregate: ${message}${seen}\n`);
}
