/**
 * The upstream of a scenario: a small HTTP/1 server on whatever transport the scenario runs over.
 * It writes down every request that came whole, so that what was mixed up, doubled or cut short
 * shows.
 */

import type { Channel, ChannelReceiver, Listener, Transport } from "../../src/transport/channel.ts";
import { readRawMessage, type RawMessage } from "./raw-message.ts";

/** What a server does with requests; each is called once for each request. */
export interface ServerScript {
  /** The head is there; the body may not be. Returns whether that was the whole answer. */
  onHead?(head: RawMessage, connection: ToyServerConnection): boolean;
  onRequest(request: RawMessage, connection: ToyServerConnection): void;
  /** After a 101 of the script: bytes that came. */
  onTunnel?(bytes: Buffer, connection: ToyServerConnection): void;
}

export class ToyServer {
  readonly requests: RawMessage[] = [];
  readonly connections = new Set<ToyServerConnection>();
  readonly #script: ServerScript;
  #listener: Listener | undefined;
  activityCount = 0;

  constructor(script: ServerScript) {
    this.#script = script;
  }

  async listen(transport: Transport): Promise<number> {
    const target = { host: "127.0.0.1", port: 0, socketPath: undefined };
    this.#listener = await transport.listen(target, {
      onChannel: (channel) => {
        this.connections.add(new ToyServerConnection(channel, this, this.#script));
      },
      onAcceptError: (error) => {
        throw error;
      },
    });
    return this.#listener.port;
  }

  close(): void {
    this.#listener?.close();
    for (const connection of this.connections) connection.cut();
  }
}

export class ToyServerConnection implements ChannelReceiver {
  readonly expectsMore = true;
  readonly channel: Channel;
  /** Requests that were answered on it. */
  servedCount = 0;
  isTunnel = false;
  readonly #server: ToyServer;
  readonly #script: ServerScript;
  #input: Buffer = Buffer.alloc(0);
  #hasSeenHead = false;
  #isAnsweredEarly = false;
  #isClosed = false;

  constructor(channel: Channel, server: ToyServer, script: ServerScript) {
    this.channel = channel;
    this.#server = server;
    this.#script = script;
    channel.receiver = this;
  }

  send(...parts: readonly (string | Buffer)[]): void {
    if (this.#isClosed) return;
    for (const part of parts) this.channel.write(Buffer.from(part as string, "latin1"));
  }

  /** Each part in a turn of its own. */
  async sendSlowly(parts: readonly (string | Buffer)[]): Promise<void> {
    for (const part of parts) {
      this.send(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** A FIN where an answer should be. */
  end(): void {
    if (!this.#isClosed) this.channel.end();
  }

  cut(): void {
    if (!this.#isClosed) this.channel.reset();
  }

  onRead(buffer: Buffer, length: number): void {
    const bytes = buffer.subarray(0, length);
    this.#server.activityCount += 1;
    if (this.isTunnel) this.#script.onTunnel?.(Buffer.from(bytes), this);
    else {
      this.#input = Buffer.concat([this.#input, bytes]);
      while (this.#step());
    }
  }

  onReadEnd(): void {
    this.end();
  }

  onDrained(): void {}

  onClosed(): void {
    this.#server.activityCount += 1;
    this.#isClosed = true;
    this.#server.connections.delete(this);
  }

  #step(): boolean {
    if (this.isTunnel) return false;
    const message = readRawMessage(this.#input);
    if (message === undefined) return false;
    if (!this.#hasSeenHead) {
      this.#hasSeenHead = true;
      this.#isAnsweredEarly = this.#script.onHead?.(message, this) ?? false;
    }
    if (message.state !== "whole") return false;
    this.#hasSeenHead = false;
    this.#input = this.#input.subarray(message.bytes);
    this.#server.requests.push(message);
    if (!this.#isAnsweredEarly) this.#script.onRequest(message, this);
    this.servedCount += 1;
    return this.#input.length > 0;
  }
}
