/**
 * The leg of a client whose connection belongs to a server of the program that we are a guest of:
 * `node:http`, or `node:http2` in its compatible form. That server reads and writes the messages.
 *
 *   client ◀──▶ node:http ◀── req, res ──▶ leg ◀──▶ exchange (serve)
 */

import type { IncomingMessage, ServerResponse } from "node:http";

import { Failure } from "../base/failure.ts";
import { idOfName, isHeadOnly } from "../http/field-names.ts";
import { Fields, isFieldValue, isToken } from "../http/fields.ts";
import type { ResponseHead } from "../http/head.ts";
import type { ClientLeg, LegReceiver } from "../http/leg.ts";

export class NodeClientLeg implements ClientLeg {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #onGone: (failure: Failure) => void;
  #receiver: LegReceiver | undefined;
  #unconsumedBytes = 0;
  #hasHead = false;
  #isOver = false;

  /** `onGone` is told if the client leaves before its answer is whole, or its body is not there. */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    onGone: (failure: Failure) => void,
  ) {
    this.#request = request;
    this.#response = response;
    this.#onGone = onGone;
    response.on("close", () => this.#closed());
    // Told as a close as well.
    response.on("error", () => {});
    response.on("drain", () => this.#receiver?.onRoom());
  }

  attach(receiver: LegReceiver): void {
    if (this.#isOver || this.#receiver !== undefined) return;
    this.#receiver = receiver;
    const request = this.#request;
    if (request.readableDidRead) return this.#onGone(readBefore());
    // Somebody waited for its end before us, and it tells of that once.
    if (request.readableEnded) return this.#ended(receiver);
    request.on("data", (piece: Buffer) => {
      this.#unconsumedBytes += piece.length;
      receiver.onBody(piece);
      receiver.onBatch();
      if (this.#unconsumedBytes > 0) request.pause();
    });
    request.on("end", () => this.#ended(receiver));
    request.on("error", () => {});
  }

  #ended(receiver: LegReceiver): void {
    receiver.onEnd(trailersOf(this.#request.rawTrailers));
    receiver.onBatch();
  }

  sendHead(head: ResponseHead): void {
    const response = this.#response;
    if (this.#isOver) return;
    const { status } = head;
    if (status === 103) {
      const link = head.fields.allNamed("link");
      if (link.length > 0) response.writeEarlyHints({ link });
    }
    // 100 was sent by the server, and of other interim heads it knows nothing.
    if (status < 200) return;
    this.#hasHead = true;
    const fields = byName(head.fields);
    if (head.contentLength >= 0 && status !== 204)
      fields["Content-Length"] = [String(head.contentLength)];
    response.sendDate = false;
    if (this.#request.httpVersionMajor >= 2) response.writeHead(status, fields);
    else response.writeHead(status, head.reason, fields);
  }

  /** The server keeps what it cannot write, so it gets a copy. */
  sendBody(piece: Buffer): number {
    const response = this.#response;
    if (this.#isOver) return Math.max(1, piece.length);
    response.write(Buffer.from(piece));
    return response.writableNeedDrain
      ? 0
      : Math.max(1, response.writableHighWaterMark - response.writableLength);
  }

  /** What the server has copied into its own queue. */
  queued(): number {
    const response = this.#response;
    return !this.#isOver && response.writableNeedDrain ? response.writableLength : 0;
  }

  get hasWholeBody(): boolean {
    return this.#request.complete;
  }

  sendEnd(trailers?: Fields): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (trailers !== undefined) this.#response.addTrailers(byName(trailers) as never);
    this.#response.end();
  }

  /** Without a head of ours the server would make one up. */
  flush(): void {
    if (this.#hasHead && !this.#isOver) this.#response.flushHeaders();
  }

  consumed(bytes: number): void {
    this.#unconsumedBytes -= bytes;
    if (this.#unconsumedBytes <= 0 && this.#request.isPaused()) this.#request.resume();
  }

  abort(_failure: Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver = undefined;
    this.#response.destroy();
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const failure = new Failure("client-gone", "The client went away: closed");
    this.#receiver?.onGone(failure);
    this.#onGone(failure);
  }
}

/** A body that somebody has read never comes again: to wait for it would be for ever. */
function readBefore(): Failure {
  const message = "Cannot forward: its server has read the request's body already";
  const help = "put the proxy before what reads bodies, as express.json() does";
  return new Failure("internal", `${message}; ${help}`);
}

/** Lines of one name as one list of values: in this form the server writes them line by line. */
function byName(fields: Fields): Record<string, string[]> {
  const values = new Map<string, { name: string; values: string[] }>();
  fields.each((name, value) => {
    const key = name.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, { name, values: [value] });
    else known.values.push(value);
  });
  return Object.fromEntries(Array.from(values.values(), (line) => [line.name, line.values]));
}

/** The server has parsed them; what is no field here is dropped, as a trailer may be. */
function trailersOf(raw: readonly string[]): Fields | undefined {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    const isField = isToken(name) && isFieldValue(value);
    if (isField && !isHeadOnly(idOfName(name))) pairs.push([name, value]);
  }
  return pairs.length === 0 ? undefined : Fields.of(pairs);
}
