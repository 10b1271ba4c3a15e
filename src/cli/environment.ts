/** `foregate env`: what this program finds around it. Nothing of it is secret. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { availableCores } from "../control/available-cores.ts";
import { configFiles, findConfig, searchPlaces } from "../config/find-config.ts";
import { connectionsWithinOpenFiles } from "../transport/open-files.ts";
import { longVersion } from "./version.ts";

export interface Surroundings {
  readonly version: string;
  readonly program: string;
  readonly runtime: string;
  readonly folder: string;
  readonly userId: number | null;
  readonly cores: number;
  /** Client connections that the limit on open files leaves room for; null: the system has none. */
  readonly connectionsMax: number | null;
  /** The config that `run` would take, and who says so; null: there is none. */
  readonly config: string | null;
  readonly configFrom: "FOREGATE_CONFIG" | "search" | null;
  readonly searched: readonly { readonly file: string; readonly exists: boolean }[];
  /** Variables that are looked at, and set. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Variables that change what the program does. */
const variableNames = [
  "FOREGATE_ADMIN",
  "FOREGATE_CONFIG",
  "FOREGATE_LOG_FORMAT",
  "FOREGATE_LOG_LEVEL",
  "FOREGATE_WORKERS",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "CACHE_DIRECTORY",
  "RUNTIME_DIRECTORY",
  "XDG_RUNTIME_DIR",
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "HOME",
  "NO_COLOR",
  "FORCE_COLOR",
  "TERM",
  "CI",
  "UV_THREADPOOL_SIZE",
];

export function surroundings(environment: NodeJS.ProcessEnv, folder: string): Surroundings {
  const places = { ...searchPlaces(environment), folder };
  const given = environment["FOREGATE_CONFIG"] || undefined;
  const found = given ?? findConfig(places)?.file;
  const connectionsMax = connectionsWithinOpenFiles();
  return {
    version: longVersion(),
    program: process.argv[1] ?? "",
    runtime: process.execPath,
    folder,
    userId: process.getuid?.() ?? null,
    cores: availableCores(),
    connectionsMax: connectionsMax === Infinity ? null : connectionsMax,
    config: found ?? null,
    configFrom: given !== undefined ? "FOREGATE_CONFIG" : found === undefined ? null : "search",
    searched: configFiles(places).map((file) => ({
      file,
      exists: existsSync(resolve(folder, file)),
    })),
    variables: Object.fromEntries(
      variableNames.flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

export function surroundingLines(found: Surroundings): string[] {
  const { config, configFrom, connectionsMax, searched, variables } = found;
  const from = configFrom === "FOREGATE_CONFIG" ? " (FOREGATE_CONFIG says so)" : "";
  const rows: (readonly [string, readonly string[]])[] = [
    ["version", [found.version]],
    ["program", [found.program]],
    ["runtime", [found.runtime]],
    ["folder", [found.folder]],
    ["user", [found.userId === null ? "unknown" : `id ${found.userId}`]],
    ["cores", [String(found.cores)]],
    ["clients", [connectionsMax === null ? "no limit" : `${connectionsMax} (open files)`]],
    ["config", [config === null ? "none found" : config + from]],
    ["searched", searched.map(({ file, exists }) => (exists ? `${file} (is there)` : file))],
    ["variables", Object.entries(variables).map(([name, value]) => `${name}=${value}`)],
  ];
  return rows.flatMap(([name, lines]) =>
    lines.map((line, at) => `${(at === 0 ? name : "").padEnd(11)}${line}`),
  );
}
