/**
 * Sends a request to an upstream of its pool and waits for the head of the answer.
 *
 * What may be tried again is in the failure table (design rule 8): a connection that could not be
 * made goes to the next upstream; a kept-alive connection that died before one byte of the answer
 * gets one fresh one, if the request may be sent twice (RFC 9112 §9.3.1).
 */

import { pickInTurn } from "../balancing/in-turn.ts";
import { Failure } from "../base/failure.ts";
import type { Pacer } from "../buffering/feed.ts";
import type { RouteBuffering } from "../buffering/options.ts";
import type { Spools } from "../buffering/spools.ts";
import { isIdempotent, type RequestHead, type ResponseHead } from "../http/head.ts";
import type { Bandwidth } from "../limits/bandwidth.ts";
import type { Counters } from "../observe/counters.ts";
import type { UpstreamTimeouts } from "../upstream/options.ts";
import type { Member, Pool } from "../upstream/pool.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import { announcementOf } from "./announcement.ts";
import type { Exchange } from "./exchange.ts";
import type { ProxyAction } from "./plan.ts";
import { Relay, type RelayOwner } from "./relay.ts";

/** What forwarding needs of the worker. */
export interface Forwarding {
  readonly pools: readonly Pool[];
  readonly spools: Spools;
  readonly bandwidth: Bandwidth;
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

/**
 * `head` is the request as it goes out, from `outgoing.ts`. Rejects with a `Failure`; throws one if
 * there is nobody to ask.
 */
export function forward(
  x: Exchange,
  action: ProxyAction,
  head: RequestHead,
  forwarding: Forwarding,
): Promise<UpstreamAnswer> {
  return new Attempts(x, action, head, forwarding).begin();
}

/**
 * The attempts of one exchange, nearly always one. No promise waits for another here, since they
 * would be most of what an exchange leaves for the collector.
 */
class Attempts implements RelayOwner {
  readonly timeouts: UpstreamTimeouts;
  readonly bodyBytesMax: number;
  readonly spools: Spools;
  readonly buffering: RouteBuffering;
  readonly isRepeatable: boolean;
  readonly #exchange: Exchange;
  readonly #pool: Pool;
  readonly #head: RequestHead;
  readonly #forwarding: Forwarding;
  /** What a connection that takes the request has begun with; "" for nothing. */
  readonly #announcement: string;
  readonly #relay: Relay;
  readonly #answer: PromiseWithResolvers<UpstreamAnswer>;
  /** Who is asked now, as its place in the pool. */
  #at = 0;
  #tried: readonly number[] = nobody;
  /** The member to go to again, on a fresh connection. */
  #again: number | undefined;

  constructor(x: Exchange, action: ProxyAction, head: RequestHead, forwarding: Forwarding) {
    const pool = forwarding.pools[action.pool];
    if (pool === undefined) throw new Failure("no-upstream", "Cannot forward: the pool is gone");
    this.timeouts = action.timeouts;
    this.bodyBytesMax = x.route?.bodyBytesMax ?? 0;
    this.spools = forwarding.spools;
    this.buffering = x.route?.buffering ?? unbuffered;
    this.isRepeatable = isIdempotent(head.method) && head.upgrade === undefined;
    this.#exchange = x;
    this.#pool = pool;
    this.#head = head;
    this.#forwarding = forwarding;
    const { proxyProtocol } = pool.options;
    this.#announcement = proxyProtocol === undefined ? "" : announcementOf(x, proxyProtocol);
    this.#relay = new Relay(x, this);
    this.#answer = Promise.withResolvers<UpstreamAnswer>();
  }

  begin(): Promise<UpstreamAnswer> {
    if (this.#relay.shouldCollect) this.#relay.collect(() => this.#ask());
    else this.#ask();
    return this.#answer.promise;
  }

  #ask(): void {
    // Whoever was told to send its body has been told.
    if (this.#relay.hasCollected) this.#head.expectsContinue = false;
    this.#exchange.upstreamBeganMs = this.#forwarding.nowMs();
    this.#attempt(undefined);
  }

  /** `before` is why the attempt before this one failed. */
  #attempt(before: Failure | undefined): void {
    const pool = this.#pool;
    const at = this.#again ?? pickInTurn(pool.members.length, pool.nextTurn(), this.#tried);
    const member = at === undefined ? undefined : pool.members[at];
    if (at === undefined || member === undefined) return this.#end(before ?? noUpstream(pool));
    this.#at = at;
    if (before !== undefined) this.#forwarding.counters.retries += 1;
    // After a kept-alive connection died, only a new one will do.
    const idle =
      this.#again === undefined
        ? member.takeIdle(this.isRepeatable, this.#announcement)
        : undefined;
    if (idle === undefined) void this.#dial(member, before);
    else this.#send(idle, member, before);
  }

  async #dial(member: Member, before: Failure | undefined): Promise<void> {
    const x = this.#exchange;
    const { nowMs } = this.#forwarding;
    x.upstream = member;
    const beganMs = nowMs();
    let connectedMs = 0;
    try {
      const connecting = member.dial(this.timeouts.connectMs, this.#announcement);
      // Should the client leave meanwhile, the connection that comes all the same is kept.
      const connection = await x.wait(connecting, (late) => member.onReusable(late));
      connectedMs = nowMs();
      x.connectMs += connectedMs - beganMs;
      this.#send(connection, member, before);
    } catch (error) {
      if (connectedMs === 0) x.connectMs += nowMs() - beganMs;
      this.failed(error);
    }
  }

  #send(connection: UpstreamConnection, member: Member, before: Failure | undefined): void {
    const relay = this.#relay;
    if (before !== undefined && !relay.canRepeat) {
      // While this connection was made, more of the body came than is kept.
      member.onReusable(connection);
      return this.#end(before);
    }
    this.#exchange.upstream = member;
    relay.member = member;
    try {
      relay.send(connection, forMember(this.#head, member));
    } catch (error) {
      this.#end(error);
    }
  }

  newPacer(): Pacer | undefined {
    const { route, clientIp } = this.#exchange;
    if (route?.bandwidth === undefined) return undefined;
    return this.#forwarding.bandwidth.shaperFor(route.bandwidth, route.row, clientIp);
  }

  answered(head: ResponseHead): void {
    // `#attempt` has found it there.
    const member = this.#pool.members[this.#at]!;
    this.#exchange.upstreamHeadMs = this.#forwarding.nowMs();
    this.#answer.resolve({ head, member, relay: this.#relay });
  }

  /** What is no `Failure` is a bug, and nothing to try again after. */
  failed(error: unknown): void {
    const isOver = !(error instanceof Failure) || this.#exchange.aborted !== undefined;
    if (isOver || !this.#mayRetry(error)) this.#end(error);
    else void this.#retry(error);
  }

  /** Not at once: the connection that failed is still telling of it. */
  async #retry(failure: Failure): Promise<void> {
    await Promise.resolve();
    this.#attempt(failure);
  }

  /** Whether another attempt may follow, and notes where it must go. */
  #mayRetry(failure: Failure): boolean {
    const wasFresh = this.#again !== undefined;
    this.#tried = [...this.#tried, this.#at];
    this.#again = undefined;
    if (!this.#relay.canRepeat) return false;
    switch (failure.row.retry) {
      case "always":
        return true;
      case "reused":
        if (wasFresh || !this.isRepeatable || !this.#relay.wasReused) return false;
        this.#again = this.#at;
        return true;
      case "never":
        return false;
    }
  }

  #end(error: unknown): void {
    this.#relay.release();
    this.#answer.reject(error);
  }
}

const nobody: readonly number[] = [];

const unbuffered: RouteBuffering = { requestBytesMax: 0, responseBytesMax: 0 };

/**
 * The request as this member wants it: below its base path, and in its own name where the client
 * gave none, as HTTP/1.0 may (RFC 9112 §3.3): many a server refuses an empty Host.
 */
export function forMember(
  head: RequestHead,
  { address, authorities }: Pick<Member, "address" | "authorities">,
): RequestHead {
  const basePath = head.target === "*" ? "" : address.basePath;
  if (basePath === "" && head.authority !== "") return head;
  const authority = head.authority || (authorities[0] ?? "localhost");
  return { ...head, authority, target: basePath + head.target };
}

function noUpstream(pool: Pool): Failure {
  return new Failure("no-upstream", `Cannot forward: pool "${pool.options.name}" is empty`);
}
