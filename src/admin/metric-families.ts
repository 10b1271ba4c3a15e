/**
 * Every metric there is, as a table: docs/metrics.md explains the same ones, and a test compares.
 *
 * A series is there for each route and each upstream of the plan that has seen something, never for
 * anything that a request brings along.
 */

import type { Counters } from "../observe/counters.ts";
import {
  failureCodes,
  methodNames,
  statusNames,
  type ExchangeStats,
} from "../observe/exchange-stats.ts";
import type { Labels, RowLabels } from "../observe/label-rows.ts";
import type { Latencies } from "../observe/latencies.ts";
import { labelText, type Family, type Sample } from "../observe/metrics-text.ts";
import { bufferFamilies, type BufferView } from "./buffer-families.ts";
import type { ProcessView } from "./process-view.ts";

export interface MetricsView extends BufferView {
  readonly version: string;
  readonly counters: Counters;
  readonly stats: ExchangeStats;
  /** By the rows of `stats`. */
  readonly labels: RowLabels;
  readonly process: ProcessView;
}

type MetricsFamily = Family<MetricsView>;

const routeNames = ["site", "route"];
const upstreamNames = ["pool", "upstream"];

const one = (read: (view: MetricsView) => number): MetricsFamily["samples"] => {
  return (view) => [{ labels: "", value: read(view) }];
};

const counts = (read: (counters: Counters) => number): MetricsFamily["samples"] =>
  one(({ counters }) => read(counters));

const processes = (read: (process: ProcessView) => number): MetricsFamily["samples"] =>
  one((view) => read(view.process));

/** One for each row in which something was counted. */
function* byRow(
  names: Labels,
  rows: readonly Labels[],
  read: (row: number) => number,
): Generator<Sample> {
  for (const [row, labels] of rows.entries()) {
    const value = read(row);
    if (value > 0) yield { labels: labelText(names, labels), value };
  }
}

/** One for each row in which something took its time. */
function* histograms(
  names: Labels,
  rows: readonly Labels[],
  latencies: Latencies,
): Generator<Sample> {
  for (const [row, labels] of rows.entries()) {
    const buckets = latencies.bucketsOf(row);
    if (!buckets.some((count) => count > 0)) continue;
    yield { labels: labelText(names, labels), buckets, sum: latencies.sumMsOf(row) / 1_000 };
  }
}

/** Every method with every status. */
const kinds = methodNames.flatMap((methodName, method) =>
  statusNames.map((statusName, status) => ({
    method,
    status,
    labels: labelText(["method", "status"], [methodName, statusName]),
  })),
);

function* exchangesByRoute({ stats, labels: { routes } }: MetricsView): Generator<Sample> {
  for (const [row, labels] of routes.entries()) {
    const route = labelText(routeNames, labels);
    for (const { method, status, labels: kind } of kinds) {
      const value = stats.exchangesOf(row, method, status);
      if (value > 0) yield { labels: `${route},${kind}`, value };
    }
  }
}

function* failuresByRoute({ stats, labels: { routes } }: MetricsView): Generator<Sample> {
  for (const [row, labels] of routes.entries()) {
    const route = labelText(routeNames, labels);
    for (const [at, code] of failureCodes.entries()) {
      const value = stats.failuresOf(row, at);
      if (value > 0) yield { labels: `${route},code="${code}"`, value };
    }
  }
}

function* exchangesByUpstream({ stats, labels: { upstreams } }: MetricsView): Generator<Sample> {
  for (const [row, labels] of upstreams.entries()) {
    const upstream = labelText(upstreamNames, labels);
    for (const [status, statusName] of statusNames.entries()) {
      const value = stats.upstreamExchangesOf(row, status);
      if (value > 0) yield { labels: `${upstream},status="${statusName}"`, value };
    }
  }
}

/** Open connections now; zeros are told, too, since they are what one looks for. */
function* connections({ stats, labels: { upstreams } }: MetricsView): Generator<Sample> {
  for (const [row, labels] of upstreams.entries()) {
    const upstream = labelText(upstreamNames, labels);
    yield { labels: `${upstream},state="busy"`, value: stats.busyOf(row) };
    yield { labels: `${upstream},state="idle"`, value: stats.idleOf(row) };
  }
}

function buildLabels(version: string): string {
  const { bun } = process.versions;
  const runtime = bun === undefined ? ["node", process.versions.node] : ["bun", bun];
  return labelText(["version", "runtime", "runtime_version"], [version, ...runtime]);
}

const exchangeFamilies: readonly MetricsFamily[] = [
  {
    name: "foregate_exchanges",
    type: "counter",
    help: "Exchanges that ended, by route, method and class of the final status.",
    samples: exchangesByRoute,
  },
  {
    name: "foregate_exchanges_in_flight",
    type: "gauge",
    help: "Exchanges that have begun and not ended.",
    samples: counts(({ exchangesInFlight }) => exchangesInFlight),
  },
  {
    name: "foregate_exchange_failures",
    type: "counter",
    help: "Exchanges that failed, by route and reason.",
    samples: failuresByRoute,
  },
  {
    name: "foregate_exchange_duration_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From the head of the request to the end of the exchange.",
    samples: ({ stats, labels }) => histograms(routeNames, labels.routes, stats.durations),
  },
  {
    name: "foregate_exchange_head_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From when the request was ready for an upstream to the head of the answer.",
    samples: ({ stats, labels }) => histograms(routeNames, labels.routes, stats.headTimes),
  },
  {
    name: "foregate_request_body_bytes",
    type: "counter",
    unit: "bytes",
    help: "Bodies of requests that were passed on.",
    samples: ({ stats, labels }) =>
      byRow(routeNames, labels.routes, (row) => stats.requestBytesOf(row)),
  },
  {
    name: "foregate_response_body_bytes",
    type: "counter",
    unit: "bytes",
    help: "Bodies of answers.",
    samples: ({ stats, labels }) =>
      byRow(routeNames, labels.routes, (row) => stats.responseBytesOf(row)),
  },
];

const clientFamilies: readonly MetricsFamily[] = [
  {
    name: "foregate_client_connections_accepted",
    type: "counter",
    help: "Connections of clients that were taken.",
    samples: counts(({ connectionsAccepted }) => connectionsAccepted),
  },
  {
    name: "foregate_client_connections_refused",
    type: "counter",
    help: "Connections of clients that were closed at once, because there were too many.",
    samples: counts(({ connectionsRefused }) => connectionsRefused),
  },
  {
    name: "foregate_client_connections_active",
    type: "gauge",
    help: "Connections of clients that are open.",
    samples: counts(({ connectionsActive }) => connectionsActive),
  },
  {
    name: "foregate_client_received_bytes",
    type: "counter",
    unit: "bytes",
    help: "What came from clients, heads included.",
    samples: counts(({ clientBytesIn }) => clientBytesIn),
  },
];

const upstreamFamilies: readonly MetricsFamily[] = [
  {
    name: "foregate_upstream_exchanges",
    type: "counter",
    help: "Exchanges by the upstream that was asked last, and class of the final status.",
    samples: exchangesByUpstream,
  },
  {
    name: "foregate_upstream_duration_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From when the request was ready for an upstream to the end of the exchange.",
    samples: ({ stats, labels }) =>
      histograms(upstreamNames, labels.upstreams, stats.upstreamDurations),
  },
  {
    name: "foregate_upstream_head_seconds",
    type: "histogram",
    unit: "seconds",
    help: "From when the request was ready for an upstream to the head of the answer.",
    samples: ({ stats, labels }) =>
      histograms(upstreamNames, labels.upstreams, stats.upstreamHeadTimes),
  },
  {
    name: "foregate_upstream_connections",
    type: "gauge",
    help: "Open connections to upstreams.",
    samples: connections,
  },
  {
    name: "foregate_upstream_dials",
    type: "counter",
    help: "Attempts to connect to an address of an upstream.",
    samples: counts(({ upstreamDials }) => upstreamDials),
  },
  {
    name: "foregate_upstream_reuses",
    type: "counter",
    help: "Requests that took a kept-alive connection.",
    samples: counts(({ upstreamReuses }) => upstreamReuses),
  },
  {
    name: "foregate_retries",
    type: "counter",
    help: "Further attempts at an upstream after one that failed.",
    samples: counts(({ retries }) => retries),
  },
];

const processFamilies: readonly MetricsFamily[] = [
  {
    name: "foregate_log_lines_dropped",
    type: "counter",
    help: "Lines of the access log that could not be written in time.",
    samples: counts(({ logLinesDropped }) => logLinesDropped),
  },
  {
    name: "foregate_guarded_exceptions",
    type: "counter",
    help: "Exceptions that ended an exchange or a connection: each one is a bug.",
    samples: counts(({ guardedExceptions }) => guardedExceptions),
  },
  {
    name: "foregate_event_loop_delay_p50_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Median delay of the event loop since the scrape before: the worst of all workers.",
    samples: processes(({ delaySeconds }) => delaySeconds.p50),
  },
  {
    name: "foregate_event_loop_delay_p99_seconds",
    type: "gauge",
    unit: "seconds",
    help: "99th percentile of that delay: the worst of all workers.",
    samples: processes(({ delaySeconds }) => delaySeconds.p99),
  },
  {
    name: "foregate_event_loop_delay_max_seconds",
    type: "gauge",
    unit: "seconds",
    help: "Longest delay of an event loop since the scrape before.",
    samples: processes(({ delaySeconds }) => delaySeconds.max),
  },
  {
    name: "foregate_event_loop_active_seconds",
    type: "counter",
    unit: "seconds",
    help: "Time in which event loops were busy, those of all workers together.",
    samples: processes(({ loopActiveSeconds }) => loopActiveSeconds),
  },
  {
    name: "foregate_workers",
    type: "gauge",
    help: "Workers that serve.",
    samples: processes(({ workers }) => workers),
  },
  {
    name: "foregate_worker_restarts",
    type: "counter",
    help: "Workers that were started in place of others.",
    samples: processes(({ workerRestarts }) => workerRestarts),
  },
  {
    name: "foregate_heap_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Heap that the runtime has taken.",
    samples: processes(({ heapBytes }) => heapBytes),
  },
  {
    name: "foregate_heap_used_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Heap that is in use.",
    samples: processes(({ heapUsedBytes }) => heapUsedBytes),
  },
  {
    name: "foregate_build",
    type: "info",
    help: "Which version runs, and on what.",
    samples: ({ version }) => [{ labels: buildLabels(version), value: 1 }],
  },
  {
    name: "process_cpu_seconds",
    type: "counter",
    unit: "seconds",
    help: "Processor time, user and system.",
    samples: processes(({ cpuSeconds }) => cpuSeconds),
  },
  {
    name: "process_resident_memory_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Memory in RAM.",
    samples: processes(({ residentBytes }) => residentBytes),
  },
  {
    name: "process_start_time_seconds",
    type: "gauge",
    unit: "seconds",
    help: "When the process began, in seconds since 1970.",
    samples: processes(({ startSeconds }) => startSeconds),
  },
];

export const metricFamilies: readonly MetricsFamily[] = [
  ...exchangeFamilies,
  ...bufferFamilies,
  ...clientFamilies,
  ...upstreamFamilies,
  ...processFamilies,
];
