/**
 * `npm run bench -- [MODES] [OPTIONS]`: Foregate beside nginx, HAProxy, Caddy and http-proxy.
 *
 *   programs ▶ for each mode: upstream, proxies, load in alternating rounds ▶ tables, JSON, page
 *
 * What is compared and how is told in README.md beside this file. It is not a test: nothing fails
 * because it was slow.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { measureLatency, type LatencyResult } from "./latency.ts";
import { measureMemory, type MemoryResult } from "./memory.ts";
import { readOptions, type Options } from "./options.ts";
import { Processes } from "./processes.ts";
import { ensurePrograms, versionsOf } from "./programs.ts";
import { proxiesWithLog } from "./proxies.ts";
import { machineName, renderPage, renderTables, type Results } from "./report.ts";
import { measureLoad, type Measurement } from "./rounds.ts";
import { spoonChart } from "./spoon-report.ts";
import { measureSpoon, type SpoonResults } from "./spoon.ts";
import { measureWorkers, type WorkersResult } from "./workers.ts";
import { measureStart, type StartResult } from "./start-time.ts";

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(options);
  process.exitCode = 2;
} else {
  const results = await measure(options);
  console.log(renderTables(results));
  writeResults(results, options);
  // Ends the processes that are left, such as the one that holds the network namespace.
  process.exit();
}

async function measure({ modes, proxies, rounds, seconds }: Options): Promise<Results> {
  const compared = modes.some((mode) => mode !== "start") ? proxies : [];
  if (compared.length > 0) ensurePrograms(compared);
  const processes = new Processes();
  const load: Measurement[] = [];
  let memory: readonly MemoryResult[] = [];
  let latency: readonly LatencyResult[] = [];
  let start: readonly StartResult[] = [];
  let spoon: SpoonResults | undefined;
  let workers: WorkersResult | undefined;
  for (const mode of modes) {
    console.error(mode);
    const names = mode === "logs" ? proxies.filter((n) => proxiesWithLog.includes(n)) : proxies;
    if (mode === "start") start = await measureStart(processes, { rounds });
    else if (mode === "workers") workers = await measureWorkers(processes, { rounds, seconds });
    else if (mode === "spoon") spoon = await measureSpoon(processes, proxies);
    else if (mode === "memory") memory = await measureMemory(processes, names);
    else if (mode === "latency") {
      latency = await measureLatency(processes, names, { rounds, seconds });
    } else load.push(...(await measureLoad(processes, mode, names, { rounds, seconds })));
  }
  const date = new Date().toISOString();
  const versions = compared.length > 0 ? versionsOf(compared) : { node: process.versions.node };
  const around = { date, machine: machineName(), rounds, seconds, versions };
  return { ...around, load, memory, latency, start, spoon, workers };
}

function writeResults(results: Results, { jsonFile, writesPage }: Options): void {
  mkdirSync(dirname(jsonFile), { recursive: true });
  writeFileSync(jsonFile, `${JSON.stringify(results, undefined, 2)}\n`);
  console.error(`Results: ${jsonFile}`);
  if (!writesPage) return;
  if (results.spoon !== undefined) {
    const chart = fileURLToPath(new URL("../docs/pictures/spoon-feeding.svg", import.meta.url));
    mkdirSync(dirname(chart), { recursive: true });
    writeFileSync(chart, spoonChart(results.spoon.fed));
  }
  // The page is of all modes together.
  if (results.load.length === 0) return;
  const page = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
  writeFileSync(page, renderPage(results));
  console.error(`Page: ${page}`);
}
