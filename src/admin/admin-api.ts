/**
 * What can be asked of a running program, as HTTP and JSON under `/v1`:
 *
 *   GET  /v1/status            what runs, since when, and how much of it
 *   GET  /v1/workers           each worker
 *   POST /v1/workers/renew     another worker in the place of each
 *   GET  /v1/config            the config in force; its revision is the `ETag`
 *   PUT  /v1/config            puts another one in force, as a whole or not at all; `If-Match`
 *   GET  /v1/config/history    those that were in force before
 *   POST /v1/reload            reads the config's files again
 *   POST /v1/rollback?back=1   puts an earlier one in force again
 *   PUT  /v1/log-level         `{ "level": "debug" }`
 *   POST /v1/stop?graceMs=0    as a signal would
 *
 * Who gets here may do everything. So only the owner of a Unix socket gets here, and nothing that a
 * page in a browser could send: no other host, no `Origin`.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";

import { isOurHost } from "./host-check.ts";

/** What answers: a status, and a value that becomes JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly revision?: number;
}

export interface AdminRequest {
  readonly query: URLSearchParams;
  /** What was sent, as JSON; undefined: nothing. */
  readonly value: unknown;
  /** The revision that it is meant for; undefined: any. */
  readonly ifMatch: string | undefined;
}

export type AdminHandler = (request: AdminRequest) => Promise<AdminAnswer> | AdminAnswer;

/** By method and path: `GET /v1/status`. */
export type AdminHandlers = Readonly<Record<string, AdminHandler>>;

/** A config in JSON: more than that nobody writes. */
const bodyBytesMax = 16 * 1024 * 1024;

export async function answerAdmin(
  handlers: AdminHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body, revision } = await answerTo(handlers, request);
  response.statusCode = status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", "application/json");
  if (revision !== undefined) response.setHeader("ETag", `"${revision}"`);
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

async function answerTo(handlers: AdminHandlers, request: IncomingMessage): Promise<AdminAnswer> {
  const { method = "", url = "", headers } = request;
  if (!isOurHost(headers.host, []) || headers.origin !== undefined) {
    return refusal(403, "this is no place for browsers, nor for other hosts");
  }
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const name = `${method} ${pathname}`;
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler === undefined) {
    const others = Object.keys(handlers).filter((other) => other.endsWith(` ${pathname}`));
    if (others.length === 0) return refusal(404, `there is no ${pathname}`);
    return refusal(405, `it is ${others.map((other) => other.split(" ")[0]).join(" or ")}`);
  }
  const ifMatch = headers["if-match"]?.replaceAll('"', "");
  const text = await bodyOf(request);
  let value: unknown;
  try {
    value = text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    return refusal(400, `no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return await handler({ query: searchParams, value, ifMatch });
}

export function refusal(status: number, message: string): AdminAnswer {
  return { status, body: { error: message } };
}

/** Rejects if it is too long: then the connection is gone. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > bodyBytesMax) request.destroy();
  });
  return await textOf(request);
}
