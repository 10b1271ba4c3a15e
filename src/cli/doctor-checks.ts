/**
 * From what was found to what it means: a row for each check, with the mend beside what is not as
 * it should be. Only what keeps the program from starting or from serving is a failure.
 */

import { writeByteCount } from "../base/quantity.ts";
import { troubleOf } from "./bind-error.ts";
import { count } from "./say.ts";
import type {
  ConfigFinding,
  Findings,
  ListenerFinding,
  FileFinding,
  MachineFinding,
  UpstreamFinding,
} from "./doctor-findings.ts";

export interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  /** What was found. */
  readonly message: string;
  /** What to do about it; undefined: nothing. */
  readonly mend: string | undefined;
}

/** This version is not older: a clock that says so is wrong, and so is every date that is sent. */
const oldestMs = Date.UTC(2026, 10, 1);
const latestMs = Date.UTC(2100, 0, 1);

/** Below it a small flood of clients is refused; most systems have 1024 files for a process. */
const roomWanted = 1_000;

/** What a listener asks for; the kernel cuts it to `net.core.somaxconn`. */
const backlogWanted = 4_096;

const localPortsWanted = 10_000;

/** With less, connections that read slowly can push the program over its limit. */
const memoryBytesWanted = 256 * 1024 * 1024;

export function checksOf(findings: Findings): readonly Check[] {
  const { config, listeners, upstreams, logFiles, spoolFolder, machine } = findings;
  return [
    configCheck(config),
    ...listeners.map(listenerCheck),
    ...upstreams.map(upstreamCheck),
    ...logFiles.map(logFileCheck),
    ...(spoolFolder === undefined ? [] : [spoolFolderCheck(spoolFolder)]),
    runtimeCheck(machine),
    clockCheck(machine),
    openFilesCheck(machine, config),
    ...kernelChecks(machine),
    memoryCheck(machine),
    threadsCheck(machine, upstreams),
  ];
}

const ok = (name: string, message: string): Check => ({
  name,
  state: "ok",
  message,
  mend: undefined,
});

const warn = (name: string, message: string, mend: string): Check => ({
  name,
  state: "warn",
  message,
  mend,
});

const fail = (name: string, message: string, mend: string | undefined): Check => ({
  name,
  state: "fail",
  message,
  mend,
});

function configCheck({ file, isValid, counted }: ConfigFinding): Check {
  if (file === undefined) return warn("config", "none was found", "foregate init writes one");
  const see = `foregate check -c ${file} shows them`;
  if (!isValid) return fail("config", `${file}: ${counted}`, see);
  return counted === ""
    ? ok("config", `${file}: valid`)
    : warn("config", `${file}: ${counted}`, see);
}

function listenerCheck({ listener, code, holder }: ListenerFinding): Check {
  const { key, options } = listener;
  const { label, passed } = options;
  if (passed !== undefined) return ok(key, `${label} comes from whoever starts the program`);
  if (code === undefined) return ok(key, `${label} is free`);
  if (holder !== undefined && /foregate/.test(holder.command)) {
    return ok(key, `${label} is held by a Foregate that runs (process ${holder.pid})`);
  }
  const { what, fixes } = troubleOf(Object.assign(new Error(code), { code }), listener);
  const whose = holder === undefined ? "" : `: process ${holder.pid}, ${short(holder.command)}`;
  return fail(key, `${label}: ${what}${whose}`, fixes.join("; or "));
}

const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);

/** An upstream that is down keeps nobody from starting; requests to it fail. */
function upstreamCheck({ label, addresses, trouble }: UpstreamFinding): Check {
  if (addresses?.length === 0) {
    const host = label.replace(/^https?:\/\//, "").replace(/:\d+$/, "");
    const mend = `see what the resolver says: getent hosts ${host}`;
    return fail("upstream", `${label}: its name does not resolve (${trouble})`, mend);
  }
  if (trouble === undefined) return ok("upstream", `${label} takes connections`);
  return fail("upstream", `${label}: ${trouble}`, "start it, or mend its address in the config");
}

function logFileCheck({ key, file, trouble }: FileFinding): Check {
  if (trouble === undefined) return ok(key, `${file} can be written`);
  return fail(key, `${file}: ${trouble}`, "let the user that Foregate runs as write there");
}

/** Without it all are served, but slow clients hold their upstreams sooner. */
function spoolFolderCheck({ key, file, trouble }: FileFinding): Check {
  if (trouble === undefined) return ok(key, `${file} can be written`);
  const message = `${file}: ${trouble}: what slow clients do not take stays in memory only`;
  const mend = "let the user that Foregate runs as write there, or name another: buffer.directory";
  return warn(key, message, mend);
}

/** Elsewhere than on Linux, several threads cannot listen at one address (SO_REUSEPORT). */
function runtimeCheck({ runtime, platform }: MachineFinding): Check {
  const found = `${runtime} on ${platform}`;
  if (platform.startsWith("linux")) return ok("runtime", found);
  const message = `${found}: one thread takes all connections`;
  return warn("runtime", message, "Linux is what it is made for; others are for development");
}

function clockCheck({ nowMs }: MachineFinding): Check {
  const shown = new Date(nowMs).toISOString();
  if (nowMs >= oldestMs && nowMs <= latestMs) return ok("clock", shown);
  return warn("clock", `it says ${shown}`, "set it: timedatectl set-ntp true");
}

function openFilesCheck(machine: MachineFinding, { connectionsMax }: ConfigFinding): Check {
  const { openFilesMax, connectionsRoom, allOpenFilesMax } = machine;
  const raise = "ulimit -n 65536, or LimitNOFILE=65536 in its systemd unit";
  if (openFilesMax === undefined) return ok("open files", "no limit is known");
  const found = `${openFilesMax}: room for ${connectionsRoom} clients`;
  if (connectionsMax > connectionsRoom) {
    return warn("open files", `${found}, limits.connections is ${connectionsMax}`, raise);
  }
  if (connectionsRoom < roomWanted) return warn("open files", found, raise);
  if (allOpenFilesMax !== undefined && allOpenFilesMax < openFilesMax) {
    const message = `${found}, but fs.file-max is ${allOpenFilesMax} for all programs`;
    return warn("open files", message, `sysctl -w fs.file-max=${openFilesMax * 2}`);
  }
  return ok("open files", found);
}

function kernelChecks({ backlogMax, migratesRequests, localPorts }: MachineFinding): Check[] {
  const checks: Check[] = [];
  if (backlogMax !== undefined) {
    const found = `net.core.somaxconn is ${backlogMax}`;
    const isEnough = backlogMax >= backlogWanted;
    const mend = `sysctl -w net.core.somaxconn=${backlogWanted}`;
    const message = `${found}: more connections at once are dropped`;
    checks.push(isEnough ? ok("backlog", found) : warn("backlog", message, mend));
  }
  if (migratesRequests !== undefined) {
    const message = "net.ipv4.tcp_migrate_req is 0: replacing a worker resets who waits for it";
    const mend = "sysctl -w net.ipv4.tcp_migrate_req=1";
    const found = "net.ipv4.tcp_migrate_req is 1";
    checks.push(migratesRequests ? ok("migration", found) : warn("migration", message, mend));
  }
  if (localPorts !== undefined) {
    const found = `${localPorts} for connections to one upstream address`;
    const mend = 'sysctl -w net.ipv4.ip_local_port_range="10240 65535"';
    const isEnough = localPorts >= localPortsWanted;
    checks.push(isEnough ? ok("local ports", found) : warn("local ports", found, mend));
  }
  return checks;
}

function memoryCheck({ memoryBytesMax }: MachineFinding): Check {
  if (memoryBytesMax === undefined || memoryBytesMax === Infinity) {
    return ok("memory", "no limit on this control group");
  }
  const found = `at most ${writeByteCount(memoryBytesMax)}`;
  if (memoryBytesMax >= memoryBytesWanted) return ok("memory", found);
  const wanted = writeByteCount(memoryBytesWanted);
  return warn("memory", `${found}, want ${wanted}`, `raise MemoryMax, or docker's --memory`);
}

/** Each look-up of a name takes a thread as long as the resolver takes to answer. */
function threadsCheck(
  { poolThreads }: MachineFinding,
  upstreams: readonly UpstreamFinding[],
): Check {
  const names = upstreams.filter(({ addresses }) => addresses !== undefined).length;
  const found = `${poolThreads} look up ${count(names, "name")} of upstreams, and write log files`;
  if (names <= poolThreads) return ok("threads", found);
  const wanted = Math.min(1_024, names + 4);
  return warn("threads", found, `UV_THREADPOOL_SIZE=${wanted} in its environment`);
}

const marks = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export function checkLines(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(width + 8);
  const lines = checks.flatMap(({ name, state, message, mend }) => [
    `${marks[state]}  ${name.padEnd(width)}  ${message}`,
    ...(mend === undefined ? [] : [`${indent}${mend}`]),
  ]);
  return [...lines, "", verdict(checks)];
}

function verdict(checks: readonly Check[]): string {
  const countOf = (wanted: Check["state"]): number =>
    checks.filter(({ state }) => state === wanted).length;
  return `${countOf("fail")} failed, ${countOf("warn")} to look at, ${countOf("ok")} well`;
}
