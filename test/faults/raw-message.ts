/**
 * Reads HTTP/1 messages as the two outer parties of a scenario see them: simple, strict, and with
 * nothing in common with the code under test.
 */

export interface RawMessage {
  /** `GET /x HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** `until-close`: only the end of the connection tells. */
  readonly state: "whole" | "partial" | "until-close";
  /** How many bytes of the input it took. */
  readonly bytes: number;
}

/** undefined: its head is not whole. `hasBody` is false for answers to HEAD. */
export function readRawMessage(input: Buffer, hasBody = true): RawMessage | undefined {
  const headEnd = input.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [startLine = "", ...lines] = input.toString("latin1", 0, headEnd).split("\r\n");
  const fields = new Map(lines.map(fieldOf));
  const start = headEnd + 4;
  const head = { startLine, fields };
  const isRequest = !startLine.startsWith("HTTP/");
  const length = fields.get("content-length");
  if (!hasBody || isBodyless(startLine)) return whole(head, Buffer.alloc(0), start);
  if (fields.get("transfer-encoding") === "chunked") return readChunked(head, input, start);
  if (length !== undefined) return readSized(head, input, start, Number(length));
  if (isRequest) return whole(head, Buffer.alloc(0), start);
  return { ...head, body: input.subarray(start), state: "until-close", bytes: input.length };
}

export function statusOf(message: RawMessage): number {
  return Number(message.startLine.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
}

type Head = Pick<RawMessage, "startLine" | "fields">;

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new Error(`no field line: ${JSON.stringify(line)}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function isBodyless(startLine: string): boolean {
  return /^HTTP\/1\.[01] (?:1\d\d|204|304)/.test(startLine);
}

function whole(head: Head, body: Buffer, bytes: number): RawMessage {
  return { ...head, body, state: "whole", bytes };
}

function readSized(head: Head, input: Buffer, start: number, length: number): RawMessage {
  const body = input.subarray(start, start + length);
  const isWhole = body.length === length;
  return { ...head, body, state: isWhole ? "whole" : "partial", bytes: start + body.length };
}

function readChunked(head: Head, input: Buffer, start: number): RawMessage {
  const pieces: Buffer[] = [];
  const partial = (): RawMessage => {
    return { ...head, body: Buffer.concat(pieces), state: "partial", bytes: input.length };
  };
  for (let at = start; ;) {
    const lineEnd = input.indexOf("\r\n", at);
    if (lineEnd < 0) return partial();
    const size = input.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(size)) throw new Error(`no chunk size: ${JSON.stringify(size)}`);
    const length = parseInt(size, 16);
    at = lineEnd + 2;
    if (length === 0) {
      const end = input.subarray(at, at + 2).toString("latin1");
      if (end !== "\r\n".slice(0, end.length)) throw new Error("trailers where there are none");
      return end.length < 2 ? partial() : whole(head, Buffer.concat(pieces), at + 2);
    }
    const piece = input.subarray(at, at + length);
    pieces.push(piece);
    if (piece.length < length) return partial();
    at += length;
    const end = input.subarray(at, at + 2).toString("latin1");
    if (end !== "\r\n".slice(0, end.length)) throw new Error("a chunk that does not end");
    at += 2;
  }
}
