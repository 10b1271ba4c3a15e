/**
 * Asks several proxies in turn for a page whose first bytes are there at once and whose others take
 * their time: `node first-byte-client.ts ROUNDS PORT…`. For each port, the times from a request to
 * its first byte of body and to its last are printed, in ms.
 */

import { connect, type Socket } from "node:net";

import { begunPageBytes, type FirstByteStory } from "./spoon-page.ts";

const [rounds = 0, ...ports] = process.argv.slice(2).map(Number);

class Client {
  readonly firstMs: number[] = [];
  readonly lastMs: number[] = [];
  readonly #socket: Socket;
  #begunMs = 0;
  #head = "";
  #bodyBytes = -1;
  #onDone: (() => void) | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (piece: Buffer) => this.#take(piece));
  }

  ask(): Promise<void> {
    this.#head = "";
    this.#bodyBytes = -1;
    this.#begunMs = performance.now();
    this.#socket.write("GET /begun/1 HTTP/1.1\r\nHost: spoon.test\r\n\r\n");
    return new Promise((resolve) => {
      this.#onDone = resolve;
    });
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
  for (const client of clients) await client.ask();
}
const stories = clients.map(({ firstMs, lastMs }): FirstByteStory => ({ firstMs, lastMs }));
process.stdout.write(`${JSON.stringify(stories)}\n`, () => process.exit());
