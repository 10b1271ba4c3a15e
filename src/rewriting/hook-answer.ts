/** What a hook wants answered, checked: what it says of itself may be anything. */

import { describe } from "../base/reader.ts";
import { id } from "../http/field-names.ts";
import { Fields } from "../http/fields.ts";
import { addGiven } from "./hook-fields.ts";
import type { ReadAnswer } from "./hook-turn.ts";
import type { AnswerFields, HookAnswer } from "./hooks.ts";
import { redirectStatuses } from "./options.ts";

/** It is held in memory, once per exchange. What is larger is an upstream's work. */
export const answerBytesMax = 10_000_000;

const noBody: Buffer = Buffer.alloc(0);

/** RFC 9110 §15.3.5, §15.3.6, §15.4.5: these have no body. */
export const isEmptyStatus = (status: number): boolean =>
  status === 204 || status === 205 || status === 304;

export function readAnswer(answer: HookAnswer): ReadAnswer {
  if (typeof answer !== "object" || answer === null) {
    throw new TypeError(`Cannot answer: want { status, headers, body }, found ${describe(answer)}`);
  }
  const { status = 200, headers = {}, body = "" } = answer;
  const content = contentOf(body);
  if (content.length > 0) checkHasBody(status);
  const fields = fieldsOf(headers);
  if (typeof body === "string" && body !== "" && !fields.has(id["content-type"])) {
    fields.add("Content-Type", "text/plain; charset=utf-8");
  }
  return { status: checkedStatus(status), fields, body: content, file: undefined };
}

export function readRedirect(url: string, status: number): ReadAnswer {
  if (!redirectStatuses.includes(status)) {
    const want = redirectStatuses.join(", ");
    throw new TypeError(`Cannot redirect: want a status of ${want}; found ${describe(status)}`);
  }
  if (typeof url !== "string" || !/^[!-~]+$/.test(url)) {
    const want = "want a URL in visible ASCII (encodeURI makes it so)";
    throw new TypeError(`Cannot redirect: ${want}, found ${describe(url)}`);
  }
  return { status, fields: Fields.of([["Location", url]]), body: noBody, file: undefined };
}

/** `..` in a path that is made of a request's would show what nobody meant to. */
export function readFileAnswer(path: string, status: number, headers: AnswerFields): ReadAnswer {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(`Cannot answer with file: want its path, found ${describe(path)}`);
  }
  if (path.split(/[/\\]/).includes("..")) {
    throw new TypeError(`Cannot answer with file: \`..\` leads out of where ${describe(path)} is`);
  }
  checkHasBody(status);
  return { status: checkedStatus(status), fields: fieldsOf(headers), body: noBody, file: path };
}

export function checkedStatus(status: unknown): number {
  const isStatus = typeof status === "number" && Number.isInteger(status);
  if (isStatus && status >= 200 && status <= 599) return status;
  throw new TypeError(`Cannot answer: want a status from 200 to 599, found ${describe(status)}`);
}

function checkHasBody(status: number): void {
  if (!isEmptyStatus(status)) return;
  throw new TypeError(`Cannot answer: status ${status} has no body (RFC 9110 §6.4.1)`);
}

/** A copy: the hook may go on to use its own. */
function contentOf(body: unknown): Buffer {
  const isContent = typeof body === "string" || body instanceof Uint8Array;
  if (!isContent) {
    throw new TypeError(`Cannot answer: want text or bytes as a body, found ${describe(body)}`);
  }
  const content = Buffer.from(body as string);
  if (content.length <= answerBytesMax) return content;
  throw new TypeError(`Cannot answer: want at most 10MB, found ${content.length} bytes`);
}

function fieldsOf(headers: AnswerFields): Fields {
  const fields = new Fields();
  for (const [name, given] of Object.entries(headers)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      addGiven(fields, name, value);
    }
  }
  return fields;
}
