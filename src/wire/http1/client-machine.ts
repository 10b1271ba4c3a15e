/**
 * HTTP/1 as a client speaks it, without a socket: a request in, text out; bytes of responses in,
 * events out (RFC 9112).
 *
 *   sendHead ▶ piece … ▶ sendEnd ▶ takeText    receive ▶ next: head (1xx) … ▶ head ▶ piece … ▶ end
 *
 * One exchange at a time; the next begins with `sendHead` when `canServeAgain` says so.
 */

import { assert } from "../../base/assert.ts";
import { Failure } from "../../base/failure.ts";
import type { Fields } from "../../http/fields.ts";
import type { RequestHead, ResponseHead } from "../../http/head.ts";
import { responseLimits } from "./limits.ts";
import { MessageReader, readEvent, type ReadEvent } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";
import { requestText } from "./request-text.ts";
import { readResponseHead } from "./response-head.ts";

/** Interim heads before the final one; more of them is an attack (threat 83). */
const interimHeadsMax = 32;

export class ClientMachine {
  readonly reader = new MessageReader(true, responseLimits);
  readonly writer = new MessageWriter();
  #request: RequestHead | undefined;
  #head: ResponseHead | undefined;
  #hasSentAll = true;
  #hasFinalHead = false;
  #persists = true;
  #interimHeads = 0;
  /** How long the upstream keeps the connection when idle, in ms; Infinity: it did not say. */
  keepAliveMs = Infinity;

  /** The response that the last `head` event brought. */
  get head(): ResponseHead {
    assert(this.#head !== undefined, "a head is asked for after its event");
    return this.#head;
  }

  get hasSentAll(): boolean {
    return this.#hasSentAll;
  }

  get hasFinalHead(): boolean {
    return this.#hasFinalHead;
  }

  /** Both messages are whole, neither side wants to close, and not a byte is left over. */
  get canServeAgain(): boolean {
    return (
      this.#persists && this.#hasSentAll && this.reader.isDone && this.reader.pendingBytes === 0
    );
  }

  /** The exchange is over: nothing of it is kept until the next one. */
  rest(): void {
    this.#request = undefined;
    this.#head = undefined;
    this.#hasFinalHead = false;
    this.#interimHeads = 0;
    this.reader.restart();
  }

  sendHead(head: RequestHead): void {
    this.rest();
    this.#request = head;
    this.#hasSentAll = false;
    const framing = head.body === "stream" ? "chunked" : head.body;
    this.writer.begin(requestText(head), framing, head.contentLength);
  }

  sendEnd(trailers: Fields | undefined): void {
    assert(!this.#hasSentAll, "a request ends once");
    this.writer.end(trailers);
    this.#hasSentAll = true;
  }

  /** Throws a `Failure` where the bytes are no response. */
  next(): ReadEvent {
    const request = this.#request;
    // Bytes before the first request are an answer to nothing (threat 80).
    if (request === undefined) throw unasked("bytes before any request");
    const event = this.reader.next();
    if (event === readEvent.head) this.#begin(request);
    return event;
  }

  #begin(request: RequestHead): void {
    const reader = this.reader;
    const read = readResponseHead(reader.scan, reader.headText, request.method);
    const head = read.head;
    this.#head = head;
    if (head.status === 101) this.#switchProtocol(request, head);
    else if (head.status < 200) this.#countInterim();
    else {
      this.#hasFinalHead = true;
      this.#persists = read.persists;
      this.keepAliveMs = read.idleMs;
      const stream = read.isChunked ? "chunked" : "until-close";
      reader.beginBody(head.body === "stream" ? stream : head.body, head.contentLength);
      reader.hopNames = read.hopNames;
    }
  }

  #countInterim(): void {
    this.#interimHeads += 1;
    if (this.#interimHeads > interimHeadsMax)
      throw unasked(`over ${interimHeadsMax} interim heads`);
    this.reader.restart();
  }

  /** RFC 9110 §7.8: only to what was asked for, and only once all of the request is out. */
  #switchProtocol(request: RequestHead, head: ResponseHead): void {
    const isAsked = request.upgrade !== undefined && head.upgrade === request.upgrade;
    if (!isAsked || !this.#hasSentAll) {
      throw unasked("a 101 that nobody asked for");
    }
    this.#hasFinalHead = true;
    this.#persists = false;
    this.#hasSentAll = false;
    this.writer.begin("", "raw", 0);
    this.reader.beginBody("tunnel", 0);
  }
}

function unasked(what: string): Failure {
  return new Failure("bad-response", `Cannot accept response: ${what}`);
}
