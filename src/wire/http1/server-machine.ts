/**
 * HTTP/1 as a server speaks it, without a socket: bytes of requests in, events out; responses in,
 * text out (RFC 9112).
 *
 *   receive ▶ next: head ▶ piece … ▶ end        sendHead ▶ piece … ▶ sendEnd ▶ takeText
 *                      └────────── restart, once both sides are done ──────────┘
 *
 * One exchange at a time: what a client pipelines stays unread until the answer before it is out,
 * so answers are in order without a queue.
 */

import { assert } from "../../base/assert.ts";
import type { Fields } from "../../http/fields.ts";
import type { RequestHead, ResponseHead } from "../../http/head.ts";
import { isBodyless } from "../../http/head.ts";
import type { HeadLimits } from "./limits.ts";
import { MessageReader, readEvent, type ReadEvent } from "./message-reader.ts";
import { MessageWriter, type SentFraming } from "./message-writer.ts";
import { AuthorityMemory, readRequestHead } from "./request-head.ts";
import { headText, interimText } from "./response-text.ts";

/** How far the answer is: nothing, its final head is out, all of it is. */
type Sent = "nothing" | "head" | "all";

export class ServerMachine {
  readonly reader: MessageReader;
  readonly writer = new MessageWriter();
  readonly #memory = new AuthorityMemory();
  #head: RequestHead | undefined;
  #persists = false;
  #asksKeepAlive = false;
  #sent: Sent = "nothing";
  #isTunnel = false;
  #endsWithClose = false;
  #hasContinued = false;

  constructor(limits: HeadLimits) {
    this.reader = new MessageReader(false, limits);
  }

  /** The request that the last `head` event brought. */
  get head(): RequestHead {
    assert(this.#head !== undefined, "a head is asked for after its event");
    return this.#head;
  }

  /** Another exchange may follow on this connection once this one is done. */
  get persists(): boolean {
    return this.#persists;
  }

  get hasSentHead(): boolean {
    return this.#sent !== "nothing";
  }

  get hasSentAll(): boolean {
    return this.#sent === "all";
  }

  get isTunnel(): boolean {
    return this.#isTunnel;
  }

  /** Only the end of the connection ends the answer that is on its way. */
  get endsWithClose(): boolean {
    return this.#sent === "head" && (this.#endsWithClose || this.#isTunnel);
  }

  /** Throws a `Failure` where the bytes are no request. */
  next(): ReadEvent {
    const event = this.reader.next();
    if (event === readEvent.head) this.#begin();
    return event;
  }

  #begin(): void {
    const reader = this.reader;
    const read = readRequestHead(reader.scan, reader.headText, this.#memory);
    this.#head = read.head;
    // Behind a refused CONNECT stands what was meant for the tunnel, and never another request.
    this.#persists = read.persists && read.head.method !== "CONNECT";
    this.#asksKeepAlive = read.asksKeepAlive;
    this.#sent = "nothing";
    this.#hasContinued = false;
    const { body, contentLength } = read.head;
    reader.beginBody(body === "stream" ? "chunked" : body, contentLength);
    reader.hopNames = read.hopNames;
  }

  /** No exchange after this one; said in the head, so call it before that is sent. */
  closeAfterThis(): void {
    this.#persists = false;
  }

  /** Interim heads are for HTTP/1.1 clients only (RFC 9110 §15.2); others are not told. */
  sendHead(head: ResponseHead): void {
    const request = this.#head;
    assert(this.#sent === "nothing", "one final head is sent for a request");
    if (head.status < 200 && head.status !== 101) {
      if (head.status === 100) this.#hasContinued = true;
      if (request?.version === "1.1") this.writer.interim(interimText(head));
      return;
    }
    if (head.status === 101) this.#switchProtocol(head);
    else this.#sendFinal(head, request);
    this.#sent = "head";
  }

  #sendFinal(head: ResponseHead, request: RequestHead | undefined): void {
    const framing = this.#framingFor(head, request);
    // Where a body ends with the connection, there is none after it.
    if (framing === "close" || request === undefined) this.#persists = false;
    // Told a final status instead of 100, a client may send its body or not: nobody can know where
    // the next request begins (RFC 9110 §10.1.1, threat 51).
    const isUncertain = request?.expectsContinue === true && !this.#hasContinued;
    if (isUncertain && !this.reader.isDone) this.#persists = false;
    const connection = this.#persists ? (this.#asksKeepAlive ? "keep-alive" : "") : "close";
    this.#endsWithClose = framing === "close";
    // RFC 9110 §8.6: a 204 has no Content-Length, not even 0.
    const tellsLength = framing !== "chunked" && framing !== "close" && head.status !== 204;
    const isEmpty = head.body === "none" && !isBodyless(request?.method ?? "", head.status);
    const length = isEmpty ? 0 : head.contentLength;
    this.writer.begin(
      headText(head, { connection, contentLength: tellsLength ? length : -1, framing }),
      framing,
      head.contentLength,
    );
  }

  #framingFor(head: ResponseHead, request: RequestHead | undefined): SentFraming {
    if (head.body === "none" || isBodyless(request?.method ?? "GET", head.status)) return "none";
    if (head.body === "sized") return "sized";
    return request?.version === "1.0" ? "close" : "chunked";
  }

  #switchProtocol(head: ResponseHead): void {
    assert(this.#head?.upgrade !== undefined, "only who asked for an upgrade gets one");
    this.#isTunnel = true;
    this.#persists = false;
    this.reader.beginBody("tunnel", 0);
    const framing = { connection: "Upgrade", contentLength: -1, framing: "raw" } as const;
    this.writer.begin(headText(head, framing), "raw", 0);
  }

  sendEnd(trailers: Fields | undefined): void {
    assert(this.#sent === "head", "an answer ends after its head, and once");
    this.writer.end(trailers);
    this.#sent = "all";
  }

  /** Waits for the next request. */
  restart(): void {
    assert(this.#persists && this.#sent === "all" && this.reader.isDone, "both sides are done");
    this.reader.restart();
    this.#head = undefined;
    this.#sent = "nothing";
  }
}
