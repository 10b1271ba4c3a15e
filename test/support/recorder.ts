/**
 * An upstream that answers every request and keeps it: what did the other side of the proxy get?
 * It reads as a simple server would, so that a message which the proxy and a server could
 * understand in two ways shows up here as a request too much.
 */

import { inOneChunk } from "./chunks.ts";
import { ScriptedUpstream } from "./scripted-upstream.ts";

export interface RecordedRequest {
  /** The request line, without its CRLF. */
  readonly line: string;
  /** Field lines, in order, without their CRLF. */
  readonly fields: readonly string[];
  /** As it came: chunked bodies with their chunks and trailers. */
  readonly rawBody: string;
  /** All of it, as it came. */
  readonly raw: string;
}

export interface Recorder {
  readonly address: string;
  readonly upstream: ScriptedUpstream;
  readonly requests: readonly RecordedRequest[];
  /** The last request. */
  readonly last: RecordedRequest;
  close(): Promise<void>;
}

const okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** `answer` is asked for each request; "" keeps silent. */
export async function startRecorder(
  answer: (request: RecordedRequest, at: number) => string = () => okay,
): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const upstream = new ScriptedUpstream("recorder", (connection) => {
    let at = 0;
    connection.watch(() => {
      for (;;) {
        const found = readRequest(connection.received, at);
        if (found === undefined) break;
        at = found.end;
        requests.push(found.request);
        connection.say(answer(found.request, requests.length - 1));
      }
      if (connection.isEnded) connection.end();
    });
  });
  await upstream.listen();
  return {
    address: upstream.address,
    upstream,
    requests,
    get last() {
      const last = requests.at(-1);
      if (last === undefined) throw new Error("the recorder has received no request");
      return last;
    },
    close: () => upstream.close(),
  };
}

interface Found {
  readonly request: RecordedRequest;
  readonly end: number;
}

/** The whole request that begins at `start`; undefined: there is none yet. */
export function readRequest(text: string, start: number): Found | undefined {
  const headEnd = text.indexOf("\r\n\r\n", start);
  if (headEnd < 0) return undefined;
  const [line = "", ...fields] = text.slice(start, headEnd).split("\r\n");
  const bodyStart = headEnd + 4;
  const end = bodyEnd(text, bodyStart, fields);
  if (end === undefined) return undefined;
  const rawBody = text.slice(bodyStart, end);
  return { request: { line, fields, rawBody, raw: text.slice(start, end) }, end };
}

function bodyEnd(text: string, start: number, fields: readonly string[]): number | undefined {
  if (valueOf(fields, "transfer-encoding") !== undefined) return chunkedEnd(text, start);
  const end = start + Number(valueOf(fields, "content-length") ?? 0);
  return end <= text.length ? end : undefined;
}

function chunkedEnd(text: string, start: number): number | undefined {
  for (let at = start; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const bytes = Number.parseInt(text.slice(at, lineEnd), 16);
    if (bytes === 0) return trailersEnd(text, lineEnd + 2);
    at = lineEnd + 2 + bytes + 2;
    if (at > text.length) return undefined;
  }
}

function trailersEnd(text: string, start: number): number | undefined {
  if (text.startsWith("\r\n", start)) return start + 2;
  const end = text.indexOf("\r\n\r\n", start);
  return end < 0 ? undefined : end + 4;
}

/** The value of the first field of this name; names in any case. */
export function valueOf(fields: readonly string[], name: string): string | undefined {
  const prefix = `${name.toLowerCase()}:`;
  return fields
    .find((field) => field.toLowerCase().startsWith(prefix))
    ?.slice(prefix.length)
    .trim();
}

/** Fields that every request gets from the proxy, whose values differ from run to run. */
const made = /^(?:x-forwarded-(?:for|host|proto)|via|x-request-id|traceparent):/i;

/**
 * The request as one text, without what every request gets from the proxy, and with all chunks of
 * its body in one: how many there are depends on how many reads the bytes came in.
 */
export function plainText({ line, fields, rawBody }: RecordedRequest): string {
  const kept = fields.filter((field) => !made.test(field));
  const isChunked = valueOf(fields, "transfer-encoding") !== undefined;
  return [line, ...kept, "", isChunked ? inOneChunk(rawBody) : rawBody].join("\r\n");
}

/** All lines of fields that every request gets from the proxy, for those who look at them. */
export function valuesOf(fields: readonly string[], name: string): readonly string[] {
  const prefix = `${name.toLowerCase()}:`;
  return fields
    .filter((field) => field.toLowerCase().startsWith(prefix))
    .map((field) => field.slice(prefix.length).trim());
}
