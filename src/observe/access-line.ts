/**
 * One exchange as one line of JSON in ASCII, the format of programs.
 *
 * Joined by hand: `JSON.stringify` of the same fields takes twice as long, and leaves bytes from
 * 0x7f up as they are.
 */

import { failures } from "../base/failure.ts";
import type { AccessRecord, WriteLine } from "./access-record.ts";
import { fitted } from "./cut-record.ts";
import { jsonRules, jsonText, RepeatedText } from "./json-text.ts";
import { isoTime, milliseconds } from "./line-time.ts";

const clients = new RepeatedText();
const methods = new RepeatedText();
const hosts = new RepeatedText();
const userAgents = new RepeatedText();

export const writeAccessLine: WriteLine = fitted(join, jsonRules);

function join(record: AccessRecord): string {
  const { peerIp, user } = record;
  return (
    lineStart(record.timeMs) +
    jsonText(record.requestId) +
    '","client":"' +
    clients.json(record.clientIp) +
    (peerIp === undefined && user === "" ? "" : whoElse(peerIp, user)) +
    '","method":"' +
    methods.json(record.method) +
    '","host":"' +
    hosts.json(record.host) +
    '","target":"' +
    jsonText(record.target) +
    middle(record) +
    routePart(record.route, record.upstream) +
    times(record) +
    callerPart(record)
  );
}

/** Who passed it on, and as whom the client is known. */
function whoElse(peerIp: string | undefined, user: string): string {
  const peer = peerIp === undefined ? "" : `","peer":"${jsonText(peerIp)}`;
  return user === "" ? peer : `${peer}","user":"${jsonText(user)}`;
}

function middle(record: AccessRecord): string {
  return (
    `","version":"${record.version}","status":${record.status}` +
    `,"bytes_in":${record.requestBytes},"bytes_out":${record.responseBytes}` +
    `,"duration_ms":${milliseconds(record.durationMs)},"route":"`
  );
}

/** What is zero was not there to be measured. */
function times({ upstream, upstreamMs, connectMs, firstByteMs }: AccessRecord): string {
  let text = upstream === "" ? "" : `,"upstream_ms":${milliseconds(upstreamMs)}`;
  if (connectMs > 0) text += `,"connect_ms":${milliseconds(connectMs)}`;
  return firstByteMs > 0 ? `${text},"first_byte_ms":${milliseconds(firstByteMs)}` : text;
}

/** Who failed, and what the caller said of itself. */
function callerPart({ failure, referer, userAgent, fields }: AccessRecord): string {
  let text = "";
  if (failure !== "") text = `,"failure":"${failure}","failed_by":"${failures[failure].blame}"`;
  if (referer !== "") text += `,"referer":"${jsonText(referer)}"`;
  if (userAgent !== "") text += `,"user_agent":"${userAgents.json(userAgent)}"`;
  if (fields.length > 0) {
    const members = fields.map(([name, value]) => `"${jsonText(name)}":"${jsonText(value)}"`);
    text += `,"fields":{${members.join(",")}}`;
  }
  return `${text}}\n`;
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

let lastMs = Number.NaN;
let msStart = "";

/** Up to where the id goes. */
function lineStart(timeMs: number): string {
  if (timeMs === lastMs) return msStart;
  msStart = `{"time":"${isoTime(timeMs)}","id":"`;
  lastMs = timeMs;
  return msStart;
}
