/**
 * One connection to an upstream: the driver that joins a channel with the HTTP/1 client machine,
 * for one exchange after another.
 *
 *   pool ──open──▶ leg ◀──▶ machine ◀──▶ channel ◀──▶ upstream
 *
 * A connection goes back to its pool only after both messages were whole and nothing was left over;
 * a byte that arrives while it is idle closes it, since it would be the answer to whoever comes
 * next (threats 79, 80).
 */

import { Failure, type FailureCode } from "../base/failure.ts";
import type { Timed } from "../base/wheel.ts";
import type { Fields } from "../http/fields.ts";
import { id } from "../http/field-names.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import { DrivenLeg, type LegDriver } from "../http/driven-leg.ts";
import type { LegReceiver, UpstreamLeg } from "../http/leg.ts";
import { MessageOutput } from "../transport/message-output.ts";
import { ReadFlow } from "../transport/read-flow.ts";
import type { Channel, ChannelReceiver } from "../transport/channel.ts";
import { ClientMachine } from "../wire/http1/client-machine.ts";
import { readEvent } from "../wire/http1/message-reader.ts";
import type { UpstreamTimeouts } from "./options.ts";
import type { Services } from "./services.ts";

/** What a connection tells its pool. */
export interface ConnectionOwner {
  /** The exchange is over and another may come. */
  onReusable(connection: UpstreamConnection): void;
  onConnectionClosed(connection: UpstreamConnection): void;
}

export class UpstreamConnection implements ChannelReceiver, LegDriver, Timed {
  deadlineMs = Infinity;
  lookMs = Infinity;
  readonly bornMs: number;
  /** When it was last given back. */
  idleSinceMs = 0;
  /** The PROXY header that it began with; "" for none. */
  announcement = "";
  readonly label: string;
  readonly #services: Services;
  readonly #owner: ConnectionOwner;
  readonly #channel: Channel;
  readonly #machine = new ClientMachine();
  #leg: Http1UpstreamLeg | undefined;
  readonly #flow: ReadFlow;
  /** The final head is out, and its receiver has not attached for the body yet. */
  #isHolding = false;
  #isPumping = false;
  #wasIdle = false;
  /** Nothing more will come; `#readError` if it did not end in order. */
  #hasReadEnd = false;
  #readError: Error | undefined;
  #isClosed = false;
  #hasAnswerBytes = false;
  readonly #output: MessageOutput;
  #sentBytesSeen = 0;
  #timeouts: UpstreamTimeouts | undefined;
  #idleMs = 0;

  constructor(label: string, channel: Channel, owner: ConnectionOwner, services: Services) {
    this.label = label;
    this.#channel = channel;
    this.#flow = new ReadFlow(channel);
    this.#output = new MessageOutput(channel, this.#machine.writer, services.flushes);
    this.#owner = owner;
    this.#services = services;
    this.bornMs = services.clock.nowMs;
    channel.receiver = this;
  }

  /** Before the first exchange: the header goes out with the first request. */
  announce(header: string): void {
    this.announcement = header;
    this.#machine.writer.interim(header);
  }

  /** How long the upstream said it keeps an idle connection, in ms. */
  get keepAliveMs(): number {
    return this.#machine.keepAliveMs;
  }

  /** Sends the head of a request. Its leg delivers the answer's head without being asked. */
  open(head: RequestHead, timeouts: UpstreamTimeouts, receiver: LegReceiver): UpstreamLeg {
    const leg = new Http1UpstreamLeg(this, receiver, this.#wasIdle);
    this.#leg = leg;
    this.#timeouts = timeouts;
    this.#flow.unconsumedBytes = 0;
    this.#isHolding = false;
    this.#hasAnswerBytes = false;
    this.#output.begin();
    this.#idleMs = timeouts.idleMs;
    this.#sendHead(head);
    this.#watch(timeouts.idleMs);
    return leg;
  }

  /** A head that cannot be written is our bug, and no reason to lose track of a connection. */
  #sendHead(head: RequestHead): void {
    try {
      this.#machine.sendHead(head);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** It was given up; that it is gone is told later. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Closes an idle connection. */
  close(): void {
    this.#isClosed = true;
    this.#services.wheel.forget(this);
    this.#channel.close();
  }

  /** Waits to be used again, closing by itself after `idleMs`. */
  park(idleMs: number): void {
    this.#wasIdle = true;
    this.idleSinceMs = this.#services.clock.nowMs;
    this.#watch(idleMs);
  }

  // What the leg asks for.

  startDelivery(): void {
    this.#isHolding = false;
    this.#pump();
  }

  sendBody(piece: Buffer): number {
    return this.#output.sendBody(piece);
  }

  queued(): number {
    return this.#output.queued();
  }

  sendEnd(trailers: Fields | undefined): void {
    if (this.isTunnel) return this.#output.end();
    const timeouts = this.#timeouts;
    this.#machine.sendEnd(trailers);
    this.flush();
    if (timeouts !== undefined && !this.#machine.hasFinalHead) this.#watch(timeouts.firstByteMs);
  }

  get isTunnel(): boolean {
    return this.#machine.hasFinalHead && this.#machine.head.status === 101;
  }

  flush(): void {
    this.#output.flush();
  }

  consumed(bytes: number): void {
    this.#flow.unconsumedBytes -= bytes;
    if (!this.#flow.mayDeliver || this.#isPumping) return;
    this.#pump();
  }

  /** Ends the exchange from our side. */
  abort(): void {
    this.#leg?.detach();
    this.#leg = undefined;
    this.#isClosed = true;
    this.#services.wheel.forget(this);
    this.#channel.reset();
  }

  // What the channel tells and asks.

  get expectsMore(): boolean {
    return this.#machine.reader.isInsideMessage;
  }

  onRead(buffer: Buffer, length: number): void {
    if (this.#leg === undefined) return this.close();
    if (!this.#output.hasWritten) {
      const message = `Cannot use connection to ${this.label}: it spoke before it was asked`;
      this.#fail(failureOf("upstream-closed", message));
      return;
    }
    this.#hasAnswerBytes = true;
    const reader = this.#machine.reader;
    reader.receive(buffer, length);
    if (this.#machine.hasFinalHead && this.#idleMs > 0) this.#watch(this.#idleMs);
    this.#pump();
    if (reader.pendingBytes === 0 || this.#leg === undefined) return;
    reader.hold(this.#channel);
    if (!this.#flow.mayDeliver || reader.pendingBytes > length) this.#flow.pause();
  }

  onReadEnd(): void {
    this.#hasReadEnd = true;
    if (this.#leg === undefined) this.close();
    else this.#pump();
  }

  onDrained(): void {
    if (this.#output.drained()) this.#leg?.receiver?.onRoom();
  }

  onClosed(error: Error | undefined): void {
    this.#isClosed = true;
    this.#services.wheel.forget(this);
    this.#owner.onConnectionClosed(this);
    this.#hasReadEnd = true;
    this.#readError = error;
    // What came before the end still counts, once its receiver is ready for it.
    this.#pump();
  }

  onDeadline(): void {
    if (this.#leg === undefined) return this.close();
    if (this.#flow.isPaused || !this.#flow.mayDeliver || this.#isHolding) {
      // We are the ones who do not read: the upstream's clock stands still.
      this.#watch(Math.max(1_000, this.#idleMs));
      return;
    }
    if (!this.#machine.hasSentAll) return this.#onSendDeadline();
    const hasHead = this.#machine.hasFinalHead;
    const code = hasHead ? "idle-timeout" : "first-byte-timeout";
    const waited = hasHead ? this.#idleMs : (this.#timeouts?.firstByteMs ?? 0);
    this.#fail(failureOf(code, `Cannot read from ${this.label}: silent for ${waited} ms`));
  }

  /** While a request goes out only an upstream that takes no byte of it is at fault. */
  #onSendDeadline(): void {
    const sent = this.#channel.sentBytes;
    if (this.#channel.queuedBytes > 0 && sent === this.#sentBytesSeen) {
      const message = `Cannot send to ${this.label}: it took nothing for ${this.#idleMs} ms`;
      this.#fail(failureOf("idle-timeout", message));
      return;
    }
    this.#sentBytesSeen = sent;
    this.#watch(Math.max(1_000, this.#idleMs));
  }

  #watch(ms: number): void {
    this.deadlineMs = ms > 0 ? this.#services.clock.nowMs + ms : Infinity;
    this.#services.wheel.watch(this);
  }

  /** Hands out what the machine finds, as long as the receiver is willing. */
  #pump(): void {
    const leg = this.#leg;
    if (leg === undefined || this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#leg === leg && !this.#isHolding && this.#flow.mayDeliver) {
        if (!this.#step(leg)) break;
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#fail(error);
    } finally {
      this.#isPumping = false;
    }
    if (this.#leg === leg) this.#afterPump(leg);
  }

  #afterPump(leg: Http1UpstreamLeg): void {
    leg.receiver?.onBatch();
    if (this.#leg !== leg || this.#machine.reader.pendingBytes > 0) return;
    this.#channel.releaseRead();
    if (!this.#flow.mayDeliver) this.#flow.pause();
    else this.#resume();
  }

  /** One event; false: there is none. */
  #step(leg: Http1UpstreamLeg): boolean {
    const machine = this.#machine;
    switch (machine.next()) {
      case readEvent.need:
        return this.#hasReadEnd && this.#endOfInput();
      case readEvent.head:
        this.#onHead(leg, machine.head);
        return true;
      case readEvent.piece: {
        const piece = machine.reader.piece;
        this.#flow.unconsumedBytes += piece.length;
        leg.receiver?.onBody(piece);
        return true;
      }
      case readEvent.end:
        this.#finish(leg, machine.reader.trailers);
        return false;
    }
  }

  #onHead(leg: Http1UpstreamLeg, head: ResponseHead): void {
    if (this.#machine.hasFinalHead) {
      this.#isHolding = true;
      this.#idleMs = isEndless(head) ? 0 : (this.#timeouts?.idleMs ?? 0);
      this.#watch(this.#idleMs);
    }
    leg.receiver?.onHead(head);
  }

  /** Returns whether the end of the input was the end of the message. */
  #endOfInput(): boolean {
    const { reader } = this.#machine;
    if (reader.isDone) return false;
    const isOrderly = this.#readError === undefined && this.#machine.hasFinalHead;
    const isProper = isOrderly && reader.receiveEnd();
    if (!isProper) this.#fail(this.#cutShort(this.#readError));
    return isProper;
  }

  #finish(leg: Http1UpstreamLeg, trailers: Fields | undefined): void {
    if (this.isTunnel) {
      // A half-close: the other direction goes on until it ends too.
      leg.receiver?.onEnd(undefined);
      return;
    }
    const { receiver } = leg;
    leg.detach();
    this.#leg = undefined;
    this.#channel.releaseRead();
    this.#resume();
    const isReusable = this.#machine.canServeAgain && !this.#hasReadEnd && !this.#isClosed;
    this.#machine.rest();
    if (isReusable) this.#owner.onReusable(this);
    else if (!this.#isClosed) this.close();
    receiver?.onEnd(trailers);
  }

  #fail(failure: Failure): void {
    const receiver = this.#leg?.receiver;
    if (this.#leg === undefined) return;
    this.abort();
    receiver?.onGone(failure);
  }

  #cutShort(error: Error | undefined): Failure {
    const code = !this.#hasAnswerBytes
      ? error === undefined
        ? "upstream-closed"
        : "upstream-reset"
      : "truncated-response";
    const seen = error === undefined ? "it closed the connection" : error.message;
    return new Failure(code, `Cannot read from ${this.label}: ${seen}`, { cause: error });
  }

  #resume(): void {
    if (!this.#flow.isPaused || this.#isClosed) return;
    this.#flow.resume();
    if (this.#idleMs > 0) this.#watch(this.#idleMs);
  }
}

/** The upstream's leg over HTTP/1; whoever opens it is its receiver from the start. */
class Http1UpstreamLeg extends DrivenLeg<UpstreamConnection> implements UpstreamLeg {
  readonly reused: boolean;

  constructor(connection: UpstreamConnection, receiver: LegReceiver, reused: boolean) {
    super(connection, receiver);
    this.reused = reused;
  }
}

/** Bodies that may be silent for as long as they like. */
function isEndless(head: ResponseHead): boolean {
  if (head.status === 101) return true;
  const type = head.fields.get(id["content-type"]);
  return type !== undefined && /^(?:text\/event-stream|application\/grpc)/i.test(type);
}

function failureOf(code: FailureCode, message: string): Failure {
  return new Failure(code, message);
}
