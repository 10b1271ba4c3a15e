/** The `from` and the `to` of hooks: heads behind frozen views and checked setters. */

import { describe } from "../base/reader.ts";
import { readAuthority } from "../http/authority.ts";
import type { Fields } from "../http/fields.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import {
  checkedStatus,
  isEmptyStatus,
  readAnswer,
  readFileAnswer,
  readRedirect,
} from "./hook-answer.ts";
import { ChangedFields, ReadFields } from "./hook-fields.ts";
import type { HookTurn } from "./hook-turn.ts";
import type {
  AnswerFields,
  Answering,
  HookAnswer,
  HookFields,
  RequestFrom,
  RequestTo,
  ResponseFrom,
  ResponseTo,
} from "./hooks.ts";

/** What a request's head does not say of it. */
export type Caller = Pick<RequestFrom, "client" | "user" | "requestId">;

export function requestFrom(head: RequestHead, { client, user, requestId }: Caller): RequestFrom {
  const { method, scheme, host, authority, target } = head;
  return Object.freeze({
    method,
    scheme,
    host,
    authority,
    target,
    path: pathOf(target),
    query: queryOf(target),
    client,
    user,
    requestId,
    fields: Object.freeze(new ReadFields(head.fields)),
  });
}

/** `fields` are the answer's as they came, which nobody changes any more. */
export function responseFrom(request: RequestFrom, status: number, fields: Fields): ResponseFrom {
  return Object.freeze({ request, status, fields: Object.freeze(new ReadFields(fields)) });
}

export function requestTo(head: RequestHead, turn: HookTurn): RequestTo {
  return Object.freeze(new OutgoingRequest(head, turn));
}

export function responseTo(
  head: ResponseHead,
  turn: HookTurn,
  reasonOf: (status: number) => string,
): ResponseTo {
  return Object.freeze(new OutgoingResponse(head, turn, reasonOf));
}

/** What both kinds of `to` can do. */
class AnsweringTo implements Answering {
  readonly #turn: HookTurn;

  constructor(turn: HookTurn) {
    this.#turn = turn;
  }

  respond(answer: HookAnswer): void {
    this.#turn.take(() => readAnswer(answer));
  }

  redirect(url: string, status = 302): void {
    this.#turn.take(() => readRedirect(url, status));
  }

  file(path: string, status = 200, headers: AnswerFields = {}): void {
    this.#turn.take(() => readFileAnswer(path, status, headers));
  }
}

class OutgoingRequest extends AnsweringTo implements RequestTo {
  readonly fields: HookFields;
  readonly #head: RequestHead;
  readonly #turn: HookTurn;

  constructor(head: RequestHead, turn: HookTurn) {
    super(turn);
    this.#head = head;
    this.#turn = turn;
    this.fields = Object.freeze(new ChangedFields(head.fields, turn));
  }

  get authority(): string {
    return this.#head.authority;
  }

  set authority(value: string) {
    this.#turn.change(() => {
      const read = typeof value === "string" ? readAuthority(value) : undefined;
      if (read === undefined) {
        throw new TypeError(`Cannot set authority: want a host, found ${describe(value)}`);
      }
      this.#head.authority = read.text;
    });
  }

  get path(): string {
    return pathOf(this.#head.target);
  }

  /** RFC 9112 §3.2.1: what a request line can hold; what comes behind the path stays. */
  set path(value: string) {
    this.#turn.change(() => {
      if (typeof value !== "string" || !/^\/[!-"$->@-~]*$/.test(value)) {
        const want = 'want one such as "/a/b" in visible ASCII without ? and # (encodeURI helps)';
        throw new TypeError(`Cannot set path: ${want}, found ${describe(value)}`);
      }
      const { target } = this.#head;
      this.#head.target = value + target.slice(pathOf(target).length);
    });
  }

  get query(): string {
    return queryOf(this.#head.target);
  }

  set query(value: string) {
    this.#turn.change(() => {
      if (typeof value !== "string" || !/^[!-"$-~]*$/.test(value)) {
        const want = 'want one such as "a=1" in visible ASCII without #';
        throw new TypeError(`Cannot set query: ${want}, found ${describe(value)}`);
      }
      if (!this.path.startsWith("/")) throw new TypeError("Cannot set query: there is no path");
      this.#head.target = value === "" ? this.path : `${this.path}?${value}`;
    });
  }
}

class OutgoingResponse extends AnsweringTo implements ResponseTo {
  readonly fields: HookFields;
  readonly #head: ResponseHead;
  readonly #turn: HookTurn;
  readonly #reasonOf: (status: number) => string;

  constructor(head: ResponseHead, turn: HookTurn, reasonOf: (status: number) => string) {
    super(turn);
    this.#head = head;
    this.#turn = turn;
    this.#reasonOf = reasonOf;
    this.fields = Object.freeze(new ChangedFields(head.fields, turn));
  }

  get status(): number {
    return this.#head.status;
  }

  /** What follows the head is decided already, so a status that would change it cannot be had. */
  set status(value: number) {
    this.#turn.change(() => {
      const status = checkedStatus(value);
      const before = this.#head.status;
      if (status === before) return;
      if (isEmptyStatus(status) || isEmptyStatus(before)) {
        const what = `an answer with status ${before} cannot become one with ${status}`;
        throw new TypeError(`Cannot set status: ${what}; \`respond\` gives another answer`);
      }
      this.#head.status = status;
      this.#head.reason = this.#reasonOf(status);
    });
  }
}

function pathOf(target: string): string {
  const mark = target.indexOf("?");
  return mark < 0 ? target : target.slice(0, mark);
}

const queryOf = (target: string): string => target.slice(pathOf(target).length + 1);
