/**
 * One exchange as `key=value` pairs in the order of the JSON line. A value that has a space, a
 * quote, `=` or anything that is not plain ASCII in it stands in quotes, escaped as in JSON.
 */

import { failures } from "../base/failure.ts";
import type { AccessRecord, WriteLine } from "./access-record.ts";
import { fitted } from "./cut-record.ts";
import { jsonRules, jsonText } from "./json-text.ts";
import { isoTime, milliseconds } from "./line-time.ts";

const bare = /^[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]+$/;

export const writeLogfmtLine: WriteLine = fitted(join, jsonRules);

function join(record: AccessRecord): string {
  const { peerIp, upstream, failure, referer, userAgent } = record;
  let line = `time=${isoTime(record.timeMs)}${pair("id", record.requestId)}`;
  line += pair("client", record.clientIp);
  if (peerIp !== undefined) line += pair("peer", peerIp);
  if (record.user !== "") line += pair("user", record.user);
  line += pair("method", record.method) + pair("host", record.host) + pair("target", record.target);
  line += ` version=${record.version} status=${record.status}`;
  line += ` bytes_in=${record.requestBytes} bytes_out=${record.responseBytes}`;
  line += ` duration_ms=${milliseconds(record.durationMs)}${pair("route", record.route)}`;
  if (upstream !== "") {
    line += `${pair("upstream", upstream)} upstream_ms=${milliseconds(record.upstreamMs)}`;
  }
  if (record.connectMs > 0) line += ` connect_ms=${milliseconds(record.connectMs)}`;
  if (record.firstByteMs > 0) line += ` first_byte_ms=${milliseconds(record.firstByteMs)}`;
  if (failure !== "") line += ` failure=${failure} failed_by=${failures[failure].blame}`;
  if (referer !== "") line += pair("referer", referer);
  if (userAgent !== "") line += pair("user_agent", userAgent);
  for (const [name, value] of record.fields) line += pair(`fields.${name}`, value);
  return `${line}\n`;
}

export function pair(key: string, value: string): string {
  return bare.test(value) ? ` ${key}=${value}` : ` ${key}="${jsonText(value)}"`;
}
