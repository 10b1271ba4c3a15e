/**
 * What to do with a record whose line would be too long: every text in it is cut to a length that
 * leaves something for each, and the target gets what is left over.
 */

import {
  lineBytesMax,
  type AccessRecord,
  type LoggedField,
  type WriteLine,
} from "./access-record.ts";

/** How a format writes the characters of a text. */
export interface TextRules {
  /** The most characters that this UTF-16 unit takes once it is escaped. */
  readonly costOf: (unit: number) => number;
  /** What ends a text that was cut. */
  readonly cutMark: string;
}

/** In characters of the line. With keys, and eight fields of 64, 600 are left for the target. */
const textMax = {
  id: 128,
  address: 64,
  user: 64,
  method: 64,
  host: 256,
  label: 256,
  referer: 256,
  userAgent: 256,
  field: 40,
} as const;

/** A format out of `join`, which writes a record as it is, of whatever length. */
export function fitted(join: WriteLine, rules: TextRules): WriteLine {
  return (record) => {
    if (isSurelyTooLong(record)) return cutLine(record, join, rules);
    const line = join(record);
    return line.length <= lineBytesMax ? line : cutLine(record, join, rules);
  };
}

/** Too long whatever it is escaped to: what an attack brings is not even looked at in full. */
function isSurelyTooLong(record: AccessRecord): boolean {
  const { target, host, referer, userAgent } = record;
  return target.length + host.length + referer.length + userAgent.length > lineBytesMax;
}

function cutLine(record: AccessRecord, join: WriteLine, rules: TextRules): string {
  const cut = cutTexts(record, rules);
  const room = lineBytesMax - join({ ...cut, target: "" }).length;
  return join({ ...cut, target: cutText(record.target, room, rules) });
}

function cutTexts(record: AccessRecord, rules: TextRules): AccessRecord {
  const { peerIp } = record;
  return {
    ...record,
    requestId: cutText(record.requestId, textMax.id, rules),
    clientIp: cutText(record.clientIp, textMax.address, rules),
    peerIp: peerIp === undefined ? undefined : cutText(peerIp, textMax.address, rules),
    user: cutText(record.user, textMax.user, rules),
    method: cutText(record.method, textMax.method, rules),
    host: cutText(record.host, textMax.host, rules),
    route: cutText(record.route, textMax.label, rules),
    upstream: cutText(record.upstream, textMax.label, rules),
    referer: cutText(record.referer, textMax.referer, rules),
    userAgent: cutText(record.userAgent, textMax.userAgent, rules),
    fields: record.fields.map(([name, value]): LoggedField => [
      name,
      cutText(value, textMax.field, rules),
    ]),
  };
}

/** So much of a text that it takes at most `charsMax` characters once it is escaped. */
export function cutText(text: string, charsMax: number, { costOf, cutMark }: TextRules): string {
  let markCost = 0;
  for (let at = 0; at < cutMark.length; at++) markCost += costOf(cutMark.charCodeAt(at));
  let cost = 0;
  // Where to cut, so that the mark fits behind it.
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    cost += costOf(text.charCodeAt(at));
    if (cost > charsMax) return text.slice(0, end) + cutMark;
    if (cost <= charsMax - markCost) end = at + 1;
  }
  return text;
}
