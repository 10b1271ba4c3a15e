/**
 * One exchange as one line of JSON in ASCII, at most 4,096 bytes long with its end: that much a
 * pipe takes whole or not at all (PIPE_BUF), so that the lines of several writers never mix.
 *
 * Joined by hand: `JSON.stringify` of the same fields takes twice as long, and leaves bytes from
 * 0x7f up as they are. Query strings are kept; Authorization and Cookie are not even in the record.
 */

import type { FailureCode } from "../base/failure.ts";
import { jsonText, jsonTextCut, RepeatedText } from "./json-text.ts";

export const lineBytesMax = 4096;

export interface AccessRecord {
  /** When it began, on the wall clock. */
  readonly timeMs: number;
  /** `example.com /api/*`; "" if none was found. */
  readonly route: string;
  readonly method: string;
  /** As it came, query included. */
  readonly target: string;
  readonly host: string;
  readonly clientIp: string;
  /** Who was connected to us, if that is a trusted proxy and not the client. */
  readonly peerIp?: string | undefined;
  /** Who has shown a password; "" or not there: nobody. */
  readonly user?: string;
  readonly version: "1.0" | "1.1" | "2";
  /** What the client was told; 0: nothing. */
  readonly status: number;
  /** Bytes of bodies. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** "": no upstream was asked. */
  readonly upstream: string;
  readonly upstreamMs: number;
  readonly failure: FailureCode | "";
  readonly requestId: string;
}

/** How long a text may be in a line that would be too long: 3,600 in all, with keys under 4,096. */
const idCharsMax = 128;
const addressCharsMax = 64;
const userCharsMax = 128;
const methodCharsMax = 64;
const hostCharsMax = 512;
const labelCharsMax = 256;
const targetCharsMax = 2128;

const clients = new RepeatedText();
const methods = new RepeatedText();
const hosts = new RepeatedText();

export function writeAccessLine(record: AccessRecord): string {
  const { peerIp, user } = record;
  // Too long whatever it is escaped to: an attack with long targets is not even looked at in full.
  if (record.target.length + record.host.length > lineBytesMax) return cutLine(record);
  const line =
    lineStart(record.timeMs) +
    jsonText(record.requestId) +
    '","client":"' +
    clients.json(record.clientIp) +
    (peerIp === undefined && !user ? "" : whoElse(peerIp, user)) +
    '","method":"' +
    methods.json(record.method) +
    '","host":"' +
    hosts.json(record.host) +
    '","target":"' +
    jsonText(record.target) +
    middle(record) +
    routePart(record.route, record.upstream) +
    lineEnd(record);
  return line.length <= lineBytesMax ? line : cutLine(record);
}

/** Who passed it on, and as whom the client is known. */
function whoElse(peerIp: string | undefined, user: string | undefined): string {
  const peer = peerIp === undefined ? "" : `","peer":"${jsonText(peerIp)}`;
  return user ? `${peer}","user":"${jsonText(user)}` : peer;
}

/** The same members; what is too long in them is cut and ends in `…`. */
function cutLine(record: AccessRecord): string {
  const { peerIp, user } = record;
  const name = user ? `","user":"${jsonTextCut(user, userCharsMax)}` : "";
  const peer = peerIp === undefined ? "" : `","peer":"${jsonTextCut(peerIp, addressCharsMax)}`;
  return (
    lineStart(record.timeMs) +
    jsonTextCut(record.requestId, idCharsMax) +
    `","client":"${jsonTextCut(record.clientIp, addressCharsMax)}${peer}${name}` +
    `","method":"${jsonTextCut(record.method, methodCharsMax)}` +
    `","host":"${jsonTextCut(record.host, hostCharsMax)}` +
    `","target":"${jsonTextCut(record.target, targetCharsMax)}` +
    middle(record) +
    routeMembers(
      jsonTextCut(record.route, labelCharsMax),
      jsonTextCut(record.upstream, labelCharsMax),
    ) +
    lineEnd(record)
  );
}

function middle(record: AccessRecord): string {
  return (
    `","version":"${record.version}","status":${record.status}` +
    `,"bytes_in":${record.requestBytes},"bytes_out":${record.responseBytes}` +
    `,"duration_ms":${milliseconds(record.durationMs)},"route":"`
  );
}

function lineEnd(record: AccessRecord): string {
  const upstream =
    record.upstream === "" ? "" : `,"upstream_ms":${milliseconds(record.upstreamMs)}`;
  return record.failure === "" ? `${upstream}}\n` : `${upstream},"failure":"${record.failure}"}\n`;
}

/** Routes and upstreams are few, and the strings the same ones again: the last is not made anew. */
let lastRoute = "";
let lastUpstream = "";
let lastRoutePart = routeMembers("", "");

function routePart(route: string, upstream: string): string {
  if (route !== lastRoute || upstream !== lastUpstream) {
    lastRoutePart = routeMembers(jsonText(route), jsonText(upstream));
    lastRoute = route;
    lastUpstream = upstream;
  }
  return lastRoutePart;
}

function routeMembers(route: string, upstream: string): string {
  return upstream === "" ? `${route}"` : `${route}","upstream":"${upstream}"`;
}

const threeDigits: readonly string[] = Array.from({ length: 1000 }, (_, at) =>
  String(at).padStart(3, "0"),
);

let lastSecond = Number.NaN;
let secondStart = "";
let lastMs = Number.NaN;
let msStart = "";

/** ISO 8601 with milliseconds, up to where the id goes; a second's text is made once a second. */
function lineStart(timeMs: number): string {
  if (timeMs === lastMs) return msStart;
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    secondStart = `{"time":"${new Date(second * 1000).toISOString().slice(0, 20)}`;
    lastSecond = second;
  }
  msStart = `${secondStart}${threeDigits[Math.floor(timeMs - second * 1000)]!}Z","id":"`;
  lastMs = timeMs;
  return msStart;
}

/** To the microsecond, by table: writing a fraction by V8's own shortest form takes far longer. */
function milliseconds(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  // What a clock that jumped would give; and NaN would not be JSON.
  if (!(microseconds > 0 && microseconds < 1e15)) return "0";
  const whole = Math.floor(microseconds / 1000);
  return `${whole}.${threeDigits[microseconds - whole * 1000]!}`;
}
