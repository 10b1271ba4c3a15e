/**
 * Heads in the form that knows no protocol version: what an HTTP/1 or HTTP/2 machine hands up, what
 * rooms and hooks see, what is written to the other side.
 *
 * Fields that mean something for one hop only, and framing fields, are not among `fields`: the
 * machine that read them says here what they meant, and the one that writes makes its own.
 */

import { Fields } from "./fields.ts";

/** `none`: ends with its head. `sized`: `contentLength` bytes follow. `stream`: until its end. */
export type BodyKind = "none" | "sized" | "stream";

export interface RequestHead {
  /** Case matters (RFC 9110 §9.1). */
  method: string;
  /** Path and query as they were sent, byte for byte; `*` for OPTIONS; authority for CONNECT. */
  target: string;
  /** As the client says it called: `http` or `https`. */
  scheme: "http" | "https";
  /** Host and port as sent, in lower case; "" in an HTTP/1.0 request without Host. */
  authority: string;
  /** The host of `authority`, without port and brackets' port; IPv6 keeps its brackets. */
  host: string;
  /** The target came in absolute form (RFC 9112 §3.2.2). */
  absolute: boolean;
  version: "1.0" | "1.1" | "2";
  fields: Fields;
  body: BodyKind;
  /** Bytes of the body if `sized`; -1 if unknown. */
  contentLength: number;
  /** `Expect: 100-continue` (RFC 9110 §10.1.1). */
  expectsContinue: boolean;
  /** The protocol asked for with `Connection: upgrade`, in lower case (RFC 9110 §7.8). */
  upgrade: string | undefined;
  /** `TE: trailers` was sent. */
  wantsTrailers: boolean;
}

export interface ResponseHead {
  /** 100 to 599. Below 200: an interim head, more heads follow; but 101 is the last. */
  status: number;
  /** "" where there is none. */
  reason: string;
  version: "1.0" | "1.1" | "2";
  fields: Fields;
  body: BodyKind;
  /**
   * The representation's length in bytes; -1 if unknown. May be known though `body` is `none`:
   * in the answer to HEAD, and in a 304.
   */
  contentLength: number;
  /** The protocol that a 101 switches to. */
  upgrade: string | undefined;
}

/** A request over plain HTTP with this first line and host, and nothing else. */
export function bareRequest(said: Pick<RequestHead, "method" | "target" | "host">): RequestHead {
  return {
    ...said,
    scheme: "http",
    authority: said.host,
    absolute: false,
    version: "1.1",
    fields: new Fields(),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: false,
  };
}

/** RFC 9110 §9.2.2: sending it twice does what sending it once does. */
export function isIdempotent(method: string): boolean {
  return idempotentMethods.has(method);
}

const idempotentMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
]);

/** RFC 9110 §6.4.1: these answers never have a body, whatever their fields say. */
export function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}
