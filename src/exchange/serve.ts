/**
 * The life of one exchange. This file alone decides order; each room does its one job and knows
 * nothing of the others.
 *
 *   client ─▶ accept ▶ match ▶ authorize ▶ maintain ▶ admit ▶ rewrite ▶ hook ▶ forward ─▶ upstream
 *   client ◀─ deliver ◀─────────────────────────────── hook ◀ rewrite ◀───────────────── upstream
 *
 * A step returns what the next one needs, or a whole answer, or throws a `Failure`. One `catch`
 * makes error answers and one `finally` writes the log line, so that every exchange is answered at
 * most once and logged exactly once.
 */

import { Failure } from "../base/failure.ts";
import { id } from "../http/field-names.ts";
import type { ResponseHead } from "../http/head.ts";
import { acceptRequest } from "./accept-request.ts";
import { authorize } from "./authorize.ts";
import { errorAnswer } from "./error-answer.ts";
import type { Exchange } from "./exchange.ts";
import { forward } from "./forward.ts";
import { hookRequest, hookResponse, type Answer } from "./hooked.ts";
import type { LocalAnswer } from "./local-answer.ts";
import { checkMaintenance } from "./maintain.ts";
import { addDate, outgoingRequest, outgoingResponse } from "./outgoing.ts";
import { redirectAnswer, respondAnswer } from "./respond.ts";
import type { Action, ProxyAction, RoutePlan } from "./plan.ts";
import type { Relay } from "./relay.ts";
import type { Rooms } from "./rooms.ts";
import { beginExchange, endExchange } from "./observe-exchange.ts";

/** Never rejects. */
export async function serve(x: Exchange, rooms: Rooms): Promise<void> {
  beginExchange(x, rooms);
  try {
    // It waited for its turn (begin-queue.ts), and nobody waits for it any more.
    if (x.aborted !== undefined) throw x.aborted;
    const answer = rewriteBack(x, await respond(x, rooms), rooms);
    const relay = deliver(x, answer instanceof Promise ? await answer : answer, rooms);
    if (relay !== undefined) cut(x, await relay.settled());
  } catch (error) {
    x.failure ??= failureOf(error, rooms);
    x.abort(x.failure);
    deliverLocal(x, errorAnswer(x.failure, errorView(x)), rooms);
  } finally {
    endExchange(x, rooms);
  }
}

/** Answers what could not even be read as a request; it is counted and logged like any other. */
export function serveRefused(x: Exchange, failure: Failure, rooms: Rooms): void {
  beginExchange(x, rooms);
  x.failure = failure;
  x.requestId = rooms.requestIds.next();
  deliverLocal(x, errorAnswer(failure, errorView(x)), rooms);
  endExchange(x, rooms);
}

/** Not `async` itself: an answer that is there costs no promise of its own. */
function respond(x: Exchange, rooms: Rooms): Answer | Promise<Answer> {
  const early = acceptRequest(x, rooms);
  if (early !== undefined) return early;

  const route = matchRoute(x);
  const asked = route.access === undefined ? undefined : authorize(x, route.access, rooms);
  if (asked !== undefined) return asked.then(() => act(x, route, rooms));
  return act(x, route, rooms);
}

/** For those who got in. */
function act(x: Exchange, route: RoutePlan, rooms: Rooms): Answer | Promise<Answer> {
  const { action, maintenance } = route;
  if (maintenance !== undefined) checkMaintenance(x, maintenance, rooms.switches.isThere);
  admit(x, route, rooms);
  if (action.type !== "proxy") return ownAnswer(x, action);
  const head = outgoingRequest(x, route, rooms);
  if (route.hooks?.request === undefined) return forward(x, action, head, rooms);
  const { request, folder } = route.hooks;
  const own = hookRequest(x, { run: request.run, folder }, head, rooms);
  if (!(own instanceof Promise)) return own ?? forward(x, action, head, rooms);
  return own.then((answer): Answer | Promise<Answer> => answer ?? forward(x, action, head, rooms));
}

/** What an upstream answered, made ready for the client; what is ours already is. */
function rewriteBack(x: Exchange, answer: Answer, rooms: Rooms): Answer | Promise<Answer> {
  if ("body" in answer) return answer;
  const hooks = x.route?.hooks;
  if (hooks?.response !== undefined && answer.head.status !== 101) {
    return hookResponse(x, { run: hooks.response.run, folder: hooks.folder }, answer, rooms);
  }
  outgoingResponse(x, answer, rooms);
  return answer;
}

/** What needs no upstream. Throws a `Failure` where there is nothing to answer with. */
export function ownAnswer(x: Exchange, action: Exclude<Action, ProxyAction>): LocalAnswer {
  switch (action.type) {
    case "redirect":
      return redirectAnswer(x, action);
    case "respond":
      return respondAnswer(x, action);
    case "forward":
      throw new Failure("method-not-allowed", "Cannot forward: this is not a forward proxy");
    case "nothing":
      throw noRoute(x);
  }
}

/** Throws a `Failure` where no route fits. */
export function matchRoute(x: Exchange): RoutePlan {
  const route = x.plan.router.match(x.head);
  if (route === undefined) throw noRoute(x);
  x.route = route;
  return route;
}

/** A whole URL for a host that is none of ours is a request to a forward proxy (threat 24). */
function noRoute({ head }: Exchange): Failure {
  const code = head.absolute ? "method-not-allowed" : "no-route";
  return new Failure(code, `Cannot route ${head.host}: no site and route fit`);
}

interface Admitting extends Pick<Rooms, "counters"> {
  readonly spools: Pick<Rooms["spools"], "isExhausted">;
}

/** Throws a `Failure` for what can be refused before a byte of the body was taken. */
export function admit(x: Exchange, route: RoutePlan, rooms: Admitting): void {
  const { exchangesMax } = x.plan.limits;
  if (exchangesMax > 0 && rooms.counters.exchangesInFlightOfAll > exchangesMax) {
    throw new Failure("overloaded", `Cannot admit: ${exchangesMax} exchanges are in flight`);
  }
  if (rooms.spools.isExhausted) {
    throw new Failure("overloaded", "Cannot admit: slow clients hold all memory for bodies");
  }
  if (route.bodyBytesMax > 0 && x.head.contentLength > route.bodyBytesMax) {
    throw new Failure("body-too-large", `Cannot take body: over ${route.bodyBytesMax} bytes`);
  }
}

/** Hands an answer over. A relay comes back if bytes of it are still to come. */
function deliver(x: Exchange, answer: Answer, rooms: Rooms): Relay | undefined {
  if ("body" in answer) {
    deliverLocal(x, answer, rooms);
    return undefined;
  }
  const { head, relay } = answer;
  x.headSentMs = x.upstreamHeadMs;
  sendHead(x, head);
  relay.run(head.status === 101);
  if (!relay.isSettled) return relay;
  cut(x, relay.failure);
  return undefined;
}

/**
 * What fails once the head is out cuts the exchange: half an answer must look broken, never short
 * (RFC 9112 §8).
 */
function cut(x: Exchange, failure: Failure | undefined): void {
  if (failure === undefined) return;
  x.failure ??= failure;
  x.client.abort(failure);
}

function deliverLocal(x: Exchange, { head, body }: LocalAnswer, rooms: Rooms): void {
  if (x.status !== 0) {
    if (x.failure !== undefined) x.client.abort(x.failure);
    return;
  }
  if (x.aborted?.code === "client-gone") {
    // Nobody is there to be told; the log says what happened, and that nothing was sent.
    x.status = head.status;
    return;
  }
  addDate(head.fields, rooms);
  x.headSentMs = Infinity;
  sendHead(x, head);
  if (body.length > 0) {
    x.responseBytes = body.length;
    x.client.sendBody(body);
  }
  x.client.sendEnd();
}

function sendHead(x: Exchange, head: ResponseHead): void {
  x.status = head.status;
  x.client.sendHead(head);
}

/** What is no `Failure` is a bug of ours: the operator is told, the client is not. */
function failureOf(error: unknown, rooms: Rooms): Failure {
  if (error instanceof Failure) return error;
  rooms.onBug(error);
  return new Failure("internal", "Cannot serve: a bug", { cause: error });
}

function errorView(x: Exchange): Parameters<typeof errorAnswer>[1] {
  return {
    accept: x.head.fields.list(id.accept),
    method: x.head.method,
    requestId: x.requestId,
    proxyName: "foregate",
    challenge: x.route?.access?.basic?.challenge,
    retryAfterSeconds: x.route?.maintenance?.retryAfterSeconds,
    pages: x.route === undefined ? x.plan.errorPages : x.route.errorPages,
  };
}
