/**
 * How long the installed program takes to start, and what it costs, beside the runtime that starts
 * and does nothing. All cases take turns, and each figure is divided by the runtime's of the same
 * round: a machine is faster in one minute than in the next.
 *
 *   ended by itself   bash tells wall and CPU time of its child
 *   `run`             until it says that it is ready; then it is told to end
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { cpuPerRequest, readCpuTime } from "./cpu.ts";
import { installPackage } from "./installed-package.ts";
import type { Processes } from "./processes.ts";

export const startCases = [
  "node -e 0",
  "foregate version",
  "foregate check",
  "foregate run, until it is ready",
  "foregate run, until it says so in JSON",
  "foregate run, where no compiled code is kept",
] as const;

export type StartCase = (typeof startCases)[number];

export interface StartResult {
  readonly case: StartCase;
  readonly round: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

type Cost = Pick<StartResult, "wallMs" | "cpuMs">;

/** Of each case in one round; the first round only warms the machine's caches. */
const runsPerRound = 3;

/** How long a start may take. */
const readyMsMax = 20_000;

const config = `listen: "127.0.0.1:0"
logs: { access: off }
sites:
  example.com: localhost:3000
  www.example.com: { redirect: "https://example.com$uri" }
`;

export async function measureStart(
  processes: Processes,
  { rounds }: { readonly rounds: number },
): Promise<readonly StartResult[]> {
  const program = installPackage(processes.folder);
  const configFile = join(processes.folder, "start.yaml");
  writeFileSync(configFile, config);
  // Where compiled code is kept: for this run alone.
  process.env["CACHE_DIRECTORY"] = join(processes.folder, "cache");
  const run = [program, "run", "-c", configFile];
  const runs: Readonly<Record<StartCase, () => Cost | Promise<Cost>>> = {
    "node -e 0": () => ended(["-e", "0"]),
    "foregate version": () => ended([program, "version"]),
    "foregate check": () => ended([program, "check", "-c", configFile]),
    "foregate run, until it is ready": () => ready(run, { FOREGATE_LOG_FORMAT: "pretty" }),
    "foregate run, until it says so in JSON": () => ready(run, { FOREGATE_LOG_FORMAT: "json" }),
    "foregate run, where no compiled code is kept": () =>
      ready(run, { FOREGATE_LOG_FORMAT: "pretty", NODE_DISABLE_COMPILE_CACHE: "1" }),
  };
  const results: StartResult[] = [];
  const turn = Array.from({ length: runsPerRound }, () => startCases).flat();
  for (let round = 0; round <= rounds; round++) {
    for (const name of turn) results.push({ case: name, round, ...(await runs[name]()) });
  }
  return results.filter(({ round }) => round > 0);
}

/** What a program costs that ends by itself, in milliseconds. */
function ended(words: readonly string[]): Cost {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$0" "$@" >&2';
  const { status, stderr } = spawnSync("bash", ["-c", script, process.execPath, ...words], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const found = /(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)\n$/.exec(stderr);
  if (status !== 0 || found === null) throw new Error(`Cannot run ${words.join(" ")}: ${stderr}`);
  const [wall = 0, user = 0, system = 0] = found.slice(1).map(Number);
  return { wallMs: wall * 1_000, cpuMs: (user + system) * 1_000 };
}

/** What a program costs until it says that it is ready. */
async function ready(words: readonly string[], around: NodeJS.ProcessEnv): Promise<Cost> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, words, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...around },
  });
  const exited = once(child, "exit");
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const timer = setTimeout(kill, readyMsMax);
  try {
    let said = "";
    for await (const piece of child.stderr.setEncoding("utf8")) {
      said += String(piece);
      if (!/ready in|"message":"ready"/.test(said)) continue;
      const wallMs = performance.now() - beganMs;
      const { userMicros, systemMicros } = cpuPerRequest(nothing, readCpuTime(child.pid ?? 0), 1);
      return { wallMs, cpuMs: (userMicros + systemMicros) / 1_000 };
    }
    throw new Error(`Cannot start ${words.join(" ")}: ${said}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGTERM");
    await exited;
    process.off("exit", kill);
  }
}

const nothing = { onCoreNs: 0, userTicks: 0, systemTicks: 0 };
