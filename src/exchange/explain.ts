/**
 * What would become of a request, without sending anything: the same steps as in `serve.ts`, by the
 * same functions, with what each of them found.
 */

import type { AccessOptions } from "../access/options.ts";
import { Failure, type FailureCode } from "../base/failure.ts";
import type { RouteBuffering } from "../buffering/options.ts";
import type { Fields } from "../http/fields.ts";
import { isIdempotent, type RequestHead } from "../http/head.ts";
import type { ClientLeg } from "../http/leg.ts";
import { RequestIds } from "../http/request-id.ts";
import type { BandwidthOptions } from "../limits/options.ts";
import { isClosed } from "../maintenance/maintenance.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import { newCounters } from "../observe/counters.ts";
import { functionLabel } from "../code/function-label.ts";
import { explainRoutes, explainSite, type RouteVerdict } from "../routing/explain-routes.ts";
import type { SiteOptions } from "../routing/options.ts";
import type { UpstreamTimeouts } from "../upstream/options.ts";
import { authoritiesOf } from "../upstream/pool.ts";
import { requestText } from "../wire/http1/request-text.ts";
import type { ProxyVersion } from "../wire/proxy-protocol/write-proxy-header.ts";
import { acceptRequest } from "./accept-request.ts";
import { checkAddress, letIn, readCredentials } from "./authorize.ts";
import { Exchange } from "./exchange.ts";
import { forMember } from "./forward.ts";
import type { LocalAnswer } from "./local-answer.ts";
import { checkMaintenance } from "./maintain.ts";
import { outgoingRequest } from "./outgoing.ts";
import type { Plan, ProxyAction, RoutePlan } from "./plan.ts";
import { readHead } from "./read-head.ts";
import { admit, matchRoute, ownAnswer } from "./serve.ts";

/** A request to explain. */
export interface Question {
  /** Its head as it would come over the wire. */
  readonly text: string;
  /** The address of whoever connects. */
  readonly peerIp: string;
}

export interface Explanation {
  /** The host that was asked for, in lower case; undefined: the request cannot be read. */
  readonly host: string | undefined;
  /** undefined: none answers for the host. */
  readonly site: { readonly host: string; readonly by: "name" | "wildcard" | "any" } | undefined;
  readonly routes: readonly ExplainedRoute[];
  readonly client: { readonly ip: string; readonly isTrustedPeer: boolean };
  readonly outcome: ProxyOutcome | AnswerOutcome;
  /** While this file is there, maintenance is the answer instead; undefined: there is no such. */
  readonly closedWhile: string | undefined;
}

type Outcome = ProxyOutcome | AnswerOutcome;

export interface ExplainedRoute extends Pick<RouteVerdict<RoutePlan>, "outcome" | "reason"> {
  readonly name: string;
}

export interface ProxyOutcome {
  readonly type: "proxy";
  readonly pool: string;
  /** In the order in which they take turns. */
  readonly upstreams: readonly string[];
  /** How each connection begins: the client's address by PROXY protocol; undefined: it does not. */
  readonly announces: { readonly version: ProxyVersion; readonly clientIp: string } | undefined;
  /** Lines of the head as the first of them gets it. */
  readonly sent: readonly string[];
  /** Names of fields that came, and do not go on as they came. */
  readonly dropped: readonly string[];
  /** What runs besides, by its name; what it would do is not known before. */
  readonly hooks: { readonly request: string | undefined; readonly response: string | undefined };
  readonly timeouts: UpstreamTimeouts;
  /** 0: no limit. */
  readonly bodyBytesMax: number;
  readonly buffering: RouteBuffering;
  readonly bandwidth: BandwidthOptions | undefined;
  readonly upgrades: readonly string[];
  readonly isRepeatable: boolean;
}

export interface AnswerOutcome {
  readonly type: "answer";
  readonly status: number;
  /** Lines of the head, without those that the wire adds. */
  readonly fields: readonly string[];
  readonly bodyBytes: number;
  /** What it failed with; undefined: a redirect, or what the config says. */
  readonly failure: { readonly code: FailureCode; readonly message: string } | undefined;
}

/** What is made anew for each request has no value that could be shown. */
const madeNames = /^(X-Request-Id|traceparent): .*$/i;

export function explain(
  question: Question,
  plan: Plan,
  sites: readonly SiteOptions<RoutePlan>[],
): Explanation {
  const isTrustedPeer = plan.trust.has(question.peerIp);
  const client = { ip: question.peerIp, isTrustedPeer };
  try {
    const head = readHead(question.text, plan.limits);
    return explainHead(head, { question, plan, sites, isTrustedPeer });
  } catch (error) {
    const unread = { host: undefined, site: undefined, routes: [], closedWhile: undefined };
    return { ...unread, client, outcome: failed(error) };
  }
}

interface Around {
  readonly question: Question;
  readonly plan: Plan;
  readonly sites: readonly SiteOptions<RoutePlan>[];
  readonly isTrustedPeer: boolean;
}

function explainHead(head: RequestHead, around: Around): Explanation {
  const { plan, sites, isTrustedPeer } = around;
  const peer = { address: around.question.peerIp, isTrusted: isTrustedPeer };
  const x = new Exchange(head, nobody, peer, { plan, nowMs: 0 });
  x.clientIp = peer.address;
  const verdict = explainSite(sites, head.host);
  const taken = plan.router.match(head);
  const found: Found = { closedWhile: undefined };
  const outcome = orFailed(() => outcomeOf(x, around.question, found));
  return {
    host: head.host,
    site: verdict && { host: verdict.site.host, by: verdict.by },
    routes: verdict === undefined ? [] : explainRoutes(verdict.site, head, taken).map(named),
    client: { ip: x.clientIp, isTrustedPeer },
    outcome,
    ...found,
  };
}

const named = ({ route, outcome, reason }: RouteVerdict<RoutePlan>): ExplainedRoute => ({
  name: route.name,
  outcome,
  reason,
});

/** What is found on the way to the outcome. */
interface Found {
  closedWhile: string | undefined;
}

function orFailed(find: () => Outcome): Outcome {
  try {
    return find();
  } catch (error) {
    return failed(error);
  }
}

/** The steps of `serve`, as far as they need no upstream. Throws a `Failure`. */
function outcomeOf(x: Exchange, question: Question, found: Found): Outcome {
  const early = acceptRequest(x, { requestIds: new RequestIds(0, 0), pseudonym });
  if (early !== undefined) return answered(early);
  const route = matchRoute(x);
  if (route.access !== undefined) authorizeUnproved(x, route.access);
  if (route.maintenance !== undefined) found.closedWhile = closedWhile(x, route.maintenance);
  admit(x, route, { counters: newCounters(), spools: { isExhausted: false } });
  const { action } = route;
  if (action.type === "proxy") return proxied(x, route, action, question);
  return answered(ownAnswer(x, action));
}

/** As `authorize` does, but a name and a password are taken for right: nobody asked in earnest. */
function authorizeUnproved(x: Exchange, access: AccessOptions): void {
  checkAddress(x, access);
  if (access.basic !== undefined) letIn(x, access.basic, readCredentials(x));
}

/** The file is not looked for: it may come or go. Throws a `Failure` where none is asked for. */
function closedWhile(x: Exchange, maintenance: MaintenanceOptions): string | undefined {
  checkMaintenance(x, maintenance, () => false);
  return isClosed(maintenance, x.clientIp, () => true) ? maintenance.whileFile : undefined;
}

/** Any instance's name would do: it is shown, and never sent. */
const pseudonym = "foregate";

function proxied(
  x: Exchange,
  route: RoutePlan,
  action: ProxyAction,
  question: Question,
): ProxyOutcome {
  const pool = x.plan.pools[action.pool];
  const [address] = pool?.upstreams ?? [];
  if (pool === undefined || address === undefined) {
    throw new Failure("no-upstream", "Cannot forward: the pool is empty");
  }
  const head = outgoingRequest(x, route, { pseudonym, random: () => 0 });
  const text = requestText(forMember(head, { address, authorities: authoritiesOf(address) }));
  const lines = text.split("\r\n").slice(0, -2);
  const came = question.text.split("\r\n").slice(1, -2);
  return {
    type: "proxy",
    pool: pool.name,
    upstreams: pool.upstreams.map(({ label }) => label),
    announces: pool.proxyProtocol && { version: pool.proxyProtocol, clientIp: x.clientIp },
    sent: lines.map((line) => withoutMade(line, x.head.fields)),
    dropped: came.filter((line) => !lines.includes(line)).map(nameOf),
    hooks: {
      request: route.hooks?.request && functionLabel(route.hooks.request.run),
      response: route.hooks?.response && functionLabel(route.hooks.response.run),
    },
    timeouts: action.timeouts,
    bodyBytesMax: route.bodyBytesMax,
    buffering: route.buffering,
    bandwidth: route.bandwidth,
    upgrades: action.upgrades,
    isRepeatable: isIdempotent(head.method) && head.upgrade === undefined,
  };
}

const nameOf = (line: string): string => line.slice(0, line.indexOf(":"));

function withoutMade(line: string, from: Fields): string {
  const name = madeNames.exec(line)?.[1];
  if (name === undefined) return line;
  const given = from.allNamed(name);
  return given.some((value) => line.endsWith(`: ${value}`)) ? line : `${name}: (made anew)`;
}

function answered({ head, body }: LocalAnswer): AnswerOutcome {
  const fields: string[] = [];
  head.fields.each((name, value) => fields.push(`${name}: ${value}`));
  const bodyBytes = body.length;
  return { type: "answer", status: head.status, fields, bodyBytes, failure: undefined };
}

/** What is no failure is a bug, here as everywhere. */
function failed(error: unknown): AnswerOutcome {
  if (!(error instanceof Failure)) throw error;
  const { code, message, row } = error;
  const failure = { code, message };
  return { type: "answer", status: row.status, fields: [], bodyBytes: 0, failure };
}

const nobody: ClientLeg = {
  attach: () => {},
  sendHead: () => {},
  sendBody: (piece) => piece.length,
  queued: () => 0,
  hasWholeBody: true,
  sendEnd: () => {},
  flush: () => {},
  consumed: () => {},
  abort: () => {},
};
