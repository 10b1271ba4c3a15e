/**
 * From the marks of a scanned head to a `RequestHead`: what the target, `Host` and the framing
 * fields mean, and everything about them on which two hops might disagree is refused (RFC 9112
 * §3.2, §6.1 to §6.3; threats 1 to 11, 22 to 25).
 */

import { Failure, type FailureCode } from "../../base/failure.ts";
import { readAuthority, type Authority } from "../../http/authority.ts";
import { readContentLength } from "../../http/content-length.ts";
import { id, isHopByHop, lookAlike } from "../../http/field-names.ts";
import { Fields, marksPerLine, removed } from "../../http/fields.ts";
import type { RequestHead } from "../../http/head.ts";
import { readConnection, removeNamed } from "./connection-options.ts";
import type { HeadScan } from "./head-scan.ts";

/** A request's head, and what it says of its connection. */
export interface ReadRequest {
  readonly head: RequestHead;
  /** Another request may follow on this connection. */
  readonly persists: boolean;
  /** HTTP/1.0 asked for it, so the answer must say that it was granted. */
  readonly asksKeepAlive: boolean;
  /** Names in lower case that end at this hop. */
  readonly hopNames: ReadonlySet<string>;
}

/** The values of fields that steer the message, picked out in one pass. */
interface Steering {
  host: string | undefined;
  hostCount: number;
  contentLength: string | undefined;
  lengthCount: number;
  coding: string | undefined;
  codingCount: number;
  connection: string | undefined;
  upgrade: string | undefined;
  expect: string | undefined;
  te: string | undefined;
}

/** The last authority read on a connection: a client says the same one again and again. */
export class AuthorityMemory {
  #text = "";
  #authority: Authority | undefined;

  read(text: string): Authority | undefined {
    if (text !== this.#text || this.#authority === undefined) {
      this.#authority = readAuthority(text);
      this.#text = text;
    }
    return this.#authority;
  }
}

/** `text` is the head, first byte to last. Throws a `Failure` for what may not be passed on. */
export function readRequestHead(
  scan: HeadScan,
  text: string,
  memory: AuthorityMemory,
): ReadRequest {
  const marks = scan.takeMarks();
  const method = text.substring(scan.methodStart, scan.methodEnd);
  const isOld = scan.minorVersion === 0;
  const found = pickSteering(text, marks);
  const connection = readConnection(found.connection);
  if (connection.isRefused) throw refuse("Connection names what may not be removed");
  if (connection.named.size > 0) removeNamed(text, marks, connection.named);

  const head: RequestHead = {
    method,
    target: text.substring(scan.targetStart, scan.targetEnd),
    scheme: "http",
    authority: "",
    host: "",
    absolute: false,
    version: isOld ? "1.0" : "1.1",
    fields: new Fields(text, marks),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: found.te !== undefined && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(found.te),
  };
  readTarget(head, found, memory);
  readFraming(head, found);
  readExpect(head, found);
  if (connection.upgrade && found.upgrade !== undefined && head.body === "none" && !isOld) {
    head.upgrade = found.upgrade.toLowerCase();
  }
  const persists = isOld ? connection.keepAlive && !connection.close : !connection.close;
  return { head, persists, asksKeepAlive: isOld && persists, hopNames: connection.named };
}

/** Takes the fields that end here out of `marks`, and drops look-alikes of known names. */
function pickSteering(text: string, marks: number[]): Steering {
  const found: Steering = {
    host: undefined,
    hostCount: 0,
    contentLength: undefined,
    lengthCount: 0,
    coding: undefined,
    codingCount: 0,
    connection: undefined,
    upgrade: undefined,
    expect: undefined,
    te: undefined,
  };
  for (let at = 0; at < marks.length; at += marksPerLine) {
    const field = marks[at]!;
    if (field === 0) continue;
    const isSteering = field === id.host || field === id["content-length"] || field === id.expect;
    if (isSteering || isHopByHop(field)) {
      steer(found, field, text.substring(marks[at + 3]!, marks[at + 4]!));
      marks[at] = removed;
    } else if (field === lookAlike) marks[at] = removed;
  }
  return found;
}

function steer(found: Steering, field: number, value: string): void {
  switch (field) {
    case id.host:
      found.host = value;
      found.hostCount += 1;
      break;
    case id["content-length"]:
      found.contentLength = value;
      found.lengthCount += 1;
      break;
    case id["transfer-encoding"]:
      found.coding = value;
      found.codingCount += 1;
      break;
    case id.connection:
      found.connection = joined(found.connection, value);
      break;
    case id.upgrade:
      found.upgrade = joined(found.upgrade, value);
      break;
    case id.expect:
      found.expect = joined(found.expect, value);
      break;
    case id.te:
      found.te = joined(found.te, value);
      break;
    // The other fields for one hop say nothing that we act on.
    default:
  }
}

/** RFC 9112 §3.2: origin-form, absolute-form, `*` for OPTIONS, authority-form for CONNECT. */
function readTarget(head: RequestHead, found: Steering, memory: AuthorityMemory): void {
  if (found.hostCount > 1) throw refuse("it has more than one Host");
  if (found.host === undefined && head.version === "1.1") throw refuse("it has no Host");
  const host = found.host === undefined ? undefined : memory.read(found.host);
  if (found.host !== undefined && host === undefined) throw refuse("its Host is no host");

  const first = head.target.charCodeAt(0);
  if (head.method === "CONNECT") {
    const target = readAuthority(head.target);
    if (target === undefined || target.port < 0) throw refuse("CONNECT wants host:port");
    setAuthority(head, target);
  } else if (first === slash) {
    if (host !== undefined) setAuthority(head, host);
  } else if (head.target === "*" && head.method === "OPTIONS") {
    if (host !== undefined) setAuthority(head, host);
  } else {
    readAbsoluteForm(head);
  }
}

const slash = 0x2f;
const absolutePattern = /^https?:\/\/([^/?]*)(.*)$/i;

/**
 * The target's authority counts, and `Host` is ignored (RFC 9112 §3.2.2). Its scheme does not: what
 * upstreams are told of it is what the connection is, and not what a client says (threat 60).
 */
function readAbsoluteForm(head: RequestHead): void {
  const parts = absolutePattern.exec(head.target);
  const authority = parts === null ? undefined : readAuthority(parts[1]!);
  if (parts === null || authority === undefined) throw refuse("its target is of no known form");
  const path = parts[2]!;
  setAuthority(head, authority);
  head.absolute = true;
  if (path === "" && head.method === "OPTIONS") head.target = "*";
  else head.target = path.startsWith("/") ? path : `/${path}`;
}

function setAuthority(head: RequestHead, authority: Authority): void {
  head.authority = authority.text;
  head.host = authority.host;
}

/** RFC 9112 §6.3, without its leniencies: one framing, said once, and known. */
function readFraming(head: RequestHead, found: Steering): void {
  if (found.codingCount > 0) {
    if (found.lengthCount > 0) throw refuse("it has Content-Length and Transfer-Encoding");
    if (head.version === "1.0") throw refuse("HTTP/1.0 has no Transfer-Encoding");
    if (found.codingCount > 1 || found.coding?.toLowerCase() !== "chunked") {
      throw refuse("its Transfer-Encoding is not chunked alone");
    }
    head.body = "stream";
  } else if (found.contentLength !== undefined) {
    if (found.lengthCount > 1) throw refuse("it has more than one Content-Length");
    const bytes = readContentLength(found.contentLength);
    if (bytes === undefined) throw refuse("its Content-Length is no length");
    head.contentLength = bytes;
    if (bytes > 0) head.body = "sized";
  }
}

/** RFC 9110 §10.1.1: one expectation is known; HTTP/1.0 cannot have it. */
function readExpect(head: RequestHead, found: Steering): void {
  if (found.expect === undefined) return;
  if (found.expect.toLowerCase() !== "100-continue") {
    throw refuse("it expects something else than 100-continue", "expectation-failed");
  }
  head.expectsContinue = head.version === "1.1" && head.body !== "none";
}

function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

function refuse(reason: string, code: FailureCode = "bad-request"): Failure {
  return new Failure(code, `Cannot accept request: ${reason}`);
}
