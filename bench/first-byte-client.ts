/**
 * Asks several proxies in turn for a page whose first bytes are there at once and whose others take
 * their time: `node first-byte-client.ts ROUNDS PORT…`. For each port, the times from a request to
 * its first byte of body and to its last are printed, in ms.
 */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { begunPageBytes, type FirstByteStory } from "./spoon-page.ts";

const [rounds = 0, ...ports] = process.argv.slice(2).map(Number);

class Client {
  readonly firstMs: number[] = [];
  readonly lastMs: number[] = [];
  readonly #port: number;
  #socket: Socket;
  #begunMs = 0;
  #head = "";
  #bodyBytes = -1;
  #onDone: (() => void) | undefined;

  constructor(port: number) {
    this.#port = port;
    this.#socket = this.#connect();
  }

  /** Resolves when the page is whole. */
  async ask(): Promise<void> {
    if (this.#socket.closed || this.#socket.readableEnded) this.#socket = this.#connect();
    if (this.#socket.connecting) await once(this.#socket, "connect");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onDone = resolve;
    this.#head = "";
    this.#bodyBytes = -1;
    this.#begunMs = performance.now();
    this.#socket.write("GET /begun/1 HTTP/1.1\r\nHost: spoon.test\r\n\r\n");
    // It may have been closed a moment ago, and then nobody has seen the request.
    const isWhole = await Promise.race([promise, once(this.#socket, "close").then(() => false)]);
    if (isWhole === false) await this.ask();
  }

  /** Not every proxy keeps a connection: a new one is made before the clock begins. */
  #connect(): Socket {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    socket.on("data", (piece: Buffer) => this.#take(piece));
    return socket;
  }

  #take(piece: Buffer): void {
    if (this.#bodyBytes >= 0) return this.#takeBody(piece.length);
    this.#head += piece.toString("latin1");
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    this.#bodyBytes = 0;
    this.#takeBody(this.#head.length - end - 4);
  }

  #takeBody(bytes: number): void {
    if (bytes > 0 && this.#bodyBytes === 0) this.firstMs.push(performance.now() - this.#begunMs);
    this.#bodyBytes += bytes;
    if (this.#bodyBytes < begunPageBytes) return;
    this.lastMs.push(performance.now() - this.#begunMs);
    this.#onDone?.();
  }
}

const clients = ports.map((port) => new Client(port));
for (let round = 0; round < rounds; round++) {
  // Whoever comes right after a program of the same kind finds the processor's cache warm.
  const order = clients.map((client) => ({ client, at: Math.random() }));
  for (const { client } of order.toSorted((a, b) => a.at - b.at)) await client.ask();
}
const stories = clients.map(({ firstMs, lastMs }): FirstByteStory => ({ firstMs, lastMs }));
process.stdout.write(`${JSON.stringify(stories)}\n`, () => process.exit());
