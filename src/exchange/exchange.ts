/**
 * One exchange: a request, its response, and all that is known of both while they pass.
 *
 * It can be aborted once, by whoever sees first that it must end (the client went, a limit was
 * passed, the worker stops). Every wait of the exchange ends with that abort.
 */

import type { Failure } from "../base/failure.ts";
import type { RequestHead } from "../http/head.ts";
import type { ClientLeg } from "../http/leg.ts";
import type { RequestFrom } from "../rewriting/hooks.ts";
import type { ConnectionEnds } from "../transport/channel.ts";
import type { Member } from "../upstream/pool.ts";
import type { Plan, RoutePlan } from "./plan.ts";

/** The connection that an exchange came on. */
export interface Peer {
  /** IP address as text; "" for a Unix socket. */
  readonly address: string;
  /** The plan trusts what this peer says of clients behind it. */
  readonly isTrusted: boolean;
  /** Asked for only where an upstream is told of them; absent: a caller in the same program. */
  readonly ends?: ConnectionEnds;
}

/** Whatever an exchange waits for, as far as an abort is concerned. */
export interface Abortable {
  abort(failure: Failure): void;
}

export class Exchange {
  readonly head: RequestHead;
  readonly client: ClientLeg;
  readonly peer: Peer;
  readonly plan: Plan;
  /** What hooks see of the request; the same for all of them. */
  hookFrom: RequestFrom | undefined;
  /** On the precise clock, in ms. */
  readonly beganMs: number;
  route: RoutePlan | undefined;
  /** The client behind trusted peers. */
  clientIp = "";
  /** Who has shown a password; "" for nobody. */
  user = "";
  requestId = "";
  /** The final status sent; 0: none yet. */
  status = 0;
  requestBytes = 0;
  responseBytes = 0;
  /** Who the request went to last; undefined: nobody. */
  upstream: Member | undefined;
  /**
   * On the precise clock: when the request was ready to go to the upstream, and when its head was
   * back.
   */
  upstreamBeganMs = 0;
  upstreamHeadMs = 0;
  /** How long it took to connect to upstreams; 0: an idle connection was there. */
  connectMs = 0;
  /**
   * On the precise clock: when the answer's head went to the client; 0: it did not. Infinity: at
   * the end, as with answers that are ours.
   */
  headSentMs = 0;
  /** What went wrong, if anything did. */
  failure: Failure | undefined;
  #aborted: Failure | undefined;
  #isFinished = false;
  #abortable: Abortable | undefined;

  constructor(
    head: RequestHead,
    client: ClientLeg,
    peer: Peer,
    start: { plan: Plan; nowMs: number },
  ) {
    this.head = head;
    this.client = client;
    this.peer = peer;
    this.plan = start.plan;
    this.beganMs = start.nowMs;
  }

  get aborted(): Failure | undefined {
    return this.#aborted;
  }

  /** Both messages are whole: what becomes of their connections is no failure of theirs. */
  finish(): void {
    this.#isFinished = true;
  }

  /** Ends whatever the exchange waits for. The first failure counts. */
  abort(failure: Failure): void {
    if (this.#aborted !== undefined || this.#isFinished) return;
    this.#aborted = failure;
    this.failure ??= failure;
    this.#abortable?.abort(failure);
  }

  /** Who is told of an abort from now on; it is told at once if there was one. */
  onAbort(abortable: Abortable): void {
    this.#abortable = abortable;
    if (this.#aborted !== undefined) abortable.abort(this.#aborted);
  }

  /** It is told of no abort any more; harmless if another one has taken its place. */
  leaveAbort(abortable: Abortable): void {
    if (this.#abortable === abortable) this.#abortable = undefined;
  }

  /**
   * The same promise, but rejected when the exchange is aborted first; then `late` gets the value.
   */
  async wait<Value>(promise: Promise<Value>, late: (value: Value) => void): Promise<Value> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    this.onAbort({
      abort: (failure) => {
        promise.then(late, () => undefined);
        reject(failure);
      },
    });
    try {
      return await Promise.race([promise, aborted]);
    } finally {
      this.#abortable = undefined;
    }
  }
}
