/** What `run` says when it is ready: where to go, and what is not as one would think. */

import { inBrackets } from "../base/ip.ts";
import type { SiteSummary } from "../config/sites.ts";
import { version } from "./version.ts";

const sitesShownMax = 10;
const targetsShownMax = 3;

export interface BoundListener {
  /** As it is in the config. */
  readonly label: string;
  readonly address: string;
  /** 0: it has none. */
  readonly port: number;
}

export interface Ready {
  readonly listeners: readonly BoundListener[];
  readonly metrics: readonly BoundListener[];
  readonly sites: readonly SiteSummary[];
  readonly tookMs: number;
}

export function banner({ listeners, metrics, sites, tookMs }: Ready): string {
  const shown = sites.slice(0, sitesShownMax).map((site) => ({
    url: urlOf(site.host, listeners),
    leadsTo: targetsOf(site.leadsTo),
  }));
  const width = Math.max(...shown.map(({ url }) => url.length));
  const more = sites.length - shown.length;
  return [
    "",
    `  foregate ${version()}  ready in ${Math.round(tookMs)} ms`,
    "",
    ...shown.map(({ url, leadsTo }) => `  ➜  ${url.padEnd(width)}  → ${leadsTo}`),
    ...(more > 0 ? [`     and ${more} more`] : []),
    ...listeners.slice(1).map(({ label }) => `     also on ${label}`),
    ...metrics.slice(0, 1).map((first) => `     metrics on ${metricsUrl(first)}`),
    ...plainHttpNote(sites),
    "",
  ].join("\n");
}

function targetsOf(leadsTo: readonly string[]): string {
  const more = leadsTo.length - targetsShownMax;
  const shown = leadsTo.slice(0, targetsShownMax).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** What one types into a browser: by the first listener that has a port. */
function urlOf(host: string, listeners: readonly BoundListener[]): string {
  const listener = listeners.find(({ port }) => port > 0);
  if (listener === undefined) return `${host === "*" ? "" : `${host} on `}${listeners[0]?.label}`;
  const name = host === "*" ? reachableName(listener.address) : host;
  return `http://${name}${listener.port === 80 ? "" : `:${listener.port}`}`;
}

function metricsUrl(listener: BoundListener): string {
  return `${urlOf("*", [listener])}${listener.port > 0 ? "/metrics" : ""}`;
}

/** An address of all interfaces is nobody's; this machine's own name is. */
function reachableName(address: string): string {
  if (address === "::" || address === "0.0.0.0") return "localhost";
  return inBrackets(address);
}

function plainHttpNote(sites: readonly SiteSummary[]): readonly string[] {
  const [first, ...others] = sites.map(({ host }) => host).filter(isPublicName);
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return [
    "",
    `  Plain HTTP is served for ${first}${more}: HTTPS is not available in this version.`,
  ];
}

/** RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps free for private use: never public. */
const privateNames = /(?:^|\.)(?:localhost|local|test|example|invalid|internal|home\.arpa|lan)$/;

export function isPublicName(host: string): boolean {
  const isAddress = /^[\d.]+$/.test(host) || host.startsWith("[");
  return !isAddress && host.replace(/^\*\./, "").includes(".") && !privateNames.test(host);
}
