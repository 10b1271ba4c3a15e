/** What error answers say in fields, as tables: RFC 9209 errors, Retry-After, Allow, titles. */

import { assert } from "../base/assert.ts";
import type { FailureCode } from "../base/failure.ts";

/**
 * RFC 9209 §2.3. `http_request_error` is its word for a 4xx that a proxy makes itself, and
 * `proxy_internal_response` for an answer that never went near an upstream.
 */
export const proxyErrors = {
  "bad-request": "http_request_error",
  unauthorized: "http_request_denied",
  "access-denied": "http_request_denied",
  "no-route": "http_request_error",
  "method-not-allowed": "http_request_error",
  "head-timeout": "http_request_error",
  "body-timeout": "http_request_error",
  "body-too-large": "http_request_error",
  "target-too-long": "http_request_error",
  "expectation-failed": "http_request_error",
  misdirected: "http_request_error",
  "fields-too-large": "http_request_error",
  "client-gone": "http_request_error",
  "write-timeout": "http_request_error",
  "read-too-slow": "http_request_error",
  "version-not-supported": "http_request_error",
  "loop-detected": "proxy_loop_detected",
  internal: "proxy_internal_error",
  "spool-failed": "proxy_internal_error",
  "hook-failed": "proxy_internal_error",
  "hook-timeout": "proxy_internal_error",
  "not-implemented": "http_request_error",
  overloaded: "proxy_internal_response",
  draining: "proxy_internal_response",
  maintenance: "proxy_internal_response",
  "name-not-resolved": "dns_error",
  "connect-refused": "connection_refused",
  "connect-timeout": "connection_timeout",
  "upstream-reset": "connection_terminated",
  "upstream-closed": "connection_terminated",
  "bad-response": "http_protocol_error",
  "response-too-large": "http_response_header_section_size",
  "truncated-response": "http_response_incomplete",
  "no-upstream": "destination_unavailable",
  "first-byte-timeout": "http_response_timeout",
  "idle-timeout": "connection_read_timeout",
} as const satisfies Record<FailureCode, string>;

type ByCode = Readonly<Partial<Record<FailureCode, string>>>;

/**
 * Every 503 says when to come back, in seconds: load passes sooner than a restart. How long
 * maintenance takes the config alone can say.
 */
export const retryAfterByCode: ByCode = {
  overloaded: "1",
  draining: "5",
  "no-upstream": "5",
};

/** RFC 9110 §15.5.6: a 405 lists what is allowed; ours are TRACE, CONNECT and foreign targets. */
export const allowByCode: ByCode = {
  "method-not-allowed": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
};

/** RFC 9110 §15, RFC 6585, RFC 5842; 499 is nginx's, and no client ever sees it. */
const titles: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  421: "Misdirected Request",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  499: "Client Closed Request",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

export function titleOf(status: number): string {
  const title = titles[status];
  assert(title !== undefined, `status ${status} of the failure table has a title`);
  return title;
}

/** For statuses that a config names: a reason phrase may be empty (RFC 9112 §4). */
export function reasonOf(status: number): string {
  return titles[status] ?? "";
}
