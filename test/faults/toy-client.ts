/**
 * The client of a scenario. It reads answers as strictly as a browser should, and judges them: each
 * is whole and what was wanted, or an error answer of the proxy, or visibly broken.
 */

import type { Channel, ChannelReceiver, Transport } from "../../src/transport/channel.ts";
import { readRawMessage, statusOf, type RawMessage } from "./raw-message.ts";

export interface Wanted {
  readonly status: number;
  readonly body: Buffer;
  /** The request's, since an answer to HEAD has no body. */
  readonly method?: string;
}

/** How an answer came out. After `broken` the connection is of no more use. */
export type Verdict = "whole" | "refused" | "broken";

export class ToyClient implements ChannelReceiver {
  readonly expectsMore = true;
  /** What may not be: an answer that is short or wrong and looks whole. */
  readonly violations: string[] = [];
  readonly interim: number[] = [];
  readonly verdicts: Verdict[] = [];
  activityCount = 0;
  ending: "fin" | "reset" | undefined;
  isClosed = false;
  #channel: Channel | undefined;
  #input: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  connect(transport: Transport, port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    transport.dial(
      { address: "127.0.0.1", port, socketPath: undefined },
      {
        onDialed: (channel) => {
          this.#channel = channel;
          channel.receiver = this;
          resolve();
        },
        onDialFailed: reject,
      },
    );
    return promise;
  }

  /** Whether more can be said on this connection. */
  get isUsable(): boolean {
    return this.ending === undefined;
  }

  send(...parts: readonly (string | Buffer)[]): void {
    if (this.isClosed) return;
    for (const part of parts) this.#channel?.write(Buffer.from(part as string, "latin1"));
  }

  stopReading(): void {
    this.#channel?.pause();
  }

  readOn(): void {
    if (!this.isClosed) this.#channel?.resume();
  }

  /** What it has is broken off, and by itself. */
  reset(): void {
    this.ending ??= "reset";
    if (!this.isClosed) this.#channel?.reset();
  }

  end(): void {
    if (!this.isClosed) this.#channel?.end();
  }

  close(): void {
    if (!this.isClosed) this.#channel?.close();
  }

  /** Waits for an interim head; false: a final one is there, or the connection is over. */
  async hasContinue(): Promise<boolean> {
    for (;;) {
      if (this.interim.length > 0) return true;
      const message = readRawMessage(this.#input);
      if (message !== undefined) this.#skipInterim();
      if (this.interim.length > 0) return true;
      if (message !== undefined || this.ending !== undefined) return false;
      await this.#change();
    }
  }

  async answer(want: Wanted): Promise<Verdict> {
    const verdict = await this.#verdict(want);
    this.verdicts.push(verdict);
    return verdict;
  }

  async #verdict(want: Wanted): Promise<Verdict> {
    for (;;) {
      this.#skipInterim();
      const message = this.#read(want);
      if (message?.state === "whole") {
        this.#input = this.#input.subarray(message.bytes);
        return this.#judge(message, want);
      }
      if (this.ending !== undefined) return this.#judgeEnd(message, want);
      await this.#change();
    }
  }

  /** The bytes behind a 101, until the other side has ended. */
  async tunnelBytes(): Promise<Buffer> {
    while (this.ending === undefined) await this.#change();
    return this.takeAll();
  }

  /** At least so many of them, or all there are. */
  async tunnelPart(bytes: number): Promise<Buffer> {
    while (this.ending === undefined && this.#input.length < bytes) await this.#change();
    return this.takeAll();
  }

  takeAll(): Buffer {
    const rest = this.#input;
    this.#input = Buffer.alloc(0);
    return rest;
  }

  onRead(buffer: Buffer, length: number): void {
    this.#input = Buffer.concat([this.#input, buffer.subarray(0, length)]);
    this.#stir();
  }

  onReadEnd(): void {
    this.ending ??= "fin";
    this.#stir();
  }

  onDrained(): void {}

  onClosed(error: Error | undefined): void {
    this.isClosed = true;
    this.ending ??= error === undefined ? "fin" : "reset";
    this.#stir();
  }

  #stir(): void {
    this.activityCount += 1;
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #read(want: Wanted): RawMessage | undefined {
    try {
      return readRawMessage(this.#input, want.method !== "HEAD");
    } catch (error) {
      this.violations.push(`the answer is garbled: ${String(error)}`);
      this.ending ??= "reset";
      return undefined;
    }
  }

  #skipInterim(): void {
    for (;;) {
      const head = this.#input.toString("latin1", 0, "HTTP/1.1 1".length);
      const message = head === "HTTP/1.1 1" ? readRawMessage(this.#input) : undefined;
      if (message === undefined || statusOf(message) === 101) return;
      this.interim.push(statusOf(message));
      this.#input = this.#input.subarray(message.bytes);
    }
  }

  #judge(message: RawMessage, want: Wanted): Verdict {
    if (message.fields.get("connection") === "close") this.ending ??= "fin";
    const isErrorAnswer = message.fields.get("proxy-status")?.startsWith("foregate; error=");
    if (isErrorAnswer === true && statusOf(message) >= 400) return "refused";
    if (statusOf(message) !== want.status) this.violations.push(`wrong head ${message.startLine}`);
    if (!message.body.equals(want.body)) {
      this.violations.push(`${message.body.length} bytes that look whole and are not`);
    }
    return "whole";
  }

  /** The connection is over, and the answer has no end of its own. */
  #judgeEnd(message: RawMessage | undefined, want: Wanted): Verdict {
    this.#input = Buffer.alloc(0);
    if (message === undefined) return "broken";
    if (message.state === "until-close" && this.ending === "fin") return this.#judge(message, want);
    const isOurs = statusOf(message) === want.status;
    if (isOurs && !want.body.subarray(0, message.body.length).equals(message.body)) {
      this.violations.push("bytes of something else in a broken answer");
    }
    return "broken";
  }
}
