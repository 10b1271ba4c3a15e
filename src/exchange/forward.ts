/**
 * Sends a request to an upstream of its pool and waits for the head of the answer.
 *
 * What may be tried again is in the failure table (design rule 8): a connection that could not be
 * made goes to the next upstream; a kept-alive connection that died before one byte of the answer
 * gets one fresh one, if the request may be sent twice (RFC 9112 §9.3.1).
 */

import { pickInTurn } from "../balancing/in-turn.ts";
import { Failure } from "../base/failure.ts";
import type { SpoolBudget } from "../base/spool.ts";
import { isIdempotent, type RequestHead, type ResponseHead } from "../http/head.ts";
import type { Counters } from "../observe/counters.ts";
import type { Member, Pool } from "../upstream/pool.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import type { Exchange } from "./exchange.ts";
import type { ProxyAction } from "./plan.ts";
import { Relay } from "./relay.ts";

/** What forwarding needs of the worker. */
export interface Forwarding {
  readonly pools: readonly Pool[];
  readonly spoolBudget: SpoolBudget;
  readonly counters: Counters;
  readonly nowMs: () => number;
}

/** An upstream's answer, whose body waits to be passed on. */
export interface UpstreamAnswer {
  readonly head: ResponseHead;
  /** Who gave it. */
  readonly member: Member;
  readonly relay: Relay;
}

/** Where one exchange stands with its attempts. */
interface Attempts {
  readonly pool: Pool;
  readonly isRepeatable: boolean;
  readonly tried: number[];
  /** The member to go to again, on a fresh connection. */
  again: number | undefined;
}

/** `head` is the request as it goes out, from `outgoing.ts`. Rejects with a `Failure`. */
export async function forward(
  x: Exchange,
  action: ProxyAction,
  head: RequestHead,
  forwarding: Forwarding,
): Promise<UpstreamAnswer> {
  const pool = forwarding.pools[action.pool];
  if (pool === undefined) throw new Failure("no-upstream", "Cannot forward: the pool is gone");
  const isRepeatable = isIdempotent(head.method) && head.upgrade === undefined;
  const relay = new Relay(x, {
    timeouts: action.timeouts,
    bodyBytesMax: x.route?.bodyBytesMax ?? 0,
    spoolBudget: forwarding.spoolBudget,
    isRepeatable,
  });
  const attempts: Attempts = { pool, isRepeatable, tried: [], again: undefined };
  x.upstreamBeganMs = forwarding.nowMs();
  for (let failure: Failure | undefined; ; forwarding.counters.retries += 1) {
    const at = attempts.again ?? pick(pool, attempts.tried);
    const member = at === undefined ? undefined : pool.members[at];
    if (at === undefined || member === undefined) {
      relay.release();
      throw failure ?? noUpstream(pool);
    }
    try {
      const connection = takeIdle(member, attempts) ?? (await dial(x, member, action));
      if (failure !== undefined && !relay.canRepeat) {
        // While this connection was made, more of the body came than is kept.
        member.onReusable(connection);
        throw failure;
      }
      x.upstream = member.address.label;
      relay.member = member;
      const answer = await relay.send(connection, forMember(head, member));
      x.upstreamHeadMs = forwarding.nowMs();
      return { head: answer, member, relay };
    } catch (error) {
      failure = mayRetry(error, at, attempts, relay);
      if (failure === undefined || x.aborted !== undefined) {
        relay.release();
        throw error;
      }
    }
  }
}

function pick(pool: Pool, tried: readonly number[]): number | undefined {
  return pickInTurn(pool.members.length, pool.nextTurn(), tried);
}

/**
 * The request as this member wants it: below its base path, and in its own name where the client
 * gave none, as HTTP/1.0 may (RFC 9112 §3.3): many a server refuses an empty Host.
 */
function forMember(head: RequestHead, { address, authorities }: Member): RequestHead {
  const basePath = head.target === "*" ? "" : address.basePath;
  if (basePath === "" && head.authority !== "") return head;
  const authority = head.authority || (authorities[0] ?? "localhost");
  return { ...head, authority, target: basePath + head.target };
}

/** After a kept-alive connection died, only a new one will do. */
function takeIdle(member: Member, attempts: Attempts): UpstreamConnection | undefined {
  return attempts.again === undefined ? member.takeIdle(attempts.isRepeatable) : undefined;
}

async function dial(x: Exchange, member: Member, action: ProxyAction): Promise<UpstreamConnection> {
  x.upstream = member.address.label;
  const connecting = member.dial(action.timeouts.connectMs);
  // Should the client leave meanwhile, the connection that comes all the same is kept for others.
  return x.wait(connecting, (late) => member.onReusable(late));
}

/** The failure if another attempt may follow it, noted in `attempts`; undefined if not. */
function mayRetry(
  error: unknown,
  at: number,
  attempts: Attempts,
  relay: Relay,
): Failure | undefined {
  if (!(error instanceof Failure)) return undefined;
  const wasFresh = attempts.again !== undefined;
  attempts.tried.push(at);
  attempts.again = undefined;
  if (!relay.canRepeat) return undefined;
  switch (error.row.retry) {
    case "always":
      return error;
    case "reused":
      if (wasFresh || !attempts.isRepeatable || !relay.wasReused) return undefined;
      attempts.again = at;
      return error;
    case "never":
      return undefined;
  }
}

function noUpstream(pool: Pool): Failure {
  return new Failure("no-upstream", `Cannot forward: pool "${pool.options.name}" is empty`);
}
