/** The bench of HTTP/1 on the client's side: `ClientConnection` over a channel in memory. */

import type { Failure } from "../../src/base/failure.ts";
import { Exchange, type Peer } from "../../src/exchange/exchange.ts";
import type { Plan } from "../../src/exchange/plan.ts";
import type { RequestHead } from "../../src/http/head.ts";
import type { ClientLeg } from "../../src/http/leg.ts";
import { ClientConnection } from "../../src/net/client-connection.ts";
import type { Services } from "../../src/upstream/services.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { emptyPlan, servicesOver } from "./a-worker.ts";
import { requestHead, responseHead, tunnelRequest } from "./heads.ts";
import { Http1RemoteClient } from "./http1-remote.ts";
import { Recorder, type BenchExchange, type LegBench } from "./leg-bench.ts";

type ConnectionHost = ConstructorParameters<typeof ClientConnection>[1];
type ServedLeg = Parameters<ConnectionHost["begin"]>[1];

/** A door that hands every exchange to a test. */
export class BenchDoor implements ConnectionHost {
  readonly plan: Plan = emptyPlan;
  readonly wheel: Services["wheel"];
  readonly clock: Services["clock"];
  readonly counters: Services["counters"];
  readonly flushes: Services["flushes"];
  readonly isDraining = false;
  refused: Failure | undefined;
  closedCount = 0;
  readonly #onExchange: (x: Exchange) => void;

  constructor(services: Services, onExchange: (x: Exchange) => void) {
    this.wheel = services.wheel;
    this.clock = services.clock;
    this.counters = services.counters;
    this.flushes = services.flushes;
    this.#onExchange = onExchange;
  }

  begin(head: RequestHead, leg: ServedLeg, peer: Peer): Exchange {
    const x = new Exchange(head, leg, peer, { plan: this.plan, nowMs: 0 });
    this.#onExchange(x);
    return x;
  }

  refuse(failure: Failure): void {
    this.refused = failure;
  }

  onConnectionClosed(): void {
    this.closedCount += 1;
  }
}

export function openClientBench(): LegBench {
  const transport = new MemoryTransport();
  const [near, far] = transport.pair();
  const remote = new Http1RemoteClient(far);
  let served: ClientLeg | undefined;
  const door = new BenchDoor(servicesOver(transport), (x) => (served = x.client));
  const connection = new ClientConnection(near, door);

  return {
    name: "HTTP/1, client's side",
    role: "client",
    isMultiplexing: false,
    async open(shape) {
      served = undefined;
      remote.request(shape === "tunnel" ? tunnelRequest() : requestHead());
      await transport.quiet();
      if (served === undefined) throw new Error("the request did not arrive");
      return exchangeOn(served, remote, transport);
    },
    quiet: () => transport.quiet(),
    async close() {
      far.reset();
      await transport.quiet();
      if (door.closedCount !== 1 || connection.isInExchange) throw new Error("it stays behind");
      if (door.wheel.size !== 0) throw new Error("a deadline stays behind");
    },
  };
}

function exchangeOn(
  leg: ClientLeg,
  remote: Http1RemoteClient,
  transport: MemoryTransport,
): BenchExchange {
  const receiver = new Recorder();
  receiver.consume = (bytes) => leg.consumed(bytes);
  return {
    leg,
    receiver,
    remote,
    async answer(...statuses) {
      for (const status of statuses) leg.sendHead(responseHead(status));
      leg.flush();
      await transport.quiet();
    },
    answerHeads: () => remote.heads,
  };
}
