/** `foregate explain`: what would become of a request, as lines for people. */

import { writeByteCount, writeByteRate } from "../base/quantity.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import { explain, type AnswerOutcome, type Explanation } from "../exchange/explain.ts";
import type { ProxyOutcome, Question } from "../exchange/explain.ts";
import type { LoadedConfig } from "../config/load.ts";
import { nearestWord } from "../config/did-you-mean.ts";
import { count } from "./say.ts";

/** What the command line says of the request. */
export interface Asked {
  /** `http://host:port/path?query`, with or without its scheme. */
  readonly url: string;
  readonly method: string;
  /** `name: value`, each a line of the head. */
  readonly fields: readonly string[];
  /** The address of whoever connects. */
  readonly peerIp: string;
}

const urlPattern =
  /^(?:(https?):\/\/)?((?:\[[^\]\s]*\]|[^/?#\s:]+)(?::\d+)?)([/?][^#\s]*)?(?:#.*)?$/i;

/** A sentence where the URL cannot be read. */
export function questionOf({ url, method, fields, peerIp }: Asked): Question | string {
  const [, , authority, rest = "/"] = urlPattern.exec(url) ?? [];
  if (authority === undefined) return `cannot read "${url}": want http://host/path`;
  const target = rest.startsWith("?") ? `/${rest}` : rest;
  const hasHost = fields.some((line) => /^host:/i.test(line));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(hasHost ? [] : [`Host: ${authority}`]),
    ...fields,
  ];
  return { text: `${lines.join("\r\n")}\r\n\r\n`, peerIp };
}

/** A sentence where the URL's port is none that is listened on. */
export function portNote(url: string, listeners: readonly ListenOptions[]): string | undefined {
  const port = Number(/:(\d+)$/.exec(urlPattern.exec(url)?.[2] ?? "")?.[1] ?? Number.NaN);
  const isThere = Number.isNaN(port) || listeners.some((listener) => listener.port === port);
  if (isThere) return undefined;
  const where = listeners.map(({ label }) => label).join(", ");
  return `nothing listens on port ${port}, but on ${where}`;
}

/** Lines for people. The config must have a plan. */
export function explainedLines(question: Question, config: LoadedConfig): string[] {
  const explanation = explainFor(question, config);
  const { host, site, routes, client, outcome, closedWhile } = explanation;
  const peer = client.isTrustedPeer ? "connected by a trusted peer" : "as connected";
  const hosts = config.siteOptions.map((options) => options.host);
  const blocks: Block[] = [
    ["request", [question.text.split("\r\n", 1)[0]!]],
    ["client", [`${client.ip || "unknown"} (${peer})`]],
    ["site", host === undefined ? [] : [site ? siteLine(site) : noSiteLine(host, hosts)]],
    ["routes", routes.length === 0 ? [] : routeLines(routes)],
    ["but", closedWhile === undefined ? [] : [`503 for maintenance while ${closedWhile} exists`]],
    ...(outcome.type === "proxy" ? proxyBlocks(outcome) : answerBlocks(outcome)),
  ];
  return blocks.flatMap(([name, lines]) =>
    lines.map((line, at) => `${(at === 0 ? name : "").padEnd(10)}${line}`.trimEnd()),
  );
}

export function explainFor(question: Question, config: LoadedConfig): Explanation {
  const { plan, siteOptions } = config;
  if (plan === undefined) throw new Error("a config with errors explains nothing");
  return explain(question, plan, siteOptions);
}

/** A name, and the lines beside and below it. */
type Block = readonly [name: string, lines: readonly string[]];

function siteLine({ host, by }: NonNullable<Explanation["site"]>): string {
  const why = { name: "by its name", wildcard: "by its wildcard", any: "it takes any host" };
  return `${host} (${why[by]})`;
}

function noSiteLine(host: string, hosts: readonly string[]): string {
  const meant = nearestWord(host, hosts);
  return `none answers for ${host}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
}

const marks = { taken: "✓", lost: "·", misfit: "✗" } as const;

function routeLines(routes: Explanation["routes"]): string[] {
  const width = Math.max(...routes.map(({ name }) => name.length));
  return routes.map(({ name, outcome, reason }) => {
    const why = outcome === "lost" ? `fits too, but ${reason}` : reason;
    return `${marks[outcome]} ${name.padEnd(width)}  ${outcome === "taken" ? "taken" : why}`;
  });
}

function proxyBlocks(outcome: ProxyOutcome): Block[] {
  const { pool, upstreams, sent, dropped, hooks, timeouts, bodyBytesMax, upgrades, isRepeatable } =
    outcome;
  const { announces, buffering, bandwidth } = outcome;
  const limit = bodyBytesMax === 0 ? "no limit" : `at most ${bodyBytesMax} bytes`;
  return [
    ["pool", poolLines(pool, upstreams)],
    ["begins", announces === undefined ? [] : [announcementLine(announces)]],
    ["sent", sent],
    ["not sent", dropped.length === 0 ? [] : [dropped.join(", ")]],
    ["hooks", hookLines(hooks)],
    ["body", [limit]],
    ["buffer", bufferLines(buffering)],
    ["bandwidth", bandwidth === undefined ? [] : [bandwidthLine(bandwidth)]],
    ["timeouts", [timeoutsLine(timeouts)]],
    ["retries", retryLines(upstreams.length, isRepeatable)],
    ["upgrades", [upgrades.length === 0 ? "none" : upgrades.join(", ")]],
  ];
}

function poolLines(pool: string, upstreams: readonly string[]): readonly string[] {
  if (upstreams.length === 1) return upstreams[0] === pool ? upstreams : [pool, ...upstreams];
  return [`${pool} (${count(upstreams.length, "upstream")}, in turn)`, ...upstreams];
}

function announcementLine({ version, clientIp }: NonNullable<ProxyOutcome["announces"]>): string {
  const who = clientIp === "" ? "an unknown client" : clientIp;
  return `by PROXY protocol v${version}: for ${who}, and for no other client`;
}

function hookLines({ request, response }: ProxyOutcome["hooks"]): readonly string[] {
  return [
    ...(request === undefined ? [] : [`request: ${request}, may change what is sent, or answer`]),
    ...(response === undefined ? [] : [`response: ${response}, may change the answer`]),
  ];
}

function bufferLines({
  requestBytesMax,
  responseBytesMax,
}: ProxyOutcome["buffering"]): readonly string[] {
  const request =
    requestBytesMax === 0
      ? "goes on as it comes"
      : `up to ${writeByteCount(requestBytesMax)} is collected before an upstream is asked`;
  const response =
    responseBytesMax === 0
      ? "the upstream waits for a slow client"
      : `up to ${writeByteCount(responseBytesMax)} is taken ahead of a slow client`;
  return [`request: ${request}`, `response: ${response}`];
}

function bandwidthLine(bandwidth: NonNullable<ProxyOutcome["bandwidth"]>): string {
  const { responseRate, freeBytes, routeRate, clientRate } = bandwidth;
  const after = freeBytes === 0 ? "" : ` after its first ${writeByteCount(freeBytes)}`;
  const parts = [
    ...(responseRate > 0 ? [`${writeByteRate(responseRate)} per answer${after}`] : []),
    ...(routeRate > 0 ? [`${writeByteRate(routeRate)} for the route`] : []),
    ...(clientRate > 0 ? [`${writeByteRate(clientRate)} per client`] : []),
  ];
  return parts.join(", ");
}

function retryLines(upstreamCount: number, isRepeatable: boolean): readonly string[] {
  const lines = [
    ...(upstreamCount > 1 ? ["on the next upstream if one cannot be reached"] : []),
    ...(isRepeatable ? ["once on a new connection if a kept-alive one died"] : []),
  ];
  return lines.length === 0 ? ["none"] : lines;
}

function timeoutsLine({ connectMs, firstByteMs, idleMs }: ProxyOutcome["timeouts"]): string {
  const idle = idleMs === 0 ? "none" : seconds(idleMs);
  return `connect ${seconds(connectMs)} · first byte ${seconds(firstByteMs)} · idle ${idle}`;
}

const seconds = (ms: number): string => `${ms / 1_000} s`;

function answerBlocks(outcome: AnswerOutcome): Block[] {
  const { status, fields, bodyBytes, failure } = outcome;
  const body = bodyBytes === 0 ? "" : `, a body of ${bodyBytes} bytes`;
  const why = failure === undefined ? [] : [`${failure.code}: ${failure.message}`];
  return [["answer", [`${status}${body}`, ...why, ...fields]]];
}
