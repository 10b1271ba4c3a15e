/** Commands that speak to a running program; each resolves with an exit code. */

import { setTimeout as delay } from "node:timers/promises";

import { changesOf, type Change } from "../config/changes.ts";
import { findConfig, searchPlaces } from "../config/find-config.ts";
import { loadConfig } from "../config/load.ts";
import { adminPath } from "./admin-path.ts";
import { askProgram, Unreachable, type AdminReply } from "./admin-client.ts";
import { exitCodes } from "./exit-codes.ts";
import { isPlanned } from "./planned-config.ts";
import { count, heard, print, say } from "./say.ts";
import { shownConfig } from "./shown-config.ts";

export interface OperateOptions {
  readonly config?: string;
  /** The socket itself. */
  readonly admin?: string;
  readonly json?: true;
}

export interface StopOptions extends OperateOptions {
  readonly now?: true;
}

type Body = AdminReply["body"];

/** How often somebody looks whether a program that stops is gone, in ms. */
const lookMs = 100;

export async function status(options: OperateOptions): Promise<number> {
  return await shown(options, await ask(options, "GET", "/v1/status"), (body) => {
    const { config, exchanges } = body as { config: Body; exchanges: Body };
    const rows: readonly (readonly [string, unknown])[] = [
      ["version", body["version"]],
      ["pid", body["pid"]],
      ["started", body["startedAt"]],
      ["config", `${String(config["file"])} (revision ${String(config["revision"])})`],
      ["listens", (body["listeners"] as readonly Body[]).map(addressOf).join(", ")],
      ["sites", body["sites"]],
      ["workers", body["workers"]],
      ["clients", body["connections"]],
      ["in flight", exchanges["inFlight"]],
      ["ended", exchanges["ended"]],
    ];
    for (const [name, value] of rows) print(`${name.padEnd(11)}${String(value)}`);
  });
}

export async function workers(options: OperateOptions & { renew?: true }): Promise<number> {
  const [method, path] = options.renew ? ["POST", "/v1/workers/renew"] : ["GET", "/v1/workers"];
  return await shown(options, await ask(options, method, path), (body) => {
    const heads = ["worker", "state", "age", "clients", "in flight", "heap", "delay p99"];
    const rows = (body["workers"] as readonly Body[]).map((one) => [
      String(one["worker"]),
      String(one["state"]),
      `${String(one["ageSeconds"])} s`,
      String(one["connections"]),
      String(one["inFlight"]),
      `${(Number(one["heapUsedBytes"]) / 2 ** 20).toFixed(0)} MB`,
      `${(Number(one["loopDelayP99Seconds"]) * 1_000).toFixed(1)} ms`,
    ]);
    const widths = heads.map((head, at) =>
      Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
    );
    for (const row of [heads, ...rows]) {
      print(
        row
          .map((cell, at) => cell.padEnd(widths[at]!))
          .join("  ")
          .trimEnd(),
      );
    }
  });
}

export async function reload(options: OperateOptions): Promise<number> {
  return await shown(options, await ask(options, "POST", "/v1/reload"), printChanges);
}

export async function rollback(back: string, options: OperateOptions): Promise<number> {
  const path = `/v1/rollback?back=${encodeURIComponent(back)}`;
  return await shown(options, await ask(options, "POST", path), printChanges);
}

/** What a reload would change: 6 if it is anything. */
export async function diff(options: OperateOptions): Promise<number> {
  const inForce = await ask(options, "GET", "/v1/config");
  if (typeof inForce === "number") return inForce;
  const config = await loadConfig(fileOf(options));
  if (!isPlanned(config)) {
    const { lookOf, problemLines } = await import("./report-problems.ts");
    for (const line of problemLines(config, lookOf(process.stderr, "auto"))) say(line);
    await heard();
    return exitCodes.configInvalid;
  }
  // As JSON has it, so that both were written alike.
  const wanted: unknown = JSON.parse(JSON.stringify(shownConfig(config)));
  const changes = changesOf(inForce, wanted);
  if (options.json === true) print(JSON.stringify({ changes }, undefined, 2));
  else for (const line of changeLines(changes)) print(line);
  await heard();
  return changes.length === 0 ? exitCodes.ok : exitCodes.differs;
}

/** Resolves when it has stopped. */
export async function stop(options: StopOptions): Promise<number> {
  const path = options.now === true ? "/v1/stop?graceMs=0" : "/v1/stop";
  const body = await ask(options, "POST", path);
  if (typeof body === "number") return body;
  const pid = Number(body["pid"]);
  while (isRunning(pid)) await delay(lookMs);
  const told = { pid, stopped: true };
  return await shown(options, told, () => print(`${pid} has stopped`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What it says, or the exit code: then it was said what went wrong. */
async function ask(options: OperateOptions, method: string, path: string): Promise<Body | number> {
  const socket = socketOf(options);
  if (socket === undefined) {
    say("error: there is no config here that a program could run with (name it: -c FILE)");
    return exitCodes.usage;
  }
  try {
    const { status: code, body } = await askAtEither(options, socket, { method, path });
    if (code < 300) return body;
    if (options.json === true) print(JSON.stringify(body, undefined, 2));
    else sayRefusal(body);
    await heard();
    return code === 422 ? exitCodes.configInvalid : exitCodes.failed;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    say(`error: ${error.message}`);
    return exitCodes.unreachable;
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
}

/** Where it is by itself; if nobody is there, where the config says. */
async function askAtEither(
  options: OperateOptions,
  socket: string,
  { method, path }: Asked,
): Promise<AdminReply> {
  try {
    return await askProgram(socket, method, path);
  } catch (error) {
    if (!(error instanceof Unreachable) || isNamed(options)) throw error;
    const { admin } = await loadConfig(fileOf(options));
    if (admin.socketPath === undefined) throw error;
    return await askProgram(admin.socketPath, method, path);
  }
}

async function shown(
  { json }: OperateOptions,
  body: Body | number,
  show: (body: Body) => void,
): Promise<number> {
  if (typeof body === "number") return body;
  if (json === true) print(JSON.stringify(body, undefined, 2));
  else show(body);
  await heard();
  return exitCodes.ok;
}

function sayRefusal({ text, error }: Body): void {
  if (typeof text === "string") say(text);
  say(`error: ${String(error)}`);
}

function printChanges(body: Body): void {
  const changes = body["changes"] as readonly Change[];
  const late = body["late"] as readonly string[];
  for (const line of changeLines(changes)) print(line);
  const what = changes.length === 0 ? "nothing changed" : count(changes.length, "change");
  print(`revision ${String(body["revision"])} is in force (${what}, ${String(body["tookMs"])} ms)`);
  if (late.length === 0) return;
  say(`warning: what changed of ${late.join(", ")} takes effect with a restart`);
}

/** Beyond it a value is cut, in characters. */
const valueCharsMax = 80;

const cut = (text: string): string =>
  text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax - 1)}…`;

function changeLines(changes: readonly Change[]): readonly string[] {
  return changes.map(({ path, before, after }) => {
    if (before === undefined) return `+ ${path}: ${cut(after ?? "")}`;
    if (after === undefined) return `- ${path}: ${cut(before)}`;
    return `~ ${path}: ${cut(before)} → ${cut(after)}`;
  });
}

const addressOf = ({ label }: Body): string => String(label);

function fileOf({ config }: OperateOptions): string | undefined {
  return config ?? (process.env["FOREGATE_CONFIG"] || undefined);
}

/** Whoever asks says where the socket is. */
function isNamed({ admin }: OperateOptions): boolean {
  return admin !== undefined || (process.env["FOREGATE_ADMIN"] ?? "") !== "";
}

/** undefined: nobody says which program is meant. */
function socketOf(options: OperateOptions): string | undefined {
  if (options.admin !== undefined) return options.admin.replace(/^unix:/, "");
  const file = fileOf(options) ?? findConfig(searchPlaces(process.env))?.file;
  return file === undefined && !isNamed(options) ? undefined : adminPath(file ?? "", process.env);
}
