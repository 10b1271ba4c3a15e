/** The benches of the toy protocol: its leg on the client's side, and on the upstream's. */

import { Failure } from "../../src/base/failure.ts";
import type { Fields } from "../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import type { LegReceiver } from "../../src/http/leg.ts";
import { requestHead, responseHead, tunnelRequest } from "./heads.ts";
import { Recorder, type BenchExchange, type LegBench, type Remote } from "./leg-bench.ts";
import { MultiplexingConnection, type MultiplexingLeg } from "./multiplexing-leg.ts";

/** The other side of one exchange: a leg too, and a user of it. */
export class MultiplexingRemote implements Remote, LegReceiver {
  readonly heads: string[] = [];
  fields: Fields | undefined;
  state: "open" | "ended" | "broken" = "open";
  trailers: Fields | undefined;
  onPiece: ((piece: Buffer) => void) | undefined;
  onRoom: () => void = () => {};
  bodyBytes = 0;
  #leg: MultiplexingLeg | undefined;
  #pieces: Buffer[] = [];
  #isReading = true;
  #owedBytes = 0;

  /** For whoever gets an exchange; whoever opens one passes the remote to `open`. */
  take(leg: MultiplexingLeg, head?: RequestHead): void {
    this.#leg = leg;
    if (head !== undefined) this.heads.push(head.method);
    leg.attach(this);
  }

  get body(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  sendHead(head: ResponseHead): void {
    this.#leg?.sendHead(head);
    this.#leg?.flush();
  }

  sendBody(piece: Buffer): number {
    const room = this.#leg?.sendBody(piece) ?? 0;
    this.#leg?.flush();
    return room;
  }

  sendEnd(trailers?: Fields): void {
    this.#leg?.sendEnd(trailers);
  }

  breakOff(): void {
    this.#leg?.abort(new Failure("internal", "broken off by a test"));
  }

  stopReading(): void {
    this.#isReading = false;
  }

  readOn(): void {
    this.#isReading = true;
    const owed = this.#owedBytes;
    this.#owedBytes = 0;
    this.#leg?.consumed(owed);
  }

  onHead(head: ResponseHead): void {
    this.heads.push(String(head.status));
    this.fields = head.fields;
  }

  onBody(piece: Buffer): void {
    this.bodyBytes += piece.length;
    if (this.onPiece === undefined) this.#pieces.push(Buffer.from(piece));
    else this.onPiece(piece);
    if (this.#isReading) this.#leg?.consumed(piece.length);
    else this.#owedBytes += piece.length;
  }

  onEnd(trailers: Fields | undefined): void {
    this.state = "ended";
    this.trailers = trailers;
  }

  onBatch(): void {}

  onGone(): void {
    if (this.state === "open") this.state = "broken";
  }
}

export function openMultiplexingClientBench(): LegBench {
  const [near, far] = MultiplexingConnection.pair();
  let served: MultiplexingLeg | undefined;
  near.onExchange = (_head, leg) => (served = leg);
  return {
    name: "multiplexing, client's side",
    role: "client",
    isMultiplexing: true,
    async open(shape) {
      served = undefined;
      const remote = new MultiplexingRemote();
      const opened = far.open(headOf(shape), undefined, remote);
      remote.take(opened);
      opened.flush();
      await quietOf(near, far);
      if (served === undefined) throw new Error("the request did not arrive");
      return exchangeOn(served, remote, near, far);
    },
    quiet: () => quietOf(near, far),
    close: () => closeBoth(near, far),
  };
}

export function openMultiplexingUpstreamBench(): LegBench {
  const [near, far] = MultiplexingConnection.pair();
  let remote = new MultiplexingRemote();
  far.onExchange = (head, leg) => remote.take(leg, head);
  return {
    name: "multiplexing, upstream's side",
    role: "upstream",
    isMultiplexing: true,
    async open(shape) {
      remote = new MultiplexingRemote();
      const current = remote;
      const receiver = new Recorder();
      const leg = near.open(headOf(shape), undefined, receiver);
      receiver.consume = (bytes) => leg.consumed(bytes);
      leg.flush();
      await quietOf(near, far);
      return {
        leg,
        receiver,
        remote: current,
        async answer(...statuses) {
          for (const status of statuses) current.sendHead(responseHead(status));
          await quietOf(near, far);
        },
        answerHeads: () =>
          receiver.events
            .filter((event) => event.startsWith("head "))
            .map((event) => event.slice("head ".length)),
      };
    },
    quiet: () => quietOf(near, far),
    close: () => closeBoth(near, far),
  };
}

function exchangeOn(
  leg: MultiplexingLeg,
  remote: MultiplexingRemote,
  near: MultiplexingConnection,
  far: MultiplexingConnection,
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
      await quietOf(near, far);
    },
    answerHeads: () => remote.heads,
  };
}

function headOf(shape: "bodies" | "tunnel"): RequestHead {
  return shape === "tunnel" ? tunnelRequest() : requestHead();
}

async function quietOf(...connections: readonly MultiplexingConnection[]): Promise<void> {
  for (let calmTurns = 0; calmTurns < 3; calmTurns++) {
    if (!connections.every((connection) => connection.isQuiet)) calmTurns = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function closeBoth(near: MultiplexingConnection, far: MultiplexingConnection): Promise<void> {
  near.cut();
  await quietOf(near, far);
  if (near.legs.size !== 0 || far.legs.size !== 0) throw new Error("an exchange stays behind");
}
