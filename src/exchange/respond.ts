/** The actions that need no upstream: a redirect, and an answer that stands in the config. */

import { Fields } from "../http/fields.ts";
import { redirectLocation } from "../rewriting/redirect.ts";
import { reasonOf } from "./error-table.ts";
import type { Exchange } from "./exchange.ts";
import type { LocalAnswer } from "./local-answer.ts";
import type { RedirectAction, RespondAction } from "./plan.ts";

const noBody: Buffer = Buffer.alloc(0);

export function redirectAnswer(x: Exchange, action: RedirectAction): LocalAnswer {
  const location = redirectLocation(action.location, { head: x.head, clientIp: x.clientIp });
  return wholeAnswer(x, action.status, Fields.of([["Location", location]]), noBody);
}

export function respondAnswer(x: Exchange, action: RespondAction): LocalAnswer {
  return wholeAnswer(x, action.status, Fields.of(action.fields), action.body);
}

/** A whole answer of ours, as far as the request's method and the status let it have a body. */
export function wholeAnswer(
  x: Exchange,
  status: number,
  fields: Fields,
  body: Buffer,
): LocalAnswer {
  const hasBody = body.length > 0 && x.head.method !== "HEAD" && status !== 204 && status !== 304;
  return {
    head: {
      status,
      reason: reasonOf(status),
      version: "1.1",
      fields,
      body: hasBody ? "sized" : "none",
      // RFC 9110 §8.6: of a 304 it would be the length of what the client has already.
      contentLength: status === 204 || status === 304 ? -1 : body.length,
      upgrade: undefined,
    },
    body: hasBody ? body : noBody,
  };
}
