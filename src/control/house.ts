/**
 * The rooms of one worker, furnished for the plan in force, and for those before it as long as
 * exchanges are in flight that began with them.
 *
 *   prepare(plan) ─▶ move in ─▶ current ─▶ older, until its last exchange has ended ─▶ gone
 *
 * What outlives a plan is kept: bodies that wait, counts, passwords that were shown, and the
 * connections to upstreams that are the same in both plans.
 */

import { randomBytes } from "node:crypto";

import { PasswordChecks } from "../access/password-checks.ts";
import { verifyPassword } from "../access/verify-password.ts";
import { atOnce, type Work } from "../base/in-turns.ts";
import { openSpools, resizeSpools, type SpoolBudgets } from "../buffering/open-spools.ts";
import { HookRunner } from "../exchange/hook-runner.ts";
import { HookTrouble } from "../exchange/hook-trouble.ts";
import type { Plan } from "../exchange/plan.ts";
import type { Rooms } from "../exchange/rooms.ts";
import { RowsOfPlans, type PlanRows } from "../exchange/rows-of-plans.ts";
import { RequestIds } from "../http/request-id.ts";
import { Bandwidth } from "../limits/bandwidth.ts";
import { SwitchFiles } from "../maintenance/switch-files.ts";
import type { AccessLog } from "../observe/access-log.ts";
import { ExchangeStats } from "../observe/exchange-stats.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import type { WriteTurn } from "../observe/log-sink.ts";
import { openAccessLog } from "../observe/open-access-log.ts";
import type { Member } from "../upstream/pool.ts";
import type { Services } from "../upstream/services.ts";
import { UpstreamsOfPlans } from "./upstreams-of-plans.ts";

export interface HouseServices extends Services {
  /** The precise clock, in ms. */
  readonly nowMs: () => number;
  readonly onTrouble: (what: string, error: unknown) => void;
  readonly onBug: (error: unknown) => void;
  /** Of all workers together, where there are several. */
  readonly budgets?: SpoolBudgets | undefined;
  /** Of the access log's file, where several workers write to it. */
  readonly logTurn?: WriteTurn | undefined;
}

/** Where a plan's exchanges are counted. */
export interface Counting {
  /** undefined: the plan has no metrics. */
  readonly rows: PlanRows | undefined;
  /** From when the plan is in force; undefined: cells that nobody else sees. */
  readonly cells?: Float64Array | undefined;
}

/** A plan's rooms before anybody is in them. */
export interface Prepared {
  readonly rooms: Rooms;
  readonly switches: SwitchFiles;
  readonly counting: Counting;
}

/** How long an older plan is kept at least: exchanges that wait to begin are not counted, in ms. */
const oldMsMin = 10_000;

interface Older extends Prepared {
  readonly sinceMs: number;
}

type Kept = Pick<Rooms, "spools" | "bandwidth" | "requestIds" | "passwords" | "hooks">;

export class House {
  readonly #services: HouseServices;
  readonly #upstreams: UpstreamsOfPlans;
  readonly #hookTrouble: HookTrouble;
  /** For who gets plans without rows. */
  readonly #rows = new RowsOfPlans();
  #stats: ExchangeStats | undefined;
  readonly #kept: Kept;
  readonly #pseudonym = `foregate-${randomBytes(4).toString("hex")}`;
  #current: Prepared;
  #older: Older[] = [];
  #published = { bytesWritten: 0, errors: 0 };
  /** Lines that logs lost which are closed. */
  #droppedBefore = 0;

  /** Throws if the access log cannot be opened. */
  constructor(plan: Plan, services: HouseServices, counting?: Counting) {
    const { wheel, clock, counters, nowMs, onTrouble, budgets } = services;
    this.#services = services;
    this.#upstreams = new UpstreamsOfPlans(services);
    this.#hookTrouble = new HookTrouble(clock, onTrouble);
    this.#kept = {
      spools: openSpools(plan.buffer, { nowMs, onTrouble, counts: counters, budgets }),
      bandwidth: new Bandwidth(() => clock.nowMs),
      requestIds: new RequestIds(randomBytes(4).readUInt32LE(), randomBytes(4).readUInt32LE()),
      passwords: new PasswordChecks({
        verify: verifyPassword,
        nowMs,
        secret: randomBytes(32),
      }),
      hooks: new HookRunner(wheel, clock, this.#hookTrouble),
    };
    this.#current = atOnce(this.prepare(plan, counting));
    this.#count(this.#current);
  }

  get rooms(): Rooms {
    return this.#current.rooms;
  }

  /** Those of an exchange that began with this plan. */
  roomsOf(plan: Plan): Rooms {
    const { rooms } = this.#current;
    if (rooms.plan === plan) return rooms;
    return this.#older.find((older) => older.rooms.plan === plan)?.rooms ?? rooms;
  }

  /** Throws if the access log cannot be opened; nothing has changed then. */
  *prepare(plan: Plan, counting: Counting = { rows: this.#rows.of(plan) }): Work<Prepared> {
    const { clock, counters, nowMs, onTrouble, onBug } = this.#services;
    const accessLog = this.#logFor(plan);
    const { rows } = counting;
    const pools = yield* this.#upstreams.poolsOf(plan.pools, rows);
    const switches = new SwitchFiles(plan.switchFiles, clock.nowMs, onTrouble);
    const rooms: Rooms = {
      ...this.#kept,
      plan,
      inFlight: 0,
      pools,
      stats: rows === undefined ? undefined : this.#statsFor(counting),
      routeRows: rows?.routes ?? [],
      switches,
      counters,
      clock,
      accessLog,
      nowMs,
      random: Math.random,
      pseudonym: this.#pseudonym,
      onBug,
    };
    return { rooms, switches, counting };
  }

  /** From now on exchanges begin with it. */
  moveIn(prepared: Prepared): void {
    this.#older.push({ ...this.#current, sinceMs: this.#services.clock.nowMs });
    this.#current = prepared;
    this.#count(prepared);
    resizeSpools(this.#kept.spools, prepared.rooms.plan.buffer);
  }

  /** Site and route, pool and upstream, by their rows, of plans that came without. */
  get labels(): RowLabels {
    return this.#rows;
  }

  /** One for all plans. Nobody counts in it before the plan is in force. */
  #statsFor({ rows, cells }: Counting): ExchangeStats {
    this.#stats ??= new ExchangeStats(rows!.counts, cells);
    return this.#stats;
  }

  #count({ counting: { rows, cells } }: Prepared): void {
    const stats = this.#stats;
    if (stats === undefined || rows === undefined || stats.cells === cells) return;
    const { routes, upstreams } = stats.rows;
    const hasMore = rows.counts.routes > routes || rows.counts.upstreams > upstreams;
    if (hasMore || cells !== undefined) stats.moveTo(rows.counts, cells);
  }

  /** It was prepared, and nobody moves in. */
  giveUp({ rooms }: Prepared): void {
    this.#leave(rooms);
  }

  tick(): void {
    const { clock, counters, onTrouble } = this.#services;
    const { spools, bandwidth } = this.#kept;
    spools.tick();
    bandwidth.tick();
    this.#current.switches.tick(clock.nowMs);
    this.#hookTrouble.tend();
    for (const log of this.#logs()) tendLog(log, onTrouble);
    counters.logLinesDropped = this.#droppedBefore;
    for (const log of this.#logs()) counters.logLinesDropped += log.droppedLines;
    this.publish();
    const gone = this.#older.filter(
      ({ rooms, sinceMs }) => rooms.inFlight === 0 && clock.nowMs - sinceMs >= oldMsMin,
    );
    if (gone.length === 0) return;
    this.#older = this.#older.filter((one) => !gone.includes(one));
    for (const { rooms } of gone) this.#leave(rooms);
  }

  /** What is known elsewhere goes to where it is counted. */
  publish(): void {
    const { counters } = this.#services;
    const { store } = this.#kept.spools;
    if (store !== undefined) {
      const { bytesWritten, errors } = store;
      counters.spoolBytesWritten += bytesWritten - this.#published.bytesWritten;
      counters.spoolErrors += errors - this.#published.errors;
      this.#published = { bytesWritten, errors };
    }
    if (this.#stats !== undefined) setConnections(this.#stats, this.#upstreams.members);
  }

  get upstreamConnectionCount(): number {
    let count = 0;
    for (const member of this.#upstreams.members) count += member.connectionCount;
    return count;
  }

  get spooledBytes(): number {
    const { memory, store } = this.#kept.spools;
    return memory.bytesUsed + (store?.bytesUsed ?? 0);
  }

  reopenLogs(onTrouble: (error: unknown) => void): void {
    for (const log of this.#logs()) log.reopen(onTrouble);
  }

  /** Nothing is in flight any more. Resolves when the last lines of the logs are written. */
  async close(): Promise<void> {
    for (const member of this.#upstreams.members) member.stop();
    this.#kept.spools.close();
    await Promise.all(Array.from(this.#logs(), (log) => log.close()));
  }

  /** Of a plan that is over: what no other plan uses ends. */
  #leave({ pools, accessLog }: Rooms): void {
    this.#upstreams.leave(
      pools,
      this.#all().map((rooms) => rooms.pools),
    );
    if (accessLog === undefined || this.#logs().has(accessLog)) return;
    this.#droppedBefore += accessLog.droppedLines;
    void accessLog.close();
  }

  #logFor({ accessLog: options }: Plan): AccessLog | undefined {
    const own = this.#all().find(({ plan }) => isSame(plan.accessLog, options));
    return own === undefined ? openAccessLog(options, this.#services.logTurn) : own.accessLog;
  }

  /** The newest first. */
  #all(): readonly Rooms[] {
    const current = this.#current as Prepared | undefined;
    if (current === undefined) return [];
    return [current.rooms, ...this.#older.map(({ rooms }) => rooms).toReversed()];
  }

  #logs(): ReadonlySet<AccessLog> {
    return new Set(this.#all().flatMap(({ accessLog }) => accessLog ?? []));
  }
}

/** Several members may share a row: those beyond the limit, and one that is in two pools. */
function setConnections(stats: ExchangeStats, members: Iterable<Member>): void {
  const { upstreams } = stats.rows;
  const [idle, busy] = [new Float64Array(upstreams), new Float64Array(upstreams)];
  for (const { row, idleCount, connectionCount } of members) {
    idle[row] = idle[row]! + idleCount;
    busy[row] = busy[row]! + connectionCount - idleCount;
  }
  stats.setConnections(idle, busy);
}

/** What a log cannot say itself, since it is lost, is said elsewhere. */
function tendLog(log: AccessLog, onTrouble: HouseServices["onTrouble"]): void {
  log.flush();
  const change = log.lookForLoss();
  if (change !== undefined) onTrouble("the access log", change);
}

/** Options are plain data, in the order in which they are read. */
const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
