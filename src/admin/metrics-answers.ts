/**
 * What the metrics listener answers:
 *
 *   /livez     the event loop turns
 *   /readyz    clients are listened for; 503 and why, before that and from when a stop begins
 *   /metrics   all counts as text, a piece in each turn of the event loop
 *
 * It only tells: there is nothing here that a request could change.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { WorkersVitals } from "../control/crew-view.ts";
import type { Counters } from "../observe/counters.ts";
import type { ExchangeStats } from "../observe/exchange-stats.ts";
import type { RowLabels } from "../observe/label-rows.ts";
import { metricsText, type TextForm } from "../observe/metrics-text.ts";
import type { BufferView } from "./buffer-families.ts";
import { isOurHost } from "./host-check.ts";
import { metricFamilies, type MetricsView } from "./metric-families.ts";
import { ProcessWatch } from "./process-view.ts";
import { contentTypes, textFormFor } from "./text-form.ts";

/** What is looked at of that which runs a plan. */
export interface Observable {
  readonly counters: Counters;
  readonly stats: ExchangeStats | undefined;
  readonly labels: RowLabels;
  readonly buffers: BufferView["buffers"];
  /** undefined: there is one worker, on this thread. */
  readonly workers?: WorkersVitals;
}

/** What can be looked at as it is now. */
export interface Observed {
  observe(): Observable | Promise<Observable>;
}

const reasons = {
  starting: "the program starts, and listens for clients in a moment",
  ready: "clients are listened for",
  draining: "the program stops: what is in flight comes to its end, and nothing new is taken",
} as const;

type State = keyof typeof reasons;

export class MetricsAnswers {
  readonly #version: string;
  /** Hosts that are in the config; undefined: nobody reaches us by a name (a Unix socket). */
  readonly #hosts: readonly string[] | undefined;
  readonly #process = new ProcessWatch();
  #state: State = "starting";
  #run: Observed | undefined;

  constructor(version: string, hosts: readonly string[] | undefined) {
    this.#version = version;
    this.#hosts = hosts;
  }

  /** From now on it is ready, and this is shown, as it is then. */
  show(run: Observed): void {
    this.#run = run;
    this.#state = "ready";
  }

  drain(): void {
    this.#state = "draining";
  }

  stop(): void {
    this.#process.stop();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    response.setHeaders(commonFields);
    if (this.#hosts !== undefined && !isOurHost(request.headers.host, this.#hosts)) {
      return say(response, 421, "This host is not served here: ask by address, or as localhost.\n");
    }
    if (method !== "GET" && method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return say(response, 405, "Only GET and HEAD are answered here.\n");
    }
    switch (url.replace(/\?.*/s, "")) {
      case "/livez":
        return say(response, 200, "ok\n");
      case "/readyz":
        return this.#sayReadiness(response);
      case "/metrics":
        return await this.#sayMetrics(request, response);
      default:
        return say(response, 404, "There are /metrics, /livez and /readyz.\n");
    }
  }

  #sayReadiness(response: ServerResponse): void {
    const state = this.#state;
    const body = JSON.stringify({ status: state, reason: reasons[state] });
    response.setHeader("Content-Type", "application/json");
    say(response, state === "ready" ? 200 : 503, `${body}\n`);
  }

  async #sayMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { stats, workers, ...observed } = (await this.#run?.observe()) ?? {};
    if (!("counters" in observed) || stats === undefined) {
      return say(response, 503, `${reasons.starting}\n`);
    }
    const form = textFormFor(request.headers.accept);
    response.setHeader("Content-Type", contentTypes[form]);
    response.setHeader("Vary", "Accept");
    if (request.method === "HEAD") return void response.end();
    const process = this.#process.view(workers);
    const view = { ...observed, version: this.#version, stats, process };
    await pipeline(inTurns(view, form), response);
  }
}

/** Nothing may be kept, guessed at, or read by a page of somebody else. */
const commonFields = new Map([
  ["Cache-Control", "no-store"],
  ["Connection", "close"],
  ["Content-Type", "text/plain; charset=utf-8"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["X-Content-Type-Options", "nosniff"],
]);

/** To HEAD, Node sends the same without the body. */
function say(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body);
}

/** However many series there are, whoever else has work gets to it after each piece. */
async function* inTurns(view: MetricsView, form: TextForm): AsyncGenerator<string> {
  for (const piece of metricsText(metricFamilies, view, form)) {
    yield piece;
    await nextTurn();
  }
}
