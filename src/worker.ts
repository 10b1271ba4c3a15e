/**
 * The data plane's entry: everything that moves bytes for one plan, on one thread. It starts doors
 * and pools, turns the clock, and stops in order. It knows no config file, no command line and no
 * signal; whoever starts it does.
 */

import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Clock } from "./base/clock.ts";
import { Wheel } from "./base/wheel.ts";
import { Counters } from "./observe/counters.ts";
import { Door, type DoorServices } from "./net/door.ts";
import { BeginQueue } from "./exchange/begin-queue.ts";
import type { Plan } from "./exchange/plan.ts";
import type { Rooms } from "./exchange/rooms.ts";
import { serve } from "./exchange/serve.ts";
import { RequestIds } from "./http/request-id.ts";
import type { AccessLog } from "./observe/access-log.ts";
import { openAccessLog } from "./observe/open-access-log.ts";
import { FlushList } from "./transport/flush-list.ts";
import { NetTransport } from "./transport/net-transport.ts";
import { connectionsWithinOpenFiles } from "./transport/open-files.ts";
import type { Transport } from "./transport/channel.ts";
import { Pool } from "./upstream/pool.ts";

/** How often deadlines are looked at and logs are flushed, in ms. */
const tickMs = 100;

/** How long a stop waits for the access log's last lines, in ms. */
const logCloseMs = 1_000;

/** Request bodies kept for a second attempt, all of them together, in bytes. */
const spoolBytesMax = 64 * 1024 * 1024;

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
  /** An exception that is a bug, or trouble of the machine; by default a line on standard error. */
  readonly onTrouble?: (what: string, error: unknown) => void;
}

export interface WorkerListener {
  readonly label: string;
  readonly address: string;
  readonly port: number;
}

export interface Worker {
  readonly listeners: readonly WorkerListener[];
  readonly counters: Counters;
  /** Deadlines that are watched, for tests of leaks. */
  readonly watchedCount: () => number;
  readonly upstreamConnectionCount: () => number;
  /** What request bodies take that are kept for a second attempt. */
  readonly spooledBytes: () => number;
  /**
   * Looks at deadlines and flushes logs; called every 100 ms by itself, and by tests with a script.
   */
  tick(): void;
  /** After the log files were moved away: goes on in new ones. */
  reopenLogs(): void;
  /** Stops accepting, drains for up to `graceMs`, then cuts. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Rejects if a listener cannot be had, with the system's error and its `label`; then nothing runs.
 */
export async function startWorker(plan: Plan, options: WorkerOptions = {}): Promise<Worker> {
  const onTrouble = options.onTrouble ?? tellOnStandardError;
  const transport = options.transport ?? new NetTransport();
  const counters = new Counters();
  const time = options.time ?? machineTime;
  const clock = new Clock(time.monotonicMs(), time.wallMs());
  const wheel = new Wheel(clock.nowMs, tickMs);
  const onBug = (error: unknown): void => {
    counters.guardedExceptions += 1;
    onTrouble("a bug ended an exchange or connection", error);
  };
  transport.onFault = onBug;
  const flushes = new FlushList(setImmediate, onBug);
  const services = { transport, wheel, clock, counters, flushes };
  const accessLog = openAccessLog(plan.accessLog);
  const rooms: Rooms = {
    pools: plan.pools.map((pool) => new Pool(pool, services)),
    spoolBudget: { bytesMax: spoolBytesMax, bytesUsed: 0 },
    counters,
    nowMs: time.monotonicMs,
    clock,
    accessLog,
    requestIds: new RequestIds(randomBytes(4).readUInt32LE(), randomBytes(4).readUInt32LE()),
    random: Math.random,
    pseudonym: `foregate-${randomBytes(4).toString("hex")}`,
    onBug,
  };
  const tick = (): void => {
    clock.advance(time.monotonicMs(), time.wallMs());
    try {
      wheel.advance(clock.nowMs);
    } catch (error) {
      onBug(error);
    }
    if (accessLog !== undefined) tendLog(accessLog, counters, onTrouble);
  };
  const doorServices: DoorServices = {
    ...services,
    rooms,
    begins: new BeginQueue(setImmediate, (x) => void serve(x, rooms)),
    plan: () => plan,
    onAcceptError: (error) => onTrouble("cannot accept a connection", error),
    connectionsMax: connectionsWithinOpenFiles(),
  };
  const doors = plan.listeners.map(() => new Door(doorServices));
  const listeners = await openDoors(doors, plan);
  const timer = setInterval(tick, tickMs);

  return {
    listeners,
    counters,
    tick,
    watchedCount: () => wheel.size,
    upstreamConnectionCount: () => rooms.pools.reduce((sum, pool) => sum + pool.connectionCount, 0),
    spooledBytes: () => rooms.spoolBudget.bytesUsed,
    reopenLogs: () =>
      accessLog?.reopen((error) => onTrouble("cannot reopen the access log", error)),
    async stop(graceMs) {
      await Promise.all(doors.map((door) => door.drain(graceMs)));
      for (const pool of rooms.pools) pool.stop();
      clearInterval(timer);
      // A disk that hangs must not keep the program from stopping.
      await Promise.race([accessLog?.close(), delay(logCloseMs, undefined, { ref: false })]);
    },
  };
}

/** What a log cannot say itself, since it is lost, is said elsewhere. */
function tendLog(
  log: AccessLog,
  counters: Counters,
  onTrouble: (what: string, error: unknown) => void,
): void {
  log.flush();
  counters.logLinesDropped = log.droppedLines;
  const change = log.lookForLoss();
  if (change !== undefined) onTrouble("the access log", change);
}

const machineTime: TimeSource = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

async function openDoors(doors: readonly Door[], plan: Plan): Promise<WorkerListener[]> {
  const opened = await Promise.allSettled(
    doors.map(async (door, at) => {
      const options = plan.listeners[at];
      if (options === undefined) throw new Error("a door without its listener");
      const { address, port } = await door.listen(options);
      return { label: options.label, address, port };
    }),
  );
  const failed = opened.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(doors.map((door) => door.drain(0)));
    throw failed.reason;
  }
  return opened.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

function tellOnStandardError(what: string, error: unknown): void {
  process.stderr.write(`foregate: ${what}: ${describeError(error)}\n`);
}

/** The system's errors say what is wrong in one line; of our own mistakes the stack is wanted. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "syscall" in error ? error.message : (error.stack ?? error.message);
}
