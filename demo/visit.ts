/**
 * One request to the demo upstream with its response, and the few ways in which pages answer it.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

import type { Html } from "./html.ts";

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What the upstream calls itself, `127.0.0.1:PORT`: a name that clients should never see. */
  readonly ownHost: string;
}

export function sendPage(visit: Visit, page: Html, status = 200): void {
  send(visit, status, "text/html; charset=utf-8", page.text);
}

export function sendJson(visit: Visit, value: unknown, status = 200): void {
  send(visit, status, "application/json", `${JSON.stringify(value, undefined, 2)}\n`);
}

export function sendText(visit: Visit, text: string, status = 200): void {
  send(visit, status, "text/plain; charset=utf-8", text);
}

function send({ response }: Visit, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  response.statusCode = status;
  response.setHeader("Content-Type", type);
  response.setHeader("Content-Length", body.length);
  // Pages show the request that asked for them: nobody else should get this copy.
  if (!response.hasHeader("Cache-Control")) response.setHeader("Cache-Control", "no-store");
  response.end(body);
}

export function sendRedirect({ response }: Visit, location: string): void {
  response.writeHead(303, { Location: location, "Content-Length": 0 }).end();
}

/** The value of a request field, several lines joined; undefined if it did not arrive. */
export function field({ request }: Visit, name: string): string | undefined {
  const lines = request.headersDistinct[name];
  return lines === undefined || lines.length === 0 ? undefined : lines.join(", ");
}

/** A whole number from the query, kept within bounds; `fallback` if it is missing or no number. */
export function numberFromQuery(
  { url }: Visit,
  name: string,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number {
  const written = url.searchParams.get(name) ?? "";
  return /^\d{1,15}$/.test(written) ? Math.min(Number(written), max) : fallback;
}

/**
 * The whole request body, or undefined if it is longer than `bytesMax`. Such a body is read to its
 * end and dropped: a connection closed over unread bytes would lose the answer.
 */
export async function readBody({ request }: Visit, bytesMax: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= bytesMax) pieces.push(piece);
  }
  return bytes <= bytesMax ? Buffer.concat(pieces) : undefined;
}
