/**
 * The clients of the spoon experiment:
 * `node spoon-clients.ts PORT COUNT BYTES_PER_SECOND SECONDS page|short`.
 *
 * Each asks for a page of its own and takes it slowly, looking at every byte; with a rate of 0 it
 * takes the first bytes and then none. After so many seconds, or when all are done, what they saw
 * is printed. `holding` is printed when all have had their first bytes.
 */

import { connect, type Socket } from "node:net";

import { isOfPage, pageBytes, shortPageBytes, type ClientStory } from "./spoon-page.ts";

const [port = 0, count = 0, rate = 0, seconds = 0] = process.argv.slice(2, 6).map(Number);
const kind = process.argv[6] === "short" ? "short" : "page";
const wantedBytes = kind === "short" ? shortPageBytes : pageBytes;

/** How often each looks whether it may take more, in ms. */
const lookMs = 50;

/** Dialled at once: more would overflow what a proxy accepts in one turn. */
const dialledAtOnceMax = 100;

/** Sources: one address has too few ports for many clients. */
const sourceCount = 4;

const firstByteMs: number[] = [];
const wholeMs: number[] = [];
let begunCount = 0;
let heardCount = 0;
let wrongCount = 0;
let brokenCount = 0;
let doneCount = 0;

class SlowClient {
  readonly #number: number;
  readonly #socket: Socket;
  #begunMs = 0;
  #heardMs = 0;
  #head = "";
  #bodyBytes = -1;
  #isDone = false;

  constructor(number: number) {
    this.#number = number;
    const localAddress = `127.0.0.${1 + (number % sourceCount)}`;
    this.#socket = connect({ port, host: "127.0.0.1", localAddress });
    this.#socket.on("connect", () => this.#ask());
    this.#socket.on("data", (piece: Buffer) => this.#take(piece));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.#end());
  }

  look(nowMs: number): void {
    if (rate === 0 || this.#isDone || this.#bodyBytes < 0) return;
    const allowed = ((nowMs - this.#heardMs) * rate) / 1_000;
    if (this.#bodyBytes <= allowed) this.#socket.resume();
  }

  #ask(): void {
    this.#begunMs = performance.now();
    this.#socket.write(`GET /${kind}/${this.#number} HTTP/1.1\r\nHost: spoon.test\r\n\r\n`);
  }

  #take(piece: Buffer): void {
    this.#socket.pause();
    if (this.#bodyBytes >= 0) return this.#takeBody(piece);
    const text = piece.toString("latin1");
    this.#head += text;
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return void this.#socket.resume();
    this.#heardMs = performance.now();
    firstByteMs.push(this.#heardMs - this.#begunMs);
    heardCount += 1;
    if (heardCount === count) console.log("holding");
    if (begunCount < count) begin();
    this.#bodyBytes = 0;
    if (!this.#head.startsWith("HTTP/1.1 200 ")) return this.#fail();
    this.#takeBody(piece.subarray(piece.length - (this.#head.length - end - 4)));
  }

  #takeBody(piece: Buffer): void {
    if (!isOfPage(piece, this.#number, this.#bodyBytes)) return this.#fail();
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes < wantedBytes) return;
    wholeMs.push(performance.now() - this.#begunMs);
    this.#end();
  }

  #fail(): void {
    wrongCount += 1;
    this.#end();
  }

  #end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#bodyBytes < wantedBytes) brokenCount += 1;
    this.#socket.destroy();
    doneCount += 1;
    if (doneCount === count) tell();
  }
}

const clients: SlowClient[] = [];

function begin(): void {
  clients.push(new SlowClient(begunCount));
  begunCount += 1;
}

function tell(): void {
  const story: ClientStory = { firstByteMs, wholeMs, begunCount, wrongCount, brokenCount };
  process.stdout.write(`${JSON.stringify(story)}\n`, () => process.exit());
}

for (let first = 0; first < Math.min(count, dialledAtOnceMax); first++) begin();
setInterval(() => {
  // Whoever waits for a held upstream holds up no other client.
  for (let more = 0; more < dialledAtOnceMax && begunCount < count; more++) begin();
  const nowMs = performance.now();
  for (const client of clients) client.look(nowMs);
}, lookMs);
setTimeout(tell, seconds * 1_000);
