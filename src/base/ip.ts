/**
 * IP addresses as words of 32 bits, read strictly (RFC 4291 §2.2, RFC 6943 §3.1.1): no octal, no
 * short forms, no leading zeros in IPv4. Two programs that read `010.0.0.1` differently are how an
 * address list comes to let in what it does not name.
 *
 * An IPv4-mapped address (`::ffff:1.2.3.4`, which a dual-stack socket shows) is the IPv4 address.
 */

/** 0: not an address. */
export type IpFamily = 0 | 4 | 6;

/** Longest text that is looked at: 45 characters of IPv6, and a zone. */
const textLengthMax = 64;

const dot = 0x2e;
const colon = 0x3a;

const groupsPerAddress = 8;
/** Scratch for one call of `readIpv6`: an array per address would be the dearest part of it. */
const groups = new Uint16Array(groupsPerAddress);

/** Reads an address into the first word (IPv4) or all four (IPv6) of `into`; skips a zone id. */
export function readIp(text: string, into: Uint32Array): IpFamily {
  if (text.length > textLengthMax) return 0;
  if (!text.includes(":")) {
    const value = readIpv4(text, 0, text.length);
    if (value < 0) return 0;
    into[0] = value;
    return 4;
  }
  const zone = text.indexOf("%");
  if (zone === text.length - 1) return 0;
  return readIpv6(text, zone < 0 ? text.length : zone) ? writeWords(into) : 0;
}

/** The address as logs and fields show it: without a zone, IPv4 not mapped into IPv6. */
export function plainIp(text: string): string {
  const zone = text.indexOf("%");
  const address = zone < 0 ? text : text.slice(0, zone);
  const isMapped = address.startsWith(mappedPrefix) && address.includes(".");
  return isMapped ? address.slice(mappedPrefix.length) : address;
}

const mappedPrefix = "::ffff:";

const words = new Uint32Array(4);

/**
 * What one client has for itself: an IPv4 address, or the 64 bits of an IPv6 network that are
 * given to a household. What is no address stands for itself.
 */
export function networkOf(text: string): string {
  if (readIp(text, words) !== 6) return plainIp(text);
  return `${words[0]!.toString(16)}:${words[1]!.toString(16)}/64`;
}

/** -1: not an IPv4 address. */
function readIpv4(text: string, start: number, end: number): number {
  let value = 0;
  let octets = 0;
  let octet = -1;
  for (let at = start; at <= end; at++) {
    const code = at === end ? dot : text.charCodeAt(at);
    if (code === dot) {
      if (octet < 0 || octets === 4) return -1;
      value = value * 256 + octet;
      octets += 1;
      octet = -1;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9 || octet === 0) return -1;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return -1;
  }
  return octets === 4 ? value : -1;
}

/** Fills `groups`; false: not an IPv6 address. */
function readIpv6(text: string, end: number): boolean {
  let count = 0;
  let gap = text.startsWith("::") ? 0 : -1;
  let at = gap === 0 ? 2 : 0;
  while (at < end) {
    const stop = endOfHex(text, at, end);
    if (stop < end && text.charCodeAt(stop) === dot) {
      const tail = count > groupsPerAddress - 2 ? -1 : readIpv4(text, at, end);
      if (tail < 0) return false;
      groups[count] = tail >>> 16;
      groups[count + 1] = tail & 0xffff;
      count += 2;
      break;
    }
    if (stop === at || stop - at > 4 || count === groupsPerAddress) return false;
    groups[count] = Number.parseInt(text.substring(at, stop), 16);
    count += 1;
    if (stop === end) break;
    at = stop + 1;
    if (text.charCodeAt(stop) !== colon || at === end) return false;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return false;
      gap = count;
      at += 1;
    }
  }
  if (gap < 0) return count === groupsPerAddress;
  return count < groupsPerAddress && openGap(gap, count);
}

/** Moves the groups behind `::` to the end, and zeros between. */
function openGap(gap: number, count: number): true {
  const moved = groupsPerAddress - (count - gap);
  groups.copyWithin(moved, gap, count);
  groups.fill(0, gap, moved);
  return true;
}

function endOfHex(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isHexDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

function writeWords(into: Uint32Array): 4 | 6 {
  for (let word = 0; word < 4; word++) {
    into[word] = groups[word * 2]! * 0x10000 + groups[word * 2 + 1]!;
  }
  if (into[0] !== 0 || into[1] !== 0 || into[2] !== 0xffff) return 6;
  into[0] = into[3]!;
  return 4;
}

/** An address of one word (IPv4) or four (IPv6), in the canonical form (RFC 5952 §4). */
export function writeIp(words: ArrayLike<number>): string {
  const parts = Array.from(words).flatMap((word) => [word >>> 16, word & 0xffff]);
  if (parts.length === 2) return parts.flatMap((part) => [part >> 8, part & 0xff]).join(".");
  const { start, length } = longestZeros(parts);
  const hex = parts.map((part) => part.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** As it stands before a port (RFC 3986 §3.2.2): IPv6 in brackets, names and IPv4 as they are. */
export const inBrackets = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** The first of the longest runs. */
function longestZeros(parts: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < parts.length; start++) {
    const end = parts.findIndex((part, at) => at >= start && part !== 0);
    const length = (end < 0 ? parts.length : end) - start;
    if (length > best.length) best = { start, length };
  }
  return best;
}
