/**
 * Clients and upstreams for tests of the relay, over either kind of leg. Every exchange is passed
 * on as `serve` does it, without its rooms:
 *
 *   client's remote ══▶ client leg ──▶ relay ──▶ upstream leg ══▶ upstream's remote
 */

import { Budget } from "../../src/base/budget.ts";
import type { Pacer } from "../../src/buffering/feed.ts";
import type { RouteBuffering } from "../../src/buffering/options.ts";
import { Spools } from "../../src/buffering/spools.ts";
import { Exchange } from "../../src/exchange/exchange.ts";
import { Relay } from "../../src/exchange/relay.ts";
import type { Filter } from "../../src/http/filter.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import { ClientConnection } from "../../src/net/client-connection.ts";
import { newCounters } from "../../src/observe/counters.ts";
import { upstreamTimeouts } from "../../src/upstream/options.ts";
import { UpstreamConnection } from "../../src/upstream/upstream-connection.ts";
import { FakeStore } from "../support/fake-store.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { emptyPlan, servicesOver } from "./a-worker.ts";
import { requestHead } from "./heads.ts";
import { BenchDoor } from "./http1-client-bench.ts";
import { Http1RemoteClient, Http1RemoteServer } from "./http1-remote.ts";
import { BenchPool } from "./http1-upstream-bench.ts";
import type { Remote } from "./leg-bench.ts";
import { MultiplexingRemote } from "./multiplexing-bench.ts";
import { MultiplexingConnection } from "./multiplexing-leg.ts";

export type Protocol = "HTTP/1" | "multiplexing";

type Opener = Parameters<Relay["send"]>[0];

/** Where a relayed request ends. */
interface UpstreamEnd {
  readonly opener: Opener;
  readonly remote: Remote;
}

export interface RelayedExchange {
  readonly client: Remote;
  readonly upstream: Remote;
}

export class RelayBench {
  readonly #transport = new MemoryTransport();
  readonly #services = servicesOver(this.#transport);
  readonly #clients: Protocol;
  readonly #upstreams: Protocol;
  readonly #waiting: UpstreamEnd[] = [];
  readonly #clientWire = MultiplexingConnection.pair();
  readonly #upstreamWire = MultiplexingConnection.pair();
  readonly #upstreamRemotes: MultiplexingRemote[] = [];
  readonly exchanges: Exchange[] = [];
  readonly failures: unknown[] = [];
  readonly store: FakeStore;
  readonly spools: Spools;
  /** Of the exchange to come. */
  pacer: Pacer | undefined;
  /** Of the exchanges to come. */
  buffering: RouteBuffering = { requestBytesMax: 0, responseBytesMax: 0 };
  /** What the answers of the exchanges to come pass through. */
  filters: readonly Filter[] = [];

  /** `memoryBytes` is the budget of bodies that wait. */
  constructor(clients: Protocol, upstreams: Protocol, memoryBytes = 64 * 1024 * 1024) {
    this.store = new FakeStore();
    this.spools = new Spools({
      memory: new Budget(memoryBytes),
      store: this.store,
      nowMs: () => 0,
      counts: newCounters(),
    });
    this.#clients = clients;
    this.#upstreams = upstreams;
    this.#clientWire[0].onExchange = (head, leg) => {
      const peer = { address: "127.0.0.1", isTrusted: false };
      this.#begin(new Exchange(head, leg, peer, { plan: emptyPlan, nowMs: 0 }));
    };
    this.#upstreamWire[1].onExchange = (head, leg) =>
      this.#upstreamRemotes.shift()?.take(leg, head);
  }

  /** What our side keeps of bodies for multiplexing legs, in bytes, one number an exchange. */
  heldBytes(): readonly number[] {
    const ours = [this.#clientWire[0], this.#upstreamWire[0]];
    return ours.flatMap((wire) => Array.from(wire.legs.values(), (leg) => leg.heldBytes));
  }

  /** An exchange whose request has reached its upstream. */
  async open(head: RequestHead = requestHead()): Promise<RelayedExchange> {
    const end = this.#upstreams === "HTTP/1" ? this.#http1Upstream() : this.#multiplexingUpstream();
    this.#waiting.push(end);
    const client = this.#clients === "HTTP/1" ? this.#http1Client(head) : this.#streamClient(head);
    await this.quiet();
    return { client, upstream: end.remote };
  }

  async quiet(): Promise<void> {
    const wires = [...this.#clientWire, ...this.#upstreamWire];
    // What a filter or the flush list has in hand is seen by no wire: it may take a turn each.
    for (let calmTurns = 0; calmTurns < 8; calmTurns++) {
      if (!this.#transport.isQuiet || wires.some((wire) => !wire.isQuiet)) calmTurns = 0;
      if (this.store.answer()) calmTurns = 0;
      this.spools.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #begin(x: Exchange): void {
    const end = this.#waiting.shift();
    if (end === undefined) throw new Error("an exchange that nobody asked for");
    this.exchanges.push(x);
    void this.#passOn(x, end.opener);
  }

  async #passOn(x: Exchange, opener: Opener): Promise<void> {
    const answer = Promise.withResolvers<ResponseHead>();
    const relay = new Relay(x, {
      answered: answer.resolve,
      failed: answer.reject,
      timeouts: upstreamTimeouts,
      bodyBytesMax: 0,
      spools: this.spools,
      buffering: this.buffering,
      newPacer: () => this.pacer,
      isRepeatable: false,
    });
    try {
      if (relay.shouldCollect) relay.collect(() => relay.send(opener, x.head));
      else relay.send(opener, x.head);
      const head = await answer.promise;
      if (this.filters.length > 0) relay.filter(head, this.filters);
      x.client.sendHead(head);
      relay.run(head.status === 101);
      const failure = await relay.settled();
      if (failure !== undefined) x.client.abort(failure);
      this.failures.push(failure);
    } catch (error) {
      this.failures.push(error);
    } finally {
      relay.release();
    }
  }

  #http1Client(head: RequestHead): Remote {
    const [near, far] = this.#transport.pair();
    const door = new BenchDoor(this.#services, (x) => this.#begin(x));
    void new ClientConnection(near, door);
    const remote = new Http1RemoteClient(far);
    remote.request(head);
    return remote;
  }

  #streamClient(head: RequestHead): Remote {
    const remote = new MultiplexingRemote();
    const leg = this.#clientWire[1].open(head, undefined, remote);
    remote.take(leg);
    if (head.body === "none" && head.upgrade === undefined) leg.sendEnd();
    leg.flush();
    return remote;
  }

  #http1Upstream(): UpstreamEnd {
    const [near, far] = this.#transport.pair();
    const opener = new UpstreamConnection("upstream", near, new BenchPool(), this.#services);
    return { opener, remote: new Http1RemoteServer(far) };
  }

  #multiplexingUpstream(): UpstreamEnd {
    const remote = new MultiplexingRemote();
    this.#upstreamRemotes.push(remote);
    return { opener: this.#upstreamWire[0], remote };
  }
}
