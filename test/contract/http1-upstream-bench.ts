/** The bench of HTTP/1 on the upstream's side: `UpstreamConnection` over a channel in memory. */

import type { UpstreamLeg } from "../../src/http/leg.ts";
import { upstreamTimeouts } from "../../src/upstream/options.ts";
import {
  UpstreamConnection,
  type ConnectionOwner,
} from "../../src/upstream/upstream-connection.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { servicesOver } from "./a-worker.ts";
import { requestHead, responseHead, tunnelRequest } from "./heads.ts";
import { Http1RemoteServer } from "./http1-remote.ts";
import { Recorder, type BenchExchange, type LegBench } from "./leg-bench.ts";

/** A pool of one connection. */
export class BenchPool implements ConnectionOwner {
  isReusable = false;
  isClosed = false;

  onReusable(connection: UpstreamConnection): void {
    this.isReusable = true;
    connection.park(1_000);
  }

  onConnectionClosed(): void {
    this.isClosed = true;
  }
}

export function openUpstreamBench(): LegBench {
  const transport = new MemoryTransport();
  const [near, far] = transport.pair();
  const remote = new Http1RemoteServer(far);
  const pool = new BenchPool();
  const services = servicesOver(transport);
  const connection = new UpstreamConnection("upstream", near, pool, services);
  let isFirst = true;

  return {
    name: "HTTP/1, upstream's side",
    role: "upstream",
    isMultiplexing: false,
    async open(shape) {
      if (!isFirst && !pool.isReusable) throw new Error("the connection serves no more");
      if (!isFirst) remote.waitForNext();
      isFirst = false;
      pool.isReusable = false;
      const receiver = new Recorder();
      const head = shape === "tunnel" ? tunnelRequest() : requestHead();
      const leg = connection.open(head, upstreamTimeouts, receiver);
      receiver.consume = (bytes) => leg.consumed(bytes);
      if (shape === "tunnel") leg.sendEnd();
      leg.flush();
      await transport.quiet();
      return exchangeOn(leg, receiver, remote, transport);
    },
    quiet: () => transport.quiet(),
    async close() {
      far.reset();
      await transport.quiet();
      if (!pool.isClosed) throw new Error("the connection stays behind");
      if (services.wheel.size !== 0) throw new Error("a deadline stays behind");
    },
  };
}

function exchangeOn(
  leg: UpstreamLeg,
  receiver: Recorder,
  remote: Http1RemoteServer,
  transport: MemoryTransport,
): BenchExchange {
  return {
    leg,
    receiver,
    remote,
    async answer(...statuses) {
      for (const status of statuses) remote.sendHead(responseHead(status));
      await transport.quiet();
    },
    answerHeads: () =>
      receiver.events
        .filter((event) => event.startsWith("head "))
        .map((event) => event.slice("head ".length)),
  };
}
