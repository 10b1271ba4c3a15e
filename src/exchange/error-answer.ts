/**
 * Error answers: what a client is told when an exchange failed. A small page for people, RFC 9457
 * `application/problem+json` for programs, and RFC 9209 `Proxy-Status` for whoever debugs.
 *
 * Nothing of the request comes back but its id, escaped, and nothing about what stands behind us.
 * All but the id is made when the program starts: bad requests by the thousand must stay cheap.
 */

import { failures, type Failure, type FailureCode } from "../base/failure.ts";
import { wantsHtml } from "../http/accept.ts";
import { Fields } from "../http/fields.ts";
import type { ErrorPages } from "./error-pages.ts";
import { pageAfter, pageBefore } from "./error-page.ts";
import type { LocalAnswer } from "./local-answer.ts";
import { allowByCode, proxyErrors, retryAfterByCode, titleOf } from "./error-table.ts";

/** What we call ourselves in `Proxy-Status` (RFC 9209 §2): it is in answers made beforehand. */
const proxyName = "foregate";

export interface ErrorView {
  /** The request's Accept, its lines joined. */
  readonly accept: string | undefined;
  readonly method: string;
  readonly requestId: string;
  readonly proxyName: typeof proxyName;
  /** What 401 asks for (RFC 9110 §11.6.1), if the route asks for anything. */
  readonly challenge: string | undefined;
  /** When maintenance ends, in seconds; undefined: nobody said, or there is none. */
  readonly retryAfterSeconds: number | undefined;
  /** The operator's own; undefined: there are none. */
  readonly pages: ErrorPages | undefined;
}

/** One form of one failure's answer: everything but the request's id. */
interface Template {
  readonly fields: Fields;
  readonly before: string;
  readonly after: string;
}

interface Templates {
  readonly html: Template;
  readonly problem: Template;
}

/** Ids of others are longer at times (a UUID has 36 characters); what goes beyond is no id. */
const idCharsMax = 128;
/** Nothing in it needs an escape: not in HTML, not in JSON, not in a field. */
const plainIdPattern = /^[\w.:+/=@-]{1,128}$/;

const templates = Object.fromEntries(
  Object.keys(failures).map((code) => [code, templatesOf(code as FailureCode)]),
) as Readonly<Record<FailureCode, Templates>>;

const noBody: Buffer = Buffer.alloc(0);

export function errorAnswer(failure: Failure, view: ErrorView): LocalAnswer {
  const { status } = failure.row;
  const { html, problem } = templates[failure.code];
  const asHtml = wantsHtml(view.accept);
  const template = asHtml ? html : problem;
  const id = plainIdPattern.test(view.requestId) ? view.requestId : cleanId(view.requestId);
  const idText = asHtml ? escapeHtml(id) : id;
  const page = asHtml ? view.pages?.get(status) : undefined;
  const text = page?.parts.join(idText) ?? template.before + idText + template.after;
  const fields = template.fields.clone();
  if (id !== "") fields.add("X-Request-Id", id);
  if (status === 401 && view.challenge !== undefined) {
    fields.add("WWW-Authenticate", view.challenge);
  }
  if (failure.code === "maintenance" && view.retryAfterSeconds !== undefined) {
    fields.add("Retry-After", String(view.retryAfterSeconds));
  }
  const isHead = view.method === "HEAD";
  return {
    head: {
      status,
      reason: titleOf(status),
      version: "1.1",
      fields,
      body: isHead ? "none" : "sized",
      contentLength: text.length,
      upgrade: undefined,
    },
    body: isHead ? noBody : Buffer.from(text, "latin1"),
  };
}

function templatesOf(code: FailureCode): Templates {
  const { status, says } = failures[code];
  const title = titleOf(status);
  const problem = { type: "about:blank", title, status, detail: says, requestId: "" };
  const json = JSON.stringify(problem);
  return {
    html: {
      fields: fieldsOf(code, "text/html; charset=utf-8"),
      before: pageBefore(status, title, says),
      after: pageAfter,
    },
    problem: {
      fields: fieldsOf(code, "application/problem+json"),
      before: json.slice(0, -2),
      after: '"}\n',
    },
  };
}

function fieldsOf(code: FailureCode, contentType: string): Fields {
  const fields = Fields.of([
    ["Content-Type", contentType],
    ["Cache-Control", "no-store"],
    ["Proxy-Status", `${proxyName}; error=${proxyErrors[code]}`],
  ]);
  const retryAfter = retryAfterByCode[code];
  if (retryAfter !== undefined) fields.add("Retry-After", retryAfter);
  const allow = allowByCode[code];
  if (allow !== undefined) fields.add("Allow", allow);
  return fields;
}

/** What of a foreign id may be shown: printable ASCII without the marks of JSON, not too long. */
function cleanId(id: string): string {
  return id.slice(0, idCharsMax).replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, "_");
}

function escapeHtml(text: string): string {
  if (plainIdPattern.test(text)) return text;
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
