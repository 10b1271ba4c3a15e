/**
 * A config to a plan: every part is read on its own, and a plan is made only if none was wrong, so
 * that a wrong config never starts half.
 */

import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import type { IpSet } from "../base/ip-set.ts";
import { describe, reject, type Reader } from "../base/reader.ts";
import type { Plan, RoutePlan } from "../exchange/plan.ts";
import { bufferOptions, type BufferOptions } from "../buffering/options.ts";
import { bufferSchema } from "../buffering/schema.ts";
import { clientLimits, clientTimeouts, type ClientLimits } from "../limits/options.ts";
import { clientLimitsSchema, programTimeoutsSchema } from "../limits/schema.ts";
import { accessLogDefaults, eventLogDefaults, type EventLogOptions } from "../observe/options.ts";
import { logsSchema, type LogOptions } from "../observe/schema.ts";
import { forwardedSchema } from "../rewriting/schema.ts";
import type { SiteOptions } from "../routing/options.ts";
import { createRouter } from "../routing/router.ts";
import { readErrorPages } from "./error-pages.ts";
import { compileAdmin, type AdminOptions } from "./admin.ts";
import { compileListeners, compileTrust, type PlacedListener } from "./listeners.ts";
import { switchFilesOf } from "./maintenance.ts";
import { compileMetrics, withRows } from "./metrics.ts";
import { Place } from "./place.ts";
import { Pools } from "./pools.ts";
import { inFileOrder, isError, type Problem } from "./problems.ts";
import { warnOfRedirectLoops } from "./redirect-loop.ts";
import { readDefaults } from "./routes.ts";
import { topKeys } from "./schema.ts";
import { compileSites, type SiteSummary } from "./sites.ts";
import type { ConfigParts } from "./sources.ts";

export interface CompiledConfig {
  /** undefined: there is an error among the problems. */
  readonly plan: Plan | undefined;
  readonly problems: readonly Problem[];
  readonly sites: readonly SiteSummary[];
  /** The plan's sites with their routes, for whoever explains them. */
  readonly siteOptions: readonly SiteOptions<RoutePlan>[];
  readonly listeners: readonly PlacedListener[];
  readonly metrics: readonly PlacedListener[];
  /** For whoever starts the plan: what moves bytes knows of no log of events. */
  readonly events: EventLogOptions;
  /** Threads that move bytes; `auto`: one for each core. */
  readonly workers: number | "auto";
  readonly admin: AdminOptions;
  /** Pools that are defined by name. */
  readonly poolNames: readonly string[];
}

/** Of what is no config. */
export const nothingCompiled: Omit<CompiledConfig, "problems"> = {
  plan: undefined,
  sites: [],
  siteOptions: [],
  listeners: [],
  metrics: [],
  events: eventLogDefaults,
  workers: "auto",
  admin: { isOff: false, socketPath: undefined },
  poolNames: [],
};

/** How long a stop waits for exchanges in flight. */
const usualDrainMs = 30_000;

/** The problems are those that are known already, and the new ones. */
export function compile({ value, sources, files, problems: known }: ConfigParts): CompiledConfig {
  const problems = [...known];
  const root = new Place(value, [], sources, problems);
  if (!root.isMap) {
    const message = value === null ? "the config is empty" : `want a map, found ${describe(value)}`;
    const beginning = 'begin with: sites: { "*": "localhost:3000" }';
    const isForeign = typeof value === "string" && /[{\s]/.test(value);
    const help = isForeign
      ? `this is no YAML with keys, such as "listen: 8080"; ${beginning}`
      : beginning;
    reject(root, { kind: value === null ? "missing" : "value", message, help });
    return { ...nothingCompiled, problems };
  }
  root.hasKeys(topKeys);
  if (root.at("compat").isThere) root.at("compat").read(compat);
  const workersAt = root.at("workers");
  const workers = (workersAt.isThere ? workersAt.read(workerCount) : undefined) ?? "auto";
  const admin = compileAdmin(root.at("admin"));
  const listeners = compileListeners(root.at("listen"));
  const metrics = compileMetrics(root.at("metrics"), listeners);
  const trust = compileTrust(root.at("trust"));
  checkAnnounced(root.at("listen"), listeners, trust);
  const errorPages = readErrorPages(root.at("errors"), undefined);
  const pools = new Pools();
  pools.define(root.at("pools"));
  const { sites, summaries, redirects } = compileSites(
    root.at("sites"),
    readDefaults(root.at("defaults"), errorPages),
    pools,
  );
  const { events, ...rest } = readRest(root);
  const { sites: numbered, routes } = withRows(sites);
  const found = {
    sites: summaries,
    siteOptions: numbered,
    listeners,
    metrics,
    events,
    workers,
    admin,
    poolNames: root
      .at("pools")
      .entries()
      .map(([name]) => name),
  };
  if (problems.some(isError)) {
    return { ...found, problems: inFileOrder(problems, files), plan: undefined };
  }
  pools.warnOfUnused(root.at("pools"));
  warnOfRedirectLoops(redirects, {
    sites,
    ports: new Set(listeners.map(({ options }) => options.port)),
  });
  const plan: Plan = {
    listeners: listeners.map(({ options }) => options),
    metrics:
      metrics.length === 0
        ? undefined
        : { listeners: metrics.map(({ options }) => options), routes },
    router: createRouter(numbered),
    pools: pools.options,
    trust,
    errorPages,
    switchFiles: switchFilesOf(numbered),
    ...rest,
  };
  return { ...found, problems: inFileOrder(problems, files), plan };
}

/** Where only trusted peers may connect, there must be some. */
function checkAnnounced(listen: Place, listeners: readonly PlacedListener[], trust: IpSet): void {
  for (const { options } of listeners) {
    const isAnnounced = options.proxyProtocol === true && options.socketPath === undefined;
    if (!isAnnounced || !trust.empty) continue;
    const message = "only trusted peers may use the PROXY protocol, and `trust` names none";
    const help = "trust: [10.0.0.0/8], the addresses of the balancer in front";
    reject(listen.at(options.label), { kind: "together", message, help, onKey: true });
  }
}

type RestOfPlan = Omit<
  Plan,
  "listeners" | "metrics" | "router" | "pools" | "trust" | "errorPages" | "switchFiles"
>;

function readRest(root: Place): RestOfPlan & LogOptions {
  const timeouts = root.at("timeouts").isThere
    ? root.at("timeouts").parse(programTimeoutsSchema)
    : undefined;
  const forwarded = root.at("forwarded");
  return {
    limits: readLimits(root.at("limits")),
    timeouts: { ...clientTimeouts, ...timeouts?.client },
    buffer: readBuffer(root.at("buffer")),
    forwarded: (forwarded.isThere ? forwarded.parse(forwardedSchema) : undefined) ?? {
      rfc7239: false,
    },
    ...readLogs(root.at("logs")),
    drainMs: timeouts?.drainMs ?? usualDrainMs,
    drainDelayMs: timeouts?.drainDelayMs ?? 0,
  };
}

/** The folder's name starts from the config's folder, like a file's. */
function readBuffer(place: Place): BufferOptions {
  const given = place.isThere ? place.parse(bufferSchema) : undefined;
  const options = { ...bufferOptions, ...given };
  const directory = resolve(place.source.folder, options.directory);
  if (given?.directory !== undefined && isNoFolder(directory)) {
    const message = `the spool file wants a folder, and ${directory} is none`;
    const help = existsSync(directory) ? "name another one" : `mkdir -p ${directory}`;
    reject(place.at("directory"), { kind: "file", message, help });
  }
  return { ...options, directory };
}

/** Where only another user may look, whoever runs it will be told. */
function isNoFolder(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch (error) {
    return /^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "");
  }
}

/** A field or a target that is longer than the whole head could never arrive. */
function readLimits(place: Place): ClientLimits {
  const given = place.isThere ? place.parse(clientLimitsSchema) : undefined;
  const limits = { ...clientLimits, ...given };
  const parts = { field: limits.fieldBytesMax, target: limits.targetBytesMax };
  if (given === undefined) return limits;
  for (const [key, bytesMax] of Object.entries(parts)) {
    if (bytesMax <= limits.headBytesMax) continue;
    const isGiven = place.at(key).isThere;
    const message = `a ${key} of ${bytesMax} bytes does not fit into a head of`;
    const help = `lower limits.${key}, or raise limits.head`;
    reject(place.at(isGiven ? key : "head"), {
      kind: "together",
      message: `${message} ${limits.headBytesMax}`,
      help,
      beside: isGiven && place.at("head").isThere ? [{ step: "head", message: "the head" }] : [],
    });
  }
  return limits;
}

function readLogs(logs: Place): LogOptions {
  const options = logs.isThere ? logs.parse(logsSchema) : undefined;
  if (options === undefined) return { accessLog: accessLogDefaults, events: eventLogDefaults };
  const { accessLog, events } = options;
  return {
    accessLog: accessLog && withFile(accessLog, logs.at("access").at("file")),
    events: withFile(events, logs.at("events").at("file")),
  };
}

/** Its file's name starts from the config's folder. */
function withFile<Log extends { readonly file: string | undefined }>(log: Log, place: Place): Log {
  if (log.file === undefined) return log;
  const path = resolve(place.source.folder, log.file);
  if (existsSync(dirname(path))) return { ...log, file: path };
  const message = `cannot write ${path}: there is no folder ${dirname(path)}`;
  return reject(place, { kind: "file", message, help: `mkdir -p ${dirname(path)}` });
}

/** More threads than any machine has cores: what is beyond is a mistake. */
export const workersMax = 1_024;

const compat: Reader<string> = (value, reporter) => {
  if (typeof value === "string" && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(value)) return value;
  const message = `want a year and a month such as "2026-11", found ${describe(value)}`;
  return reject(reporter, { message });
};

const workerCount: Reader<number | "auto"> = (value, reporter) => {
  if (value === "auto") return value;
  const isCount = typeof value === "number" && Number.isInteger(value);
  if (isCount && value >= 1 && value <= workersMax) return value;
  const message = `want auto or a number from 1 to ${workersMax}, found ${describe(value)}`;
  return reject(reporter, { message });
};
