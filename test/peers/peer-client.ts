/** The client of the comparison: raw bytes out, and the answers to them as they came. */

import { connectClient } from "../support/scripted-client.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { type Message, lengthOf, readBody, readHead, responseFraming } from "./message.ts";
import type { PeerRequest } from "./peer-request.ts";

/** What a client got for one request. */
export interface ReceivedAnswer extends Message {
  readonly status: number;
  /** Status lines and field lines of the interim answers before it. */
  readonly interim: readonly string[];
}

/** An answer that has not come by then will not: everything here is on one machine. */
const answerMsMax = 3_000;

/** Sends the request on a connection of its own. Answers that do not come are missing. */
export async function tellPeer(
  port: number,
  request: PeerRequest,
): Promise<readonly ReceivedAnswer[]> {
  const connection = await connectClient(port);
  const methods = methodsOf(request);
  try {
    const answers = new Answers(connection, methods);
    connection.say(request.bytes);
    if (request.afterContinue !== undefined) {
      await answers.until(() => answers.isInvited || answers.all.length > 0);
      if (answers.isInvited) connection.say(request.afterContinue);
    }
    await answers.until(() => answers.all.length === methods.length || connection.isEnded);
    return answers.all;
  } finally {
    connection.close();
  }
}

function methodsOf({ bytes, methods }: PeerRequest): readonly string[] {
  return methods ?? [bytes.slice(0, bytes.indexOf(" ")).trim()];
}

/** The answers of one connection, as far as they have come. */
class Answers {
  readonly all: ReceivedAnswer[] = [];
  /** A 100 has come. */
  isInvited = false;
  readonly #connection: WireEnd;
  readonly #methods: readonly string[];
  #at = 0;
  #interim: string[] = [];
  #onChange: (() => void) | undefined;

  constructor(connection: WireEnd, methods: readonly string[]) {
    this.#connection = connection;
    this.#methods = methods;
    connection.watch(() => {
      while (this.#readOne()) {
        // One after the other, as far as the bytes go.
      }
      this.#onChange?.();
    });
  }

  /** Resolves when it is true, or when nothing more is to be expected. */
  async until(isTrue: () => boolean): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(true), answerMsMax);
    for (let isLate = false; !isTrue() && !isLate && !this.#connection.isClosed;) {
      const changed = new Promise<boolean>((done) => (this.#onChange = () => done(false)));
      isLate = await Promise.race([changed, late]);
    }
    clearTimeout(timer);
  }

  #readOne(): boolean {
    const text = this.#connection.received;
    const method = this.#methods[this.all.length];
    const head = method === undefined ? undefined : readHead(text, this.#at);
    if (method === undefined || head === undefined) return false;
    const status = Number(head.line.slice(9, 12));
    if (status < 200 && status !== 101) {
      this.isInvited ||= status === 100;
      this.#interim.push([head.line, ...head.fields.map((field) => field.join(": "))].join("\n"));
      this.#at = head.end;
      return true;
    }
    const framing = status === 101 ? "close" : responseFraming(status, method, head.fields);
    const state = { length: lengthOf(head.fields), isEnded: this.#connection.isEnded };
    const body = readBody(text, head.end, framing, state);
    if (body === undefined) return false;
    const { line, fields } = head;
    const { data, trailers, end } = body;
    const interim = this.#interim;
    this.all.push({ line, status, fields, framing, body: data, trailers, interim });
    this.#interim = [];
    this.#at = end;
    return true;
  }
}
