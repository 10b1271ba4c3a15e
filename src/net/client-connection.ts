/**
 * One connection of a client: joins a channel with the HTTP/1 server machine, for one exchange
 * after another.
 *
 *   client ◀──▶ channel ◀──▶ machine ◀──▶ leg ◀──▶ exchange (serve)
 *
 *   head ──▶ exchange ──▶ (drain what is left of the body) ──▶ idle ──▶ head …
 *                  └─▶ linger ─▶ closed
 *
 * An answer may be out before its request was read to the end. What is left is read and dropped, up
 * to a bound; beyond it the connection closes lingering, since a close with unread bytes makes the
 * kernel send a reset that can overtake the answer (RFC 9112 §9.6).
 */

import { Failure } from "../base/failure.ts";
import type { Fields } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { Exchange, Peer } from "../exchange/exchange.ts";
import { drainBytesMax, firstRequestMs, lingerMs } from "../limits/lingering.ts";
import type { Channel, ChannelReceiver, ConnectionEnds } from "../transport/channel.ts";
import { MessageOutput } from "../transport/message-output.ts";
import { ReadFlow } from "../transport/read-flow.ts";
import { readEvent } from "../wire/http1/message-reader.ts";
import { ServerMachine } from "../wire/http1/server-machine.ts";
import { Http1ClientLeg, type ClientLegDriver } from "./client-leg.ts";
import { ConnectionClock, type DeadlineOwner } from "./connection-clock.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { WaitsFor } from "./slow-client-watch.ts";

type Phase = "idle" | "head" | "exchange" | "drain" | "linger" | "closed";

export class ClientConnection implements ChannelReceiver, ClientLegDriver, DeadlineOwner {
  readonly #host: ConnectionHost;
  readonly #channel: Channel;
  readonly #machine: ServerMachine;
  readonly #peer: Peer;
  #phase: Phase = "head";
  #leg: Http1ClientLeg | undefined;
  #exchange: Exchange | undefined;
  readonly #flow: ReadFlow;
  #drainedBytes = 0;
  readonly #output: MessageOutput;
  #isPumping = false;
  #hasReadEnd = false;
  readonly #clock: ConnectionClock;

  /** `ends` are the client's connection's, if that is not the channel. */
  constructor(channel: Channel, host: ConnectionHost, ends: ConnectionEnds = channel) {
    const address = ends.peerAddress;
    this.#channel = channel;
    this.#flow = new ReadFlow(channel);
    this.#host = host;
    this.#machine = new ServerMachine(host.plan.limits);
    this.#output = new MessageOutput(channel, this.#machine.writer, host.flushes);
    this.#peer = { address, isTrusted: host.plan.trust.has(address), ends };
    channel.receiver = this;
    this.#clock = new ConnectionClock(host, channel, this);
    this.#clock.set(host.plan.timeouts.headMs);
  }

  get isInExchange(): boolean {
    return this.#exchange !== undefined;
  }

  /** Ends in order: at once if nothing is going on, else with the answer that is. */
  drain(): void {
    if (this.#phase === "idle") return this.#leave();
    this.#machine.closeAfterThis();
    const isFresh = this.#phase === "head" && !this.#machine.reader.isInsideHead;
    if (isFresh) this.#clock.set(firstRequestMs);
  }

  /** Ends now, whatever goes on. */
  cut(failure: Failure): void {
    this.#lose(failure);
    this.#channel.reset();
  }

  // What the channel tells and asks.

  get expectsMore(): boolean {
    return this.#machine.reader.isInsideMessage;
  }

  onRead(buffer: Buffer, length: number): void {
    const reader = this.#machine.reader;
    this.#host.counters.clientBytesIn += length;
    if (this.#phase === "linger") return this.#dropLingering(length);
    if (reader.pendingBytes > 0) this.#flow.pause();
    reader.receive(buffer, length);
    this.startDelivery();
  }

  onReadEnd(): void {
    this.#hasReadEnd = true;
    // What is queued still goes out; the channel closes by itself behind it.
    if (this.#phase === "linger" && !this.#output.isEmpty) return;
    if (this.#exchange === undefined) return this.#leave();
    if (this.#machine.isTunnel) return this.startDelivery();
    const cutBody = !this.#machine.reader.isDone && !this.#machine.reader.receiveEnd();
    // A FIN before the answer's head means that nobody waits for it any more (design rule 9).
    if (cutBody || !this.#machine.hasSentHead) {
      this.#lose(new Failure("client-gone", "The client closed the connection"));
      this.#close();
    } else {
      this.#clock.watchClient("parting");
    }
  }

  onDrained(): void {
    if (!this.#output.drained()) return;
    if (this.#exchange === undefined) this.startDelivery();
    else this.#leg?.receiver?.onRoom();
  }

  onClosed(error: Error | undefined): void {
    this.#phase = "closed";
    this.#clock.forget();
    this.#lose(new Failure("client-gone", `The client went away: ${error?.message ?? "closed"}`));
    this.#host.onConnectionClosed(this);
  }

  onDeadline(): void {
    switch (this.#phase) {
      case "head":
        if (!this.#machine.reader.isInsideHead) return this.#close();
        return this.#refuse(new Failure("head-timeout", "Cannot read request: too slow"));
      case "idle":
        return this.#leave();
      case "linger":
        return this.#checkLingering();
      case "drain":
        return this.#linger();
      case "exchange":
        return this.#checkSlowness();
      case "closed":
    }
  }

  // What the leg asks for.

  sendHead(head: ResponseHead): void {
    if (this.#host.isDraining || this.#hasReadEnd) this.#machine.closeAfterThis();
    this.#machine.sendHead(head);
    if (this.#machine.isTunnel) this.#clock.watchClient(this.#waitsFor());
  }

  sendBody(piece: Buffer): number {
    this.#host.counters.clientBytesOut += piece.length;
    const room = this.#output.sendBody(piece);
    if (room === 0) this.#clock.watchClient(this.#waitsFor());
    return room;
  }

  queued(): number {
    const bytes = this.#output.queued();
    if (bytes > 0) this.#clock.watchClient(this.#waitsFor());
    return bytes;
  }

  get hasWholeBody(): boolean {
    return this.#machine.reader.hasWholeBody;
  }

  sendEnd(trailers: Fields | undefined): void {
    if (this.#machine.isTunnel) return this.#output.end();
    this.#machine.sendEnd(trailers);
    this.flush();
    this.#endExchange();
  }

  flush(): void {
    this.#output.flush();
  }

  consumed(bytes: number): void {
    this.#flow.unconsumedBytes -= bytes;
    if (this.#flow.mayDeliver && !this.#isPumping) this.startDelivery();
  }

  /**
   * Half an answer must look broken, never short: a body that only the end of the connection ends
   * is cut with a reset; any other is short of what it promised, and its bytes so far still arrive.
   */
  abort(_failure: Failure): void {
    this.#detach();
    if (this.#machine.endsWithClose) this.#channel.reset();
    else this.#linger();
  }

  // The way of the bytes.

  /** Hands on what the machine finds, as long as somebody takes it. */
  startDelivery(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#step());
    } catch (error) {
      this.#onBadInput(error);
    } finally {
      this.#isPumping = false;
    }
    this.#leg?.receiver?.onBatch();
    if (this.#phase === "drain" && !this.#clock.isSet) this.#clock.set(lingerMs);
    if (this.#phase !== "closed") this.#flow.adjust(this.#machine.reader);
  }

  /** One event of the machine; false: there is none, or nobody to take it. */
  #step(): boolean {
    switch (this.#phase) {
      case "idle":
      case "head":
        return this.#stepHead();
      case "exchange":
        return this.#stepExchange();
      case "drain":
        return this.#stepDrain();
      case "linger":
      case "closed":
        return false;
    }
  }

  #stepHead(): boolean {
    const machine = this.#machine;
    // Whoever does not read its answers is asked for no more requests.
    if (this.#output.isFull()) return false;
    if (machine.next() === readEvent.head) {
      this.#beginExchange(machine.head);
      return true;
    }
    if (this.#phase === "idle" && machine.reader.isInsideHead) {
      this.#phase = "head";
      this.#clock.set(this.#host.plan.timeouts.headMs);
    }
    return false;
  }

  #beginExchange(head: RequestHead): void {
    this.#phase = "exchange";
    this.#clock.clear();
    this.#flow.unconsumedBytes = 0;
    this.#clock.endWatch();
    const leg = new Http1ClientLeg(this);
    this.#leg = leg;
    const exchange = this.#host.begin(head, leg, this.#peer);
    // An answer for which nobody had to wait is out by now, and the exchange over.
    if (this.#leg === leg) this.#exchange = exchange;
  }

  #stepExchange(): boolean {
    const receiver = this.#leg?.receiver;
    if (receiver === undefined || !this.#flow.mayDeliver) return false;
    const { reader } = this.#machine;
    switch (this.#machine.next()) {
      case readEvent.need:
        return this.#stepNeed();
      case readEvent.piece: {
        const { piece } = reader;
        this.#flow.unconsumedBytes += piece.length;
        this.#clock.received(piece.length);
        receiver.onBody(piece);
        return true;
      }
      case readEvent.end:
        receiver.onEnd(reader.trailers);
        return false;
      case readEvent.head:
        throw new Error("a request has one head");
    }
  }

  #stepNeed(): boolean {
    const { reader } = this.#machine;
    if (reader.isDone) return false;
    if (this.#machine.isTunnel) return this.#hasReadEnd && reader.receiveEnd();
    this.#clock.watchClient(this.#waitsFor());
    return false;
  }

  /** Reads what is left of a body whose answer is out. */
  #stepDrain(): boolean {
    const { reader } = this.#machine;
    switch (this.#machine.next()) {
      case readEvent.piece:
        this.#drainedBytes += reader.piece.length;
        if (this.#drainedBytes <= drainBytesMax) return true;
        this.#linger();
        return false;
      case readEvent.end:
        this.#nextExchange();
        return true;
      case readEvent.need:
      case readEvent.head:
        return false;
    }
  }

  /** The answer is out. */
  #endExchange(): void {
    this.#detach();
    if (!this.#machine.persists) return this.#linger();
    this.#phase = "drain";
    this.#drainedBytes = 0;
    this.#flow.unconsumedBytes = 0;
    this.#clock.clear();
    if (this.#machine.reader.isDone) this.#nextExchange();
    this.startDelivery();
  }

  #nextExchange(): void {
    if (this.#hasReadEnd || this.#host.isDraining) return this.#linger();
    this.#machine.restart();
    this.#phase = "idle";
    this.#clock.set(this.#host.plan.timeouts.keepAliveMs);
  }

  /** Sends a FIN behind what is queued, and waits a little for the client's. */
  #linger(): void {
    this.#phase = "linger";
    this.#drainedBytes = 0;
    this.#output.end();
    this.#clock.set(lingerMs);
    this.#flow.resume();
  }

  /** Nothing goes on: the connection ends, but not before the client has what is queued for it. */
  #leave(): void {
    if (this.#output.isEmpty) this.#close();
    else this.#linger();
  }

  /** A client that still takes of what is queued is waited for, however slow it is. */
  #checkLingering(): void {
    if (this.#output.isEmpty || this.#clock.lookAtClient("nothing") !== undefined) this.#close();
  }

  #dropLingering(bytes: number): void {
    this.#drainedBytes += bytes;
    if (this.#drainedBytes > drainBytesMax) this.#close();
  }

  // Ends.

  #onBadInput(failure: unknown): void {
    if (!(failure instanceof Failure)) throw failure;
    this.#machine.closeAfterThis();
    if (this.#phase === "drain") this.#linger();
    else if (this.#exchange === undefined) this.#refuse(failure);
    else this.#exchange.abort(failure);
  }

  #refuse(failure: Failure): void {
    this.#phase = "exchange";
    this.#clock.clear();
    this.#machine.closeAfterThis();
    this.#leg = new Http1ClientLeg(this);
    this.#host.refuse(failure, this.#leg, this.#peer);
  }

  /** The exchange, if there is one, has lost its client. */
  #lose(failure: Failure): void {
    const exchange = this.#exchange;
    const receiver = this.#leg?.receiver;
    this.#detach();
    receiver?.onGone(failure);
    exchange?.abort(failure);
  }

  #detach(): void {
    this.#leg?.detach();
    this.#leg = undefined;
    this.#exchange = undefined;
    this.#clock.endWatch();
    this.#output.begin();
  }

  /** What is still queued is lost, and must look lost. */
  #close(): void {
    this.#phase = "closed";
    this.#clock.forget();
    if (this.#output.isEmpty && !this.#machine.endsWithClose) this.#channel.close();
    else this.#channel.reset();
  }

  #checkSlowness(): void {
    const failure = this.#clock.lookAtClient(this.#waitsFor());
    if (failure === undefined) return;
    if (failure.code !== "body-timeout") return this.cut(failure);
    this.#machine.closeAfterThis();
    this.#exchange?.abort(failure);
  }

  #waitsFor(): WaitsFor {
    if (this.#machine.isTunnel) return "tunnel";
    if (this.#hasReadEnd) return "parting";
    return !this.#machine.reader.isDone && this.#flow.mayDeliver ? "body" : "nothing";
  }
}
