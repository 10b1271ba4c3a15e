/**
 * The upstream of one proxy: it reads raw requests, keeps what they were, and answers with what it
 * was told to. It asks for the body of whoever waits to be asked (`Expect`).
 */

import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { type AnswerName, writeAnswer } from "./answers.ts";
import {
  type HeadText,
  lengthOf,
  type Message,
  readBody,
  readHead,
  requestFraming,
  valueOf,
} from "./message.ts";

export class RecordingUpstream {
  answer: AnswerName = "page";
  readonly #upstream = new ScriptedUpstream("recorder", (connection) => this.#serve(connection));
  #requests: Message[] = [];

  get address(): string {
    return this.#upstream.address;
  }

  get port(): number {
    return this.#upstream.port;
  }

  listen(): Promise<void> {
    return this.#upstream.listen();
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  /** All requests since the last call. */
  take(): readonly Message[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  #serve(connection: WireEnd): void {
    let at = 0;
    let invitedAt = -1;
    connection.watch(() => {
      for (;;) {
        const head = readHead(connection.received, at);
        if (head === undefined) break;
        const framing = requestFraming(head.fields);
        const state = { length: lengthOf(head.fields), isEnded: false };
        const body = readBody(connection.received, head.end, framing, state);
        if (body === undefined) {
          if (invitedAt !== at && valueOf(head.fields, "expect") !== undefined) {
            connection.say("HTTP/1.1 100 Continue\r\n\r\n");
          }
          invitedAt = at;
          break;
        }
        at = body.end;
        const { line, fields } = head;
        this.#requests.push({ line, fields, framing, body: body.data, trailers: body.trailers });
        this.#reply(connection, head);
      }
      if (connection.isEnded) connection.end();
    });
  }

  #reply(connection: WireEnd, head: HeadText): void {
    const { text, closes } = writeAnswer(answerFor(head, this.answer), this.address);
    const isHead = head.line.startsWith("HEAD ");
    connection.say(isHead ? text.slice(0, text.indexOf("\r\n\r\n") + 4) : text);
    if (closes) connection.end();
  }
}

/** Nobody is switched to a protocol that was not asked for. */
export function answerFor({ fields }: Pick<HeadText, "fields">, wanted: AnswerName): AnswerName {
  const isAsked = valueOf(fields, "upgrade") !== undefined;
  return wanted === "websocket" && !isAsked ? "upgrade required" : wanted;
}
