/**
 * The results as tables: medians, ratios to nginx of the same round, and the page of the docs.
 */

import { cpus } from "node:os";
import type { LatencyResult } from "./latency.ts";
import type { MemoryResult } from "./memory.ts";
import type { ProxyName } from "./proxies.ts";
import type { LoadMode, Measurement } from "./rounds.ts";
import { spoonTables } from "./spoon-report.ts";
import type { SpoonResults } from "./spoon.ts";
import { workersCases, type WorkersCase, type WorkersResult } from "./workers.ts";
import { startCases, type StartResult } from "./start-time.ts";

export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly load: readonly Measurement[];
  readonly memory: readonly MemoryResult[];
  readonly latency: readonly LatencyResult[];
  readonly start: readonly StartResult[];
  readonly workers: WorkersResult | undefined;
  readonly spoon: SpoonResults | undefined;
}

export interface Table {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The proxy that all others are divided by. */
const reference: ProxyName = "nginx";

const absent = "–";

const titles = {
  small: "Small answers, logs off",
  logs: "Small answers, each proxy with its access log",
  large: "Large answers",
  connections: "A connection for each request",
  post: "Request bodies (POST), streamed",
  collect: "Request bodies (POST), collected or not as each does by default",
} as const satisfies Record<LoadMode, string>;

const method = `One nginx serves files to all proxies. The proxy under test is alone on core 0;
load and upstream share core 1. Proxies take turns (A B C A B C ...), and each figure is the
median over the rounds; "× nginx" is the median of the ratios to nginx *in the same round*,
because a machine is faster in one minute than in the next. CPU is read from \`/proc\` for the
whole process tree. As core 1 has two programs, it is often full before core 0 is: **compare the
CPU, not the requests per second.**

Every proxy has one worker and one thread, keeps its connections to the upstream, streams bodies
where nothing else is said, and adds to a request what it adds by default. nginx:
\`proxy_http_version 1.1\`, \`Connection ""\`, \`keepalive\`, no buffering to disk. HAProxy:
\`nbthread 1\`, \`http-reuse safe\`. Caddy: \`GOMAXPROCS=1\`, admin off. http-proxy: its default,
which is no agent, so it dials for every request and closes the client's connection behind every
answer.

In the start table the program is the installed package, and all is divided by the runtime that
starts and does nothing; the aim for \`run\` is 8 times that.

In the latency table the row "(none)" is the upstream without a proxy. Run it all with
\`npm run bench -- all\`; how to read it is told in \`bench/README.md\`.`;

export function machineName(): string {
  const all = cpus();
  return `${all[0]?.model.trim() ?? "unknown CPU"}, ${all.length} cores, Linux`;
}

export function renderTables(results: Results): string {
  return tablesOf(results).map(renderTable).join("\n");
}

export function renderPage(results: Results): string {
  const { date, machine, rounds, seconds } = results;
  const versions = Object.entries(results.versions).map(([name, text]) => `${name} ${text}`);
  return `# Benchmarks

${date.slice(0, 10)}, ${machine}; ${versions.join(", ")}; ${rounds} rounds of ${seconds} s.

${method}

${renderTables(results)}`;
}

function tablesOf({ load, memory, latency, start, spoon, workers }: Results): readonly Table[] {
  const modes = [...new Set(load.map(({ mode }) => mode))];
  const tables = modes.map((mode) =>
    loadTable(
      mode,
      load.filter((each) => each.mode === mode),
    ),
  );
  if (memory.length > 0) tables.push(memoryTable(memory));
  if (latency.length > 0) tables.push(latencyTable(latency));
  if (start.length > 0) tables.push(startTable(start));
  if (workers !== undefined) tables.push(workersTable(workers), reloadsTable(workers));
  if (spoon !== undefined) tables.push(...spoonTables(spoon));
  return tables;
}

function loadTable(mode: LoadMode, all: readonly Measurement[]): Table {
  const rows: string[][] = [];
  for (const name of new Set(all.map((each) => each.case))) {
    const ofCase = all.filter((each) => each.case === name);
    const nginx = ofCase.filter(({ proxy }) => proxy === reference);
    for (const proxy of new Set(ofCase.map((each) => each.proxy))) {
      rows.push([
        name,
        proxy,
        ...loadCells(
          ofCase.filter((each) => each.proxy === proxy),
          nginx,
        ),
      ]);
    }
  }
  const cpu = ["CPU µs per request", "(user + system)", "× nginx"];
  return {
    title: titles[mode],
    headings: ["answer × connections", "proxy", "requests/s", "× nginx", ...cpu, "errors"],
    rows,
  };
}

function loadCells(own: readonly Measurement[], nginx: readonly Measurement[]): readonly string[] {
  const errors = own.reduce((sum, each) => sum + each.errors, 0);
  const user = median(own.map((each) => each.userMicros));
  const system = median(own.map((each) => each.systemMicros));
  return [
    round(median(own.map((each) => each.requestsPerSecond))),
    ratio(own, nginx, (each) => each.requestsPerSecond),
    round(median(own.map(cpuMicros))),
    `${round(user)} + ${round(system)}`,
    ratio(own, nginx, cpuMicros),
    errors === 0 ? absent : String(errors),
  ];
}

function memoryTable(memory: readonly MemoryResult[]): Table {
  return {
    title: "Memory (proportional set size)",
    headings: [
      "proxy",
      "started",
      "with 10,000 idle connections",
      "per idle connection",
      "per active exchange (1,000 × 100 KB, stalled readers)",
    ],
    rows: memory.map((each) => [
      each.proxy,
      megabytes(each.startBytes),
      megabytes(each.with10000IdleBytes),
      kilobytes(each.perIdleConnectionBytes),
      kilobytes(each.perActiveExchangeBytes),
    ]),
  };
}

function latencyTable(all: readonly LatencyResult[]): Table {
  const rows = [...new Set(all.map(({ proxy }) => proxy))].map((proxy) => {
    const own = all.filter((each) => each.proxy === proxy);
    const medianOf = (pick: (each: LatencyResult) => number): number => median(own.map(pick));
    return [
      proxy,
      round(medianOf((each) => each.halfLoad.requestsPerSecond)),
      milliseconds(medianOf((each) => each.halfLoad.p50Ms)),
      milliseconds(medianOf((each) => each.halfLoad.p99Ms)),
      milliseconds(medianOf((each) => each.alone.p99Ms)),
      milliseconds(medianOf((each) => each.besideBig.p99Ms)),
      medianOf((each) => each.besideBig.p99Ms / each.alone.p99Ms).toFixed(1),
      round(medianOf((each) => each.big.downloadMegabytes)),
      round(medianOf((each) => each.big.uploadMegabytes)),
    ];
  });
  const half = ["half load, requests/s", "p50", "p99"];
  const beside = ["500/s alone, p99", "beside big transfers, p99", "× alone", "MB/s down", "up"];
  return { title: "Latency of 60 B answers", headings: ["proxy", ...half, ...beside], rows };
}

function startTable(all: readonly StartResult[]): Table {
  const rows = startCases.map((name) => {
    const own = all.filter((each) => each.case === name);
    const cells = (["wallMs", "cpuMs"] as const).flatMap((figure) => [
      `${round(median(own.map((each) => each[figure])))} ms`,
      median(own.map((each) => each[figure] / runtimeFigure(all, each.round, figure))).toFixed(1),
    ]);
    return [name, ...cells];
  });
  return { title: "Start", headings: ["program", "time", "× node", "CPU", "× node"], rows };
}

function workersTable({ rounds }: WorkersResult): Table {
  const rows = (Object.keys(workersCases) as readonly WorkersCase[]).map((name) => {
    const own = rounds.filter((each) => each.case === name);
    const ratioTo = (other: WorkersCase): string => {
      const others = rounds.filter((each) => each.case === other);
      return ratio(own, others, ({ micros }) => micros);
    };
    const shares = own.flatMap((each) => each.shares);
    return [
      workersCases[name].title,
      `${round(median(own.map(({ micros }) => micros)))} µs`,
      ratioTo("one"),
      ratioTo("apart"),
      round(median(own.map(({ requestsPerSecond }) => requestsPerSecond))),
      workersCases[name].workers === 1
        ? absent
        : `${Math.min(...shares).toFixed(0)} to ${Math.max(...shares).toFixed(0)} %`,
    ];
  });
  const cpu = ["CPU a request", "× 1 worker", "× 2 programs"];
  const headings = ["on one core", ...cpu, "requests/s", "shares of the workers"];
  return { title: "Workers, 1 KB × 512", headings, rows };
}

function reloadsTable({ reloads }: WorkersResult): Table {
  const rows = reloads.map(({ tookMs, delayMs, restDelayMs }, at) => [
    String(at + 1),
    `${round(tookMs)} ms`,
    `${delayMs.toFixed(1)} ms`,
    `${restDelayMs.toFixed(1)} ms`,
  ]);
  const headings = ["reload", "until it is in force", "worst delay of a loop", "without a reload"];
  return { title: "Reloads of 10,000 sites, two workers under load", headings, rows };
}

/** The median of the bare runtime in one round. */
function runtimeFigure(
  all: readonly StartResult[],
  round: number,
  figure: "wallMs" | "cpuMs",
): number {
  const [runtime] = startCases;
  const own = all.filter((each) => each.case === runtime && each.round === round);
  return median(own.map((each) => each[figure]));
}

/** The median of the ratios to the others of the same round. */
function ratio<Each extends { readonly round: number }>(
  own: readonly Each[],
  others: readonly Each[],
  pick: (each: Each) => number,
): string {
  const ratios = own.flatMap((each) => {
    const other = others.find((candidate) => candidate.round === each.round);
    return other === undefined ? [] : [pick(each) / pick(other)];
  });
  return ratios.length === 0 ? absent : median(ratios).toFixed(2);
}

function cpuMicros(each: Measurement): number {
  return each.userMicros + each.systemMicros;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return (lower + upper) / 2;
}

/** Three digits that mean something; more would not be true. */
function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? absent : `${(bytes / 1e6).toFixed(1)} MB`;
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? absent : `${(bytes / 1e3).toFixed(1)} KB`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

/** Markdown that also lines up on a terminal. */
function renderTable({ title, headings, rows }: Table): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [`## ${title}`, "", line(headings), rule, ...rows.map(line), ""].join("\n");
}
