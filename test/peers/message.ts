/**
 * HTTP/1 messages as a patient reader takes them: what the recording upstream got and what the
 * client got. It judges nothing; the proxies between the two are what is looked at.
 */

export type Field = readonly [name: string, value: string];

export interface HeadText {
  /** The request or status line, without its CRLF. */
  readonly line: string;
  /** Names in the case in which they came. */
  readonly fields: readonly Field[];
  /** Where the body begins. */
  readonly end: number;
}

/** How a body's end is found. */
export type Framing = "none" | "length" | "chunked" | "close";

export interface Body {
  readonly data: string;
  readonly trailers: readonly Field[];
  /** Where the next message begins. */
  readonly end: number;
}

export interface Message {
  readonly line: string;
  readonly fields: readonly Field[];
  readonly framing: Framing;
  readonly body: string;
  readonly trailers: readonly Field[];
}

/** The head that begins at `start`; undefined: it is not whole yet. */
export function readHead(text: string, start: number): HeadText | undefined {
  const end = text.indexOf("\r\n\r\n", start);
  if (end < 0) return undefined;
  const [line = "", ...lines] = text.slice(start, end).split("\r\n");
  return { line, fields: lines.map(readField), end: end + 4 };
}

/** The body that begins at `start`; undefined: it is not whole yet. */
export function readBody(
  text: string,
  start: number,
  framing: Framing,
  state: { readonly length: number; readonly isEnded: boolean },
): Body | undefined {
  switch (framing) {
    case "none":
      return { data: "", trailers: [], end: start };
    case "length": {
      const end = start + state.length;
      return end > text.length ? undefined : { data: text.slice(start, end), trailers: [], end };
    }
    case "chunked":
      return readChunks(text, start);
    case "close":
      return state.isEnded
        ? { data: text.slice(start), trailers: [], end: text.length }
        : undefined;
  }
}

/** The body of a request needs no connection to end. */
export function requestFraming(fields: readonly Field[]): Framing {
  if (valueOf(fields, "transfer-encoding") !== undefined) return "chunked";
  return valueOf(fields, "content-length") === undefined ? "none" : "length";
}

export function responseFraming(status: number, method: string, fields: readonly Field[]): Framing {
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return "none";
  const framing = requestFraming(fields);
  return framing === "none" ? "close" : framing;
}

export function lengthOf(fields: readonly Field[]): number {
  return Number(valueOf(fields, "content-length") ?? 0);
}

/** The value of the first field of this name, which is in lower case. */
export function valueOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find(([each]) => each.toLowerCase() === name)?.[1];
}

function readField(line: string): Field {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), trimBlanks(line.slice(colon + 1))];
}

/** Not `trim`, which takes U+0085 and U+00A0 for blanks: here they are bytes of somebody's text. */
function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, "");
}

function readChunks(text: string, start: number): Body | undefined {
  let data = "";
  for (let at = start; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const bytes = Number.parseInt(text.slice(at, lineEnd), 16);
    if (bytes === 0) return readTrailers(text, lineEnd + 2, data);
    at = lineEnd + 2 + bytes + 2;
    if (Number.isNaN(bytes) || at > text.length) return undefined;
    data += text.slice(lineEnd + 2, at - 2);
  }
}

function readTrailers(text: string, start: number, data: string): Body | undefined {
  if (text.startsWith("\r\n", start)) return { data, trailers: [], end: start + 2 };
  const end = text.indexOf("\r\n\r\n", start);
  if (end < 0) return undefined;
  return { data, trailers: text.slice(start, end).split("\r\n").map(readField), end: end + 4 };
}
