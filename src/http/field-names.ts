/**
 * The field names that this program knows, as one table: an id for each, and what must be known of
 * it. Wire machines look names up while they read them, so that all later code compares small
 * integers. Names outside the table are ordinary data with the id `unknown`.
 *
 * The look-up folds case, and every mark that a CGI-like upstream may fold into `_` (threat 34):
 * a name that equals a known one only after that folding is a look-alike and is dropped. A slot of
 * the table is found from a name's length and three of its bytes, and the whole name is compared
 * once: no hash has to be kept while a name is read, and no name can be made to cost more.
 */

/** Meaningful for one hop only (RFC 9110 §7.6.1): consumed by the wire machine that reads it. */
const hop = 1;
/** Says where a message ends (RFC 9112 §6): only wire machines read it, and only they write it. */
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
  "content-digest": 0,
  "content-encoding": guarded | headOnly,
  "content-length": framing | guarded | headOnly,
  "content-location": headOnly,
  "content-md5": 0,
  "content-range": guarded | headOnly,
  "content-type": guarded | headOnly,
  cookie: guarded | headOnly,
  date: guarded | headOnly,
  digest: 0,
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
  "repr-digest": 0,
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
export const id = Object.fromEntries(knownNames.map((name, at) => [name, at + 1])) as Readonly<
  Record<KnownField, FieldId>
>;

/** Names by id, in lower case. */
const namesById: readonly string[] = ["", ...knownNames];
const flagsById = new Uint8Array(128);
for (const name of knownNames) flagsById[id[name]] = table[name];

export const isHopByHop = (field: FieldId): boolean => (flagsById[field]! & hop) !== 0;
export const isFraming = (field: FieldId): boolean => (flagsById[field]! & framing) !== 0;
export const isGuarded = (field: FieldId): boolean => (flagsById[field]! & guarded) !== 0;
export const isHeadOnly = (field: FieldId): boolean => (flagsById[field]! & headOnly) !== 0;

const dash = 0x2d;

/**
 * Every byte of a token (RFC 9110 §5.6.2) as what it is folded into: letters to lower case, digits
 * to themselves, marks to `-`. Zero: not a byte of a token.
 */
export const foldedToken: Uint8Array = new Uint8Array(256);
for (const mark of "!#$%&'*+-.^_`|~") foldedToken[mark.charCodeAt(0)] = dash;
for (let byte = 0x30; byte <= 0x39; byte++) foldedToken[byte] = byte;
for (let byte = 0x61; byte <= 0x7a; byte++) {
  foldedToken[byte] = byte;
  foldedToken[byte - 0x20] = byte;
}

const slotMask = 1_023;

/** A slot for a name of this length whose first, middle and last byte are these, folded. */
const slotOf = (length: number, first: number, middle: number, last: number): number =>
  (length * 67 + first * 5 + middle * 31 + last * 131) & slotMask;

const bytesById: readonly Uint8Array[] = namesById.map((name) => Buffer.from(name, "latin1"));
const idsBySlot = new Uint8Array(slotMask + 1);
for (const name of knownNames) {
  let slot = slotOfName(name);
  while (idsBySlot[slot] !== 0) slot = (slot + 1) & slotMask;
  idsBySlot[slot] = id[name];
}

/** The id of the name at `start` to `end` of `bytes`, which is a token. */
export function idOfBytes(bytes: Uint8Array, start: number, end: number): FieldId {
  const length = end - start;
  const first = foldedToken[bytes[start]!]!;
  const middle = foldedToken[bytes[start + (length >> 1)]!]!;
  const last = foldedToken[bytes[end - 1]!]!;
  for (let slot = slotOf(length, first, middle, last); ; slot = (slot + 1) & slotMask) {
    const found = idsBySlot[slot]!;
    if (found === 0) return unknown;
    const name = bytesById[found]!;
    if (name.length !== length) continue;
    const same = compare(name, bytes, start);
    if (same !== unknown) return same === lookAlike ? lookAlike : found;
  }
}

/** `unknown` if they differ, `lookAlike` if only folding makes them equal, else 1. */
function compare(name: Uint8Array, bytes: Uint8Array, start: number): number {
  let same = 1;
  for (let at = 0; at < name.length; at++) {
    const wanted = name[at]!;
    const byte = bytes[start + at]!;
    if (byte === wanted) continue;
    if (foldedToken[byte] !== wanted) return unknown;
    if (wanted === dash) same = lookAlike;
  }
  return same;
}

/** The id of a name in any case that did not come over a wire: a rule's, a hook's, ours. */
export function idOfName(name: string): FieldId {
  for (let slot = slotOfName(name); ; slot = (slot + 1) & slotMask) {
    const found = idsBySlot[slot]!;
    if (found === 0) return unknown;
    if (namesById[found] === name.toLowerCase()) return found;
  }
}

function slotOfName(name: string): number {
  const folded = (at: number): number => foldedToken[name.charCodeAt(at) & 0xff]!;
  return slotOf(name.length, folded(0), folded(name.length >> 1), folded(name.length - 1));
}
