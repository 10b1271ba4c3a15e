/**
 * From the marks of a scanned head to a `ResponseHead`: how the body is framed (RFC 9112 §6.3) and
 * whether the connection may serve again. An upstream is trusted no more than a client: what is
 * ambiguous is refused (threats 71 to 83).
 */

import { Failure } from "../../base/failure.ts";
import { readContentLength } from "../../http/content-length.ts";
import { id, isHopByHop, lookAlike } from "../../http/field-names.ts";
import { Fields, marksPerLine, removed } from "../../http/fields.ts";
import { isBodyless, type ResponseHead } from "../../http/head.ts";
import { readConnection, removeNamed } from "./connection-options.ts";
import type { HeadScan } from "./head-scan.ts";

/** A response's head, and what it says of its connection. */
export interface ReadResponse {
  readonly head: ResponseHead;
  readonly persists: boolean;
  readonly isChunked: boolean;
  /** How long the upstream will keep the connection when idle, in ms; Infinity: it does not say. */
  readonly idleMs: number;
  /** Names in lower case that end at this hop. */
  readonly hopNames: ReadonlySet<string>;
}

interface Steering {
  contentLength: string | undefined;
  lengthCount: number;
  coding: string | undefined;
  codingCount: number;
  connection: string | undefined;
  upgrade: string | undefined;
  keepAlive: string | undefined;
}

/** `text` is the head, first byte to last; `method` is the request's. Throws a `Failure`. */
export function readResponseHead(scan: HeadScan, text: string, method: string): ReadResponse {
  const marks = scan.takeMarks();
  const found = pickSteering(text, marks);
  const connection = readConnection(found.connection);
  const hopNames = connection.isRefused ? noNames : connection.named;
  if (hopNames.size > 0) removeNamed(text, marks, hopNames);
  const isOld = scan.minorVersion === 0;
  const head: ResponseHead = {
    status: scan.status,
    reason: text.substring(scan.reasonStart, scan.reasonEnd),
    version: isOld ? "1.0" : "1.1",
    fields: new Fields(text, marks),
    body: "none",
    contentLength: -1,
    upgrade: undefined,
  };
  if (head.status < 100 || head.status > 599) throw refuse(`its status is ${head.status}`);
  if (head.status === 101) head.upgrade = (found.upgrade ?? "").toLowerCase();
  readFraming(head, found, method);
  const stays = isOld ? connection.keepAlive && !connection.close : !connection.close;
  return {
    head,
    persists: stays && isFramedWell(head, found),
    isChunked: found.codingCount > 0,
    idleMs: readKeepAlive(found.keepAlive),
    hopNames,
  };
}

const noNames: ReadonlySet<string> = new Set();

/** Where the next response begins is beyond doubt; else there is none on this connection. */
function isFramedWell(head: ResponseHead, found: Steering): boolean {
  const isCoded = found.codingCount > 0;
  // RFC 9112 §6.1: a server that says both, or a coding that its version has not, is confused.
  if (isCoded && (found.lengthCount > 0 || head.version === "1.0")) return false;
  if (head.body === "stream") return isCoded;
  // A 204 ends with its head, but one that speaks of a body may send it all the same (threat 81).
  return head.status !== 204 || !(isCoded || Number(found.contentLength ?? 0) > 0);
}

function pickSteering(text: string, marks: number[]): Steering {
  const found: Steering = {
    contentLength: undefined,
    lengthCount: 0,
    coding: undefined,
    codingCount: 0,
    connection: undefined,
    upgrade: undefined,
    keepAlive: undefined,
  };
  for (let at = 0; at < marks.length; at += marksPerLine) {
    const field = marks[at]!;
    if (field === 0) continue;
    if (field === id["content-length"] || isHopByHop(field)) {
      steer(found, field, text.substring(marks[at + 3]!, marks[at + 4]!));
      marks[at] = removed;
    } else if (field === lookAlike) marks[at] = removed;
  }
  return found;
}

function steer(found: Steering, field: number, value: string): void {
  switch (field) {
    case id["content-length"]:
      found.contentLength = value;
      found.lengthCount += 1;
      break;
    case id["transfer-encoding"]:
      found.coding = value;
      found.codingCount += 1;
      break;
    case id.connection:
      found.connection = found.connection === undefined ? value : `${found.connection}, ${value}`;
      break;
    case id.upgrade:
      found.upgrade = found.upgrade === undefined ? value : `${found.upgrade}, ${value}`;
      break;
    case id["keep-alive"]:
      found.keepAlive = value;
      break;
    // The other fields for one hop say nothing that we act on.
    default:
  }
}

/** RFC 9112 §6.3: bodyless answers first, then the coding, then the length, then the end. */
function readFraming(head: ResponseHead, found: Steering, method: string): void {
  if (found.lengthCount > 1) throw refuse("it has more than one Content-Length");
  if (found.codingCount > 1 || (found.coding ?? "chunked").toLowerCase() !== "chunked") {
    throw refuse("its Transfer-Encoding is not chunked alone");
  }
  const bytes = found.contentLength === undefined ? -1 : readContentLength(found.contentLength);
  if (bytes === undefined) throw refuse("its Content-Length is no length");

  // A coding overrides a length, which then is not true (RFC 9112 §6.3 item 3).
  const isCoded = found.codingCount > 0;
  if (isBodyless(method, head.status)) {
    const tells = method === "HEAD" || head.status === 304;
    head.contentLength = tells && !isCoded ? bytes : -1;
  } else if (isCoded) head.body = "stream";
  else if (bytes < 0) head.body = "stream";
  else {
    head.contentLength = bytes;
    head.body = bytes > 0 ? "sized" : "none";
  }
}

const keepAlivePattern = /(?:^|[,;\s])timeout=([0-9]{1,6})(?:$|[,;\s])/i;

function readKeepAlive(value: string | undefined): number {
  if (value === undefined) return Infinity;
  const seconds = keepAlivePattern.exec(value)?.[1];
  return seconds === undefined ? Infinity : Number(seconds) * 1_000;
}

function refuse(reason: string): Failure {
  return new Failure("bad-response", `Cannot accept response: ${reason}`);
}
