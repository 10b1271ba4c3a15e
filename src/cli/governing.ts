/** What the admin socket does: answers out of what runs, and changes it as signals do. */

import { refusal, type AdminAnswer, type AdminHandlers } from "../admin/admin-api.ts";
import type { BoundMetrics } from "../admin/metrics-server.ts";
import { compileValue } from "../config/load.ts";
import type { Board } from "../control/board.ts";
import { workersOf, type CrewLook } from "../control/crew-view.ts";
import { eventLevels } from "../observe/events.ts";
import type { EventLevel } from "../observe/options.ts";
import { plain } from "./colour.ts";
import type { Outcome, Reloads } from "./reload.ts";
import { plainProblem, problemLines } from "./report-problems.ts";
import { shownConfig } from "./shown-config.ts";
import { version } from "./version.ts";

export interface Governed {
  readonly board: Board;
  readonly reloads: Reloads;
  readonly metrics: readonly BoundMetrics[];
  readonly look: () => Promise<CrewLook>;
  readonly renewAll: () => Promise<void>;
  readonly setLevel: (level: EventLevel) => void;
  /** `graceMs` undefined: as long as the config says. */
  readonly stop: (graceMs: number | undefined) => void;
}

export function handlersFor(governed: Governed): AdminHandlers {
  const { reloads, renewAll, setLevel, stop } = governed;
  return {
    "GET /v1/status": async () => ({ status: 200, body: await statusOf(governed) }),
    "GET /v1/workers": async () => ({ status: 200, body: await workersAnswer(governed) }),
    "POST /v1/workers/renew": async () => {
      await renewAll();
      return { status: 200, body: await workersAnswer(governed) };
    },
    "GET /v1/config": () => {
      const { revision, config } = reloads.current;
      return { status: 200, body: shownConfig(config), revision };
    },
    "GET /v1/config/history": () => ({ status: 200, body: { history: historyOf(reloads) } }),
    "PUT /v1/config": async ({ value, ifMatch }) => {
      const { revision } = reloads.current;
      if (value === undefined) return refusal(400, "send a config as JSON");
      if (ifMatch !== undefined && ifMatch !== String(revision)) {
        return refusal(412, `the config in force has revision ${revision} by now`);
      }
      return answerOf(await reloads.use(compileValue(value, "request")));
    },
    "POST /v1/reload": async () => {
      const message = "there is no file to read the config from again: restart it instead";
      return reloads.canRead ? answerOf(await reloads.ask()) : refusal(409, message);
    },
    "POST /v1/rollback": async ({ query }) => await rollback(reloads, query.get("back") ?? "1"),
    "PUT /v1/log-level": ({ value }) => {
      const wanted = (value as { readonly level?: unknown } | null | undefined)?.level;
      const level = eventLevels.find((each) => each === wanted);
      if (level === undefined) return refusal(400, `want { "level": ${eventLevels.join(" | ")} }`);
      setLevel(level);
      return { status: 200, body: { level } };
    },
    "POST /v1/stop": ({ query }) => {
      const graceMs = query.get("graceMs");
      if (graceMs !== null && !/^\d{1,9}$/.test(graceMs)) {
        return refusal(400, "want graceMs in milliseconds");
      }
      stop(graceMs === null ? undefined : Number(graceMs));
      return { status: 202, body: { pid: process.pid } };
    },
  };
}

async function statusOf({ board, look, metrics, reloads }: Governed): Promise<object> {
  const { revision, config, sinceMs } = reloads.current;
  const { connectionsActive, exchangesInFlight, exchangesEnded } = board.counters;
  const { listeners, startedMs, workers } = await look();
  return {
    version: version(),
    pid: process.pid,
    startedAt: new Date(startedMs).toISOString(),
    config: { file: config.file, revision, since: new Date(sinceMs).toISOString() },
    listeners,
    metrics,
    sites: config.sites.length,
    workers: workers.length,
    connections: connectionsActive,
    exchanges: { inFlight: exchangesInFlight, ended: exchangesEnded },
  };
}

async function workersAnswer({ board, look }: Governed): Promise<object> {
  const nowMs = performance.timeOrigin + performance.now();
  const all = workersOf(await look(), board);
  const workers = all.map(({ worker, state, startedMs, vitals, ...counts }) => ({
    worker,
    state,
    ageSeconds: Math.round((nowMs - startedMs) / 1_000),
    connections: counts.connections,
    inFlight: counts.inFlight,
    exchanges: counts.exchanges,
    heapUsedBytes: vitals.heapUsedBytes,
    loopDelayP99Seconds: vitals.delaySeconds.p99,
  }));
  return { workers };
}

function historyOf(reloads: Reloads): readonly object[] {
  return reloads.history.map(({ revision, config, sinceMs }, back) => ({
    back,
    revision,
    since: new Date(sinceMs).toISOString(),
    file: config.file,
    sites: config.sites.length,
  }));
}

async function rollback(reloads: Reloads, given: string): Promise<AdminAnswer> {
  const back = /^\d{1,4}$/.test(given) ? Number(given) : NaN;
  const kept = reloads.history[back];
  if (kept === undefined || back === 0) {
    const most = reloads.history.length - 1;
    return refusal(404, most === 0 ? "there is no config before this one" : `want 1 to ${most}`);
  }
  if (kept.config.code?.modules.length === 0) {
    return refusal(409, "Bun imports code from the disk only: put its file back, and reload");
  }
  return answerOf(await reloads.use(kept.config));
}

function answerOf(outcome: Outcome): AdminAnswer {
  switch (outcome.kind) {
    case "applied": {
      const { revision, changes, late, config, tookMs } = outcome;
      const told = {
        file: config.file,
        sites: config.sites.length,
        problems: config.problems.map(plainProblem),
      };
      return { status: 200, revision, body: { revision, tookMs, changes, late, ...told } };
    }
    case "wrong": {
      const { config } = outcome;
      // Where the files are is where the program runs: whoever asks may be elsewhere.
      const text = problemLines(config, { width: 120, paint: plain }).join("\n");
      const error = "the config is wrong: the one before stays in force";
      return { status: 422, body: { error, problems: config.problems.map(plainProblem), text } };
    }
    case "failed":
      return refusal(500, `${outcome.reason}: the config before stays in force`);
  }
}
