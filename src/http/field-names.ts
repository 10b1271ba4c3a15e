/**
 * The field names that this program knows, as one table: an id for each, and what must be known of
 * it. Wire machines look names up while they read them, so that all later code compares small
 * integers. Names outside the table are ordinary data with the id `unknown`.
 *
 * The look-up folds case, and every mark that a CGI-like upstream may fold into `_` (threat 34):
 * a name that equals a known one only after that folding is a look-alike and is dropped.
 */

/** Meaningful for one hop only (RFC 9110 §7.6.1): consumed by the wire machine that reads it. */
const hop = 1;
/** Says where a message ends (RFC 9112 §6): only a wire machine reads it, and only one writes it. */
const framing = 2;
/** A client may not have it stripped by naming it in `Connection` (threat 59). */
const guarded = 4;
/** Not allowed in a trailer section (RFC 9110 §6.5.1). */
const headOnly = 8;

const table = {
  accept: guarded,
  "accept-encoding": guarded,
  "accept-language": guarded,
  "accept-ranges": 0,
  age: 0,
  authorization: guarded | headOnly,
  "cache-control": guarded | headOnly,
  "cdn-loop": guarded | headOnly,
  connection: hop | guarded | headOnly,
  "content-encoding": guarded | headOnly,
  "content-length": framing | guarded | headOnly,
  "content-location": headOnly,
  "content-range": guarded | headOnly,
  "content-type": guarded | headOnly,
  cookie: guarded | headOnly,
  date: guarded | headOnly,
  etag: 0,
  expect: guarded | headOnly,
  expires: headOnly,
  forwarded: guarded | headOnly,
  host: guarded | headOnly,
  "http2-settings": hop | headOnly,
  "if-match": guarded | headOnly,
  "if-modified-since": guarded | headOnly,
  "if-none-match": guarded | headOnly,
  "if-range": guarded | headOnly,
  "if-unmodified-since": guarded | headOnly,
  "keep-alive": hop | headOnly,
  "last-modified": 0,
  link: 0,
  location: headOnly,
  "max-forwards": guarded | headOnly,
  origin: guarded | headOnly,
  pragma: guarded | headOnly,
  "proxy-authenticate": hop | headOnly,
  "proxy-authorization": hop | headOnly,
  "proxy-connection": hop | headOnly,
  "proxy-status": 0,
  range: guarded | headOnly,
  referer: guarded | headOnly,
  refresh: headOnly,
  "retry-after": headOnly,
  "sec-websocket-accept": guarded | headOnly,
  "sec-websocket-key": guarded | headOnly,
  server: 0,
  "set-cookie": guarded | headOnly,
  te: hop | headOnly,
  traceparent: guarded,
  tracestate: guarded,
  trailer: hop | headOnly,
  "transfer-encoding": hop | framing | guarded | headOnly,
  upgrade: hop | headOnly,
  "user-agent": guarded,
  vary: headOnly,
  via: guarded,
  "www-authenticate": headOnly,
  "x-accel-buffering": 0,
  "x-accel-redirect": guarded,
  "x-forwarded-for": guarded | headOnly,
  "x-forwarded-host": guarded | headOnly,
  "x-forwarded-port": guarded | headOnly,
  "x-forwarded-prefix": guarded | headOnly,
  "x-forwarded-proto": guarded | headOnly,
  "x-real-ip": guarded | headOnly,
  "x-request-id": guarded,
} as const;

export type KnownField = keyof typeof table;

/** The id of a name in the table: from 1 up, below `lookAlike`. */
export type FieldId = number;

export const unknown: FieldId = 0;
/** A name that is not in the table, but would be if `_`, `.` and their like were `-`. */
export const lookAlike: FieldId = 127;

const knownNames = Object.keys(table) as KnownField[];

/** `id.host`, `id["set-cookie"]`: ids by name. */
export const id = Object.fromEntries(
  knownNames.map((name, at) => [name, at + 1]),
) as Readonly<Record<KnownField, FieldId>>;

/** Names by id, in lower case. */
const namesById: readonly string[] = ["", ...knownNames];
const flagsById = new Uint8Array(128);
for (const name of knownNames) flagsById[id[name]] = table[name];

export const isHopByHop = (field: FieldId): boolean => (flagsById[field]! & hop) !== 0;
export const isFraming = (field: FieldId): boolean => (flagsById[field]! & framing) !== 0;
export const isGuarded = (field: FieldId): boolean => (flagsById[field]! & guarded) !== 0;
export const isHeadOnly = (field: FieldId): boolean => (flagsById[field]! & headOnly) !== 0;

/**
 * Every byte of a token (RFC 9110 §5.6.2) as what it is folded into: letters to lower case, digits
 * to themselves, marks to `-`. Zero: not a byte of a token.
 */
export const foldedToken: Uint8Array = new Uint8Array(256);
for (const mark of "!#$%&'*+-.^_`|~") foldedToken[mark.charCodeAt(0)] = 0x2d;
for (let byte = 0x30; byte <= 0x39; byte++) foldedToken[byte] = byte;
for (let byte = 0x61; byte <= 0x7a; byte++) {
  foldedToken[byte] = byte;
  foldedToken[byte - 0x20] = byte;
}

/** One step of the hash of a folded name; start from 0. The multiplier keeps our names apart. */
export const hashStep = (hash: number, folded: number): number =>
  (Math.imul(hash, 33) + folded) | 0;

const slotMask = 1023;
const idsBySlot = new Uint8Array(slotMask + 1);
for (const name of knownNames) {
  let slot = hashOfName(name) & slotMask;
  while (idsBySlot[slot] !== 0) slot = (slot + 1) & slotMask;
  idsBySlot[slot] = id[name];
}

/** The id of the name at `start` to `end` of `bytes`, whose folded hash is `hash`. */
export function idOfBytes(bytes: Uint8Array, start: number, end: number, hash: number): FieldId {
  for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
    const found = idsBySlot[slot]!;
    if (found === 0) return unknown;
    const name = namesById[found]!;
    if (name.length !== end - start) continue;
    const same = compare(name, bytes, start);
    if (same !== unknown) return same === lookAlike ? lookAlike : found;
  }
}

/** `unknown` if they differ, `lookAlike` if only folding makes them equal, else 1. */
function compare(name: string, bytes: Uint8Array, start: number): number {
  let same = 1;
  for (let at = 0; at < name.length; at++) {
    const wanted = name.charCodeAt(at);
    const byte = bytes[start + at]!;
    if (foldedToken[byte] !== wanted) return unknown;
    if (wanted === 0x2d && byte !== 0x2d) same = lookAlike;
  }
  return same;
}

/** The id of a name in any case that did not come over a wire: a rule's, a hook's, ours. */
export function idOfName(name: string): FieldId {
  for (let slot = hashOfName(name) & slotMask; ; slot = (slot + 1) & slotMask) {
    const found = idsBySlot[slot]!;
    if (found === 0) return unknown;
    if (namesById[found] === name.toLowerCase()) return found;
  }
}

function hashOfName(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) {
    hash = hashStep(hash, foldedToken[name.charCodeAt(at) & 0xff]!);
  }
  return hash;
}
