/**
 * The other side of an HTTP/1 connection, in either role: a channel in memory, driven with the wire
 * machine of the opposite role. It has no exchange, no pool and no deadline.
 */

import { Failure } from "../../src/base/failure.ts";
import type { Fields } from "../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import type { ChannelReceiver } from "../../src/transport/channel.ts";
import { ClientMachine } from "../../src/wire/http1/client-machine.ts";
import { readEvent } from "../../src/wire/http1/message-reader.ts";
import { ServerMachine } from "../../src/wire/http1/server-machine.ts";
import { clientLimits } from "../../src/limits/options.ts";
import type { MemoryChannel } from "../support/memory-channel.ts";
import type { Remote } from "./leg-bench.ts";

abstract class Http1Remote implements ChannelReceiver, Remote {
  readonly expectsMore = true;
  heads: string[] = [];
  fields: Fields | undefined;
  state: "open" | "ended" | "broken" = "open";
  trailers: Fields | undefined;
  onPiece: ((piece: Buffer) => void) | undefined;
  onRoom: () => void = () => {};
  bodyBytes = 0;
  #pieces: Buffer[] = [];
  protected readonly channel: MemoryChannel;
  protected abstract readonly machine: ClientMachine | ServerMachine;

  constructor(channel: MemoryChannel) {
    this.channel = channel;
    channel.receiver = this;
  }

  get body(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  abstract sendHead(head: ResponseHead): void;
  protected abstract headSeen(): string;
  protected abstract get isTunnel(): boolean;

  protected startNext(): void {
    this.heads = [];
    this.state = "open";
    this.trailers = undefined;
    this.bodyBytes = 0;
    this.#pieces = [];
    this.onPiece = undefined;
  }

  protected flush(): void {
    if (this.machine.writer.textLength > 0) this.channel.writeText(this.machine.writer.takeText());
  }

  sendBody(piece: Buffer): number {
    const { writer } = this.machine;
    if (writer.piece(piece)) this.flush();
    else this.channel.writeBoth(writer.takeText(), piece);
    return this.channel.room;
  }

  sendEnd(trailers?: Fields): void {
    if (this.isTunnel) return this.channel.end();
    this.machine.sendEnd(trailers);
    this.flush();
  }

  breakOff(): void {
    this.channel.reset();
  }

  stopReading(): void {
    this.channel.pause();
  }

  readOn(): void {
    this.channel.resume();
  }

  onRead(buffer: Buffer, length: number): void {
    this.machine.reader.receive(buffer, length);
    this.#pump();
    this.machine.reader.hold(this.channel);
  }

  onReadEnd(): void {
    const isProper = this.machine.reader.receiveEnd() && this.machine.reader.pendingBytes === 0;
    if (isProper) this.#pump();
    if (this.state === "open") this.state = "broken";
    if (!this.isTunnel) this.channel.end();
  }

  onDrained(): void {
    this.onRoom();
  }

  onClosed(): void {
    if (this.state === "open") this.state = "broken";
  }

  #pump(): void {
    try {
      while (this.#step());
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.state = "broken";
    }
  }

  #step(): boolean {
    switch (this.machine.next()) {
      case readEvent.need:
        return false;
      case readEvent.head:
        this.heads.push(this.headSeen());
        this.fields = this.machine.head.fields;
        return true;
      case readEvent.piece:
        this.#take(this.machine.reader.piece);
        return true;
      case readEvent.end:
        this.state = "ended";
        this.trailers = this.machine.reader.trailers;
        return false;
    }
  }

  #take(piece: Buffer): void {
    this.bodyBytes += piece.length;
    if (this.onPiece === undefined) this.#pieces.push(Buffer.from(piece));
    else this.onPiece(piece);
  }
}

/** A client that talks to a client connection of ours. */
export class Http1RemoteClient extends Http1Remote {
  protected readonly machine: ClientMachine = new ClientMachine();

  request(head: RequestHead): void {
    this.startNext();
    this.machine.sendHead(head);
    if (head.body === "none") this.machine.sendEnd(undefined);
    this.flush();
  }

  sendHead(): void {
    throw new Error("a client sends no response");
  }

  protected headSeen(): string {
    return String(this.machine.head.status);
  }

  protected get isTunnel(): boolean {
    return this.machine.hasFinalHead && this.machine.head.status === 101;
  }
}

/** A server that an upstream connection of ours talks to. */
export class Http1RemoteServer extends Http1Remote {
  protected readonly machine: ServerMachine = new ServerMachine(clientLimits);

  sendHead(head: ResponseHead): void {
    this.machine.sendHead(head);
    // The request has ended; the tunnel begins.
    if (head.status === 101) this.state = "open";
    this.flush();
  }

  protected headSeen(): string {
    return this.machine.head.method;
  }

  /** Takes the next request; the one before it is over. */
  waitForNext(): void {
    if (this.state === "ended") this.machine.restart();
    this.startNext();
  }

  protected get isTunnel(): boolean {
    return this.machine.isTunnel;
  }
}
