/**
 * Where hooks stand in an exchange: the request's is the last that touches a head before it goes to
 * the upstream, the response's the last before it goes to the client. Each runs once, however often
 * the request is sent.
 */

import type { RequestHead } from "../http/head.ts";
import { HookTurn } from "../rewriting/hook-turn.ts";
import { requestFrom, requestTo, responseFrom, responseTo } from "../rewriting/hook-views.ts";
import type { RequestFrom, RequestHook, ResponseHook } from "../rewriting/hooks.ts";
import { reasonOf } from "./error-table.ts";
import type { Exchange } from "./exchange.ts";
import type { UpstreamAnswer } from "./forward.ts";
import type { LocalAnswer } from "./local-answer.ts";
import { outgoingResponse } from "./outgoing.ts";
import type { Rooms } from "./rooms.ts";

export type Answer = LocalAnswer | UpstreamAnswer;

/** A hook of a route, and where its files lie. */
export interface Hooked<Run> {
  readonly run: Run;
  readonly folder: string;
}

/** Changes `head` in place; an answer: the request goes no further. */
export function hookRequest(
  x: Exchange,
  { run, folder }: Hooked<RequestHook>,
  head: RequestHead,
  rooms: Rooms,
): LocalAnswer | undefined | Promise<LocalAnswer | undefined> {
  const turn = new HookTurn();
  const call = (): unknown => run(fromOf(x), requestTo(head, turn));
  return rooms.hooks.run(x, { kind: "request", folder, turn, call });
}

/** The upstream's answer as the client gets it, or another one in its place. */
export function hookResponse(
  x: Exchange,
  { run, folder }: Hooked<ResponseHook>,
  answer: UpstreamAnswer,
  rooms: Rooms,
): Answer | Promise<Answer> {
  const { head } = answer;
  const from = responseFrom(fromOf(x), head.status, head.fields.clone());
  outgoingResponse(x, answer, rooms);
  const turn = new HookTurn();
  const call = (): unknown => run(from, responseTo(head, turn, reasonOf));
  const own = rooms.hooks.run(x, { kind: "response", folder, turn, call });
  return own instanceof Promise ? waitFor(own, x, answer) : chosen(own, answer);
}

async function waitFor(
  own: Promise<LocalAnswer | undefined>,
  x: Exchange,
  answer: UpstreamAnswer,
): Promise<Answer> {
  try {
    return chosen(await own, answer);
  } finally {
    // The wait took its place. It hears now of an abort that came meanwhile.
    x.onAbort(answer.relay);
  }
}

function chosen(own: LocalAnswer | undefined, answer: UpstreamAnswer): Answer {
  if (own !== undefined) answer.relay.drop();
  return own ?? answer;
}

function fromOf(x: Exchange): RequestFrom {
  const { clientIp: client, user, requestId } = x;
  return (x.hookFrom ??= requestFrom(x.head, { client, user, requestId }));
}
