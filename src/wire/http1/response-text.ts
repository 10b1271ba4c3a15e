/**
 * Response heads as HTTP/1 writes them (RFC 9112 §4). The framing and connection fields are made
 * here and nowhere else; `Fields.write` refuses any that somebody else put in.
 */

import { assert } from "../../base/assert.ts";
import type { ResponseHead } from "../../http/head.ts";
import { isFieldValue } from "../../http/fields.ts";
import type { SentFraming } from "./message-writer.ts";

export interface ResponseFraming {
  /** The value of `Connection`; "" for none. */
  readonly connection: string;
  /** -1 for none. */
  readonly contentLength: number;
  readonly framing: SentFraming;
}

export function headText(head: ResponseHead, framing: ResponseFraming): string {
  let text = statusLine(head) + head.fields.write();
  if (framing.contentLength >= 0) text += `Content-Length: ${framing.contentLength}\r\n`;
  if (framing.framing === "chunked") text += "Transfer-Encoding: chunked\r\n";
  if (framing.connection !== "") text += `Connection: ${framing.connection}\r\n`;
  if (head.status === 101) text += upgradeLine(head.upgrade ?? "");
  return text + "\r\n";
}

function upgradeLine(protocol: string): string {
  assert(isFieldValue(protocol) && protocol !== "", "a 101 says which protocol it switches to");
  return `Upgrade: ${protocol}\r\n`;
}

export function interimText(head: ResponseHead): string {
  return statusLine(head) + head.fields.write() + "\r\n";
}

/** RFC 9112 §4: unlike a field's value it may begin and end with blanks, and does in the wild. */
const reasonPattern = /^[\t\x20-\x7e\x80-\xff]*$/;

function statusLine(head: ResponseHead): string {
  assert(head.status >= 100 && head.status <= 599, "a status has three digits and a known class");
  assert(reasonPattern.test(head.reason), "a reason phrase is one line of text");
  return `HTTP/1.1 ${head.status} ${head.reason}\r\n`;
}
