/**
 * The leg of a caller in the same program, who asks by a web `Request` and is answered by a web
 * `Response`. Both bodies are web streams: their own queues tell the room.
 */

import { Failure } from "../base/failure.ts";
import type { ResponseHead } from "../http/head.ts";
import { isBodyless } from "../http/head.ts";
import type { Fields } from "../http/fields.ts";
import type { ClientLeg, LegReceiver } from "../http/leg.ts";

/** How much of an answer waits for a caller who reads slowly, in bytes. */
const queuedBytesMax = 64 * 1024;

export class FetchLeg implements ClientLeg {
  readonly answer: Promise<Response>;
  readonly #settle: PromiseWithResolvers<Response>;
  readonly #request: Request;
  readonly #onGone: (failure: Failure) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #receiver: LegReceiver | undefined;
  #unconsumedBytes = 0;
  #isReading = false;
  #wantsRoom = false;
  #isOver = false;

  /** `onGone` is told if the caller gives up before the answer is whole. */
  constructor(request: Request, onGone: (failure: Failure) => void) {
    this.#request = request;
    this.#onGone = onGone;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    request.signal.addEventListener("abort", () => this.#leave(request.signal.reason), {
      once: true,
    });
  }

  attach(receiver: LegReceiver): void {
    if (this.#isOver || this.#receiver !== undefined) return;
    this.#receiver = receiver;
    this.#reader = this.#request.body?.getReader();
    if (this.#reader === undefined) receiver.onEnd(undefined);
    else void this.#read(this.#reader);
  }

  sendHead(head: ResponseHead): void {
    if (this.#isOver || head.status < 200) return;
    const { status, reason } = head;
    const headers = new Headers();
    head.fields.each((name, value) => headers.append(name, value));
    if (head.contentLength >= 0) headers.set("Content-Length", String(head.contentLength));
    const isEmpty = head.body === "none" || isBodyless(this.#request.method, status);
    const body = isEmpty ? null : this.#stream();
    this.#settle.resolve(new Response(body, { status, statusText: reason, headers }));
  }

  /** The stream keeps what it is given, so it gets a copy. */
  sendBody(piece: Buffer): number {
    const controller = this.#controller;
    if (this.#isOver || controller === undefined) return Math.max(1, piece.length);
    controller.enqueue(new Uint8Array(piece));
    const room = Math.max(0, controller.desiredSize ?? 0);
    this.#wantsRoom = room === 0;
    return room;
  }

  queued(): number {
    const room = this.#controller?.desiredSize ?? queuedBytesMax;
    if (this.#isOver || room > 0) return 0;
    this.#wantsRoom = true;
    return queuedBytesMax - room;
  }

  /** A web body may be there, but tells of it later only. */
  readonly hasWholeBody = false;

  /** A `Response` has no trailers. */
  sendEnd(_trailers?: Fields): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller?.close();
  }

  flush(): void {}

  consumed(bytes: number): void {
    this.#unconsumedBytes -= bytes;
    if (this.#reader !== undefined && !this.#isReading) void this.#read(this.#reader);
  }

  abort(failure: Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver = undefined;
    this.#controller?.error(failure);
    this.#settle.reject(failure);
  }

  #stream(): ReadableStream<Uint8Array> {
    const size = (piece: Uint8Array | undefined): number => piece?.length ?? 0;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          const wanted = this.#wantsRoom;
          this.#wantsRoom = false;
          if (wanted) this.#receiver?.onRoom();
        },
        cancel: (reason) => this.#leave(reason),
      },
      { highWaterMark: queuedBytesMax, size },
    );
  }

  /** One piece at a time, as long as what was delivered is consumed. */
  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#unconsumedBytes <= 0 && this.#receiver !== undefined) {
        const { done, value } = await reader.read();
        if (done) {
          this.#reader = undefined;
          this.#receiver?.onEnd(undefined);
          break;
        }
        this.#unconsumedBytes += value.length;
        this.#receiver?.onBody(Buffer.from(value.buffer, value.byteOffset, value.length));
        this.#receiver?.onBatch();
      }
    } catch (error) {
      this.#leave(error);
    } finally {
      this.#isReading = false;
    }
  }

  #leave(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const failure = new Failure("client-gone", `The caller gave up: ${String(reason)}`);
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.#settle.reject(reason);
    this.#controller?.error(reason);
    receiver?.onGone(failure);
    this.#onGone(failure);
  }
}
