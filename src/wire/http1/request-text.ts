/**
 * Request heads as HTTP/1 writes them (RFC 9112 §3). `Host` comes first and is made from the head's
 * authority; so are the framing fields and what is meant for this hop.
 */

import { assert } from "../../base/assert.ts";
import { isFieldValue, isToken } from "../../http/fields.ts";
import type { RequestHead } from "../../http/head.ts";

/** Visible ASCII without `#`, as `start-line.ts` reads it. */
const targetPattern = /^[\x21\x22\x24-\x7e]+$/;
const authorityPattern = /^[\x21-\x7e]*$/;

export function requestText(head: RequestHead): string {
  assert(isToken(head.method), "a method is a token");
  assert(targetPattern.test(head.target), "a target is visible ASCII without a fragment");
  assert(authorityPattern.test(head.authority), "a host is visible ASCII");
  const isFramed = head.body === "sized" ? head.contentLength > 0 : head.contentLength <= 0;
  assert(isFramed, "a length is told of a sized body, and of no other");
  let text = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${head.authority}\r\n`;
  text += head.fields.write();
  if (head.body === "stream") text += "Transfer-Encoding: chunked\r\n";
  else if (head.contentLength >= 0) text += `Content-Length: ${head.contentLength}\r\n`;
  if (head.expectsContinue) text += "Expect: 100-continue\r\n";
  if (head.wantsTrailers) text += "TE: trailers\r\n";
  return text + connectionText(head);
}

function connectionText(head: RequestHead): string {
  const te = head.wantsTrailers ? "TE" : "";
  if (head.upgrade === undefined) return te === "" ? "\r\n" : `Connection: ${te}\r\n\r\n`;
  assert(isFieldValue(head.upgrade), "a protocol's name is one line of text");
  const options = te === "" ? "Upgrade" : `${te}, Upgrade`;
  return `Connection: ${options}\r\nUpgrade: ${head.upgrade}\r\n\r\n`;
}
