/**
 * The PROXY protocol's header, versions 1 and 2 (haproxy.org, proxy-protocol.txt, 2020-03-05): what
 * a balancer in front of us says of its client, before the first byte of that client.
 *
 *   1   PROXY TCP4 192.0.2.1 198.51.100.1 56324 80␍␊      text, at most 107 bytes
 *   2   12 bytes of signature, version and command, family, length, addresses, TLVs
 *
 * As strict as can be: a header that two programs could read differently lets a client choose its
 * own address (threat 167).
 */

import { Buffer } from "node:buffer";

import { readCidr } from "../../base/ip-set.ts";
import { writeIp } from "../../base/ip.ts";
import { crc32c } from "./crc32c.ts";

export type ProxyHeader =
  /** It is not whole yet. */
  | { readonly type: "need" }
  | { readonly type: "wrong"; readonly why: string }
  /** `length` bytes long. `source` is undefined where the balancer speaks for itself. */
  | { readonly type: "whole"; readonly length: number; readonly source: Source | undefined };

/** The client, as the balancer has seen it. */
export interface Source {
  /** An IP address; "" for a Unix socket. */
  readonly address: string;
  readonly port: number;
  /** Where it connected to. */
  readonly destination: Endpoint;
}

export interface Endpoint {
  /** An IP address; "" for a Unix socket, or where it is not known. */
  readonly address: string;
  readonly port: number;
}

const textBytesMax = 107;
/** Addresses take 216 at most; the rest is room for TLVs, such as a client's certificate. */
const binaryBytesMax = 4_096;

const textStart = Buffer.from("PROXY ", "latin1");
export const signature: Buffer = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const fixedBytes = 16;

const need: ProxyHeader = { type: "need" };

/** `bytes` are all that came so far. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (beginsAs(bytes, signature)) return bytes.length < fixedBytes ? need : readBinary(bytes);
  if (beginsAs(bytes, textStart)) return bytes.length < textStart.length ? need : readText(bytes);
  return wrong("it does not begin with a PROXY header");
}

/** As far as both go. */
function beginsAs(bytes: Buffer, wanted: Buffer): boolean {
  const length = Math.min(bytes.length, wanted.length);
  return bytes.subarray(0, length).equals(wanted.subarray(0, length));
}

function readText(bytes: Buffer): ProxyHeader {
  const window = bytes.subarray(0, textBytesMax).toString("latin1");
  const end = window.indexOf("\r\n");
  if (end < 0) return bytes.length < textBytesMax ? need : wrong("its line does not end");
  const line = window.slice(0, end);
  const length = end + 2;
  if (/^PROXY UNKNOWN(?: [\x20-\x7e]*)?$/.test(line)) {
    return { type: "whole", length, source: undefined };
  }
  const [, family, from = "", to = "", fromPort = "", toPort = ""] = textPattern.exec(line) ?? [];
  if (family === undefined) return wrong("its line is not of the known form");
  const wanted = family === "4" ? 4 : 6;
  if (familyOf(from) !== wanted || familyOf(to) !== wanted) return wrong("an address is none");
  if (!isPort(fromPort) || !isPort(toPort)) return wrong("a port is none");
  const destination = { address: to, port: Number(toPort) };
  return { type: "whole", length, source: { address: from, port: Number(fromPort), destination } };
}

const textPattern = /^PROXY TCP([46]) ([0-9A-Fa-f.:]+) ([0-9A-Fa-f.:]+) ([0-9]+) ([0-9]+)$/;

const familyOf = (address: string): 4 | 6 | undefined => {
  // A mapped address is IPv4 to everybody else, and has no place under TCP6.
  const cidr = readCidr(address);
  return cidr?.family === 4 && address.includes(":") ? undefined : cidr?.family;
};

const isPort = (text: string): boolean => /^(?:0|[1-9][0-9]{0,4})$/.test(text) && +text <= 65_535;

/** Bytes of the addresses, by family and protocol; only those that a stream can have. */
const addressBytes: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
]);

function readBinary(bytes: Buffer): ProxyHeader {
  const command = bytes[12]!;
  const family = bytes[13]!;
  const rest = bytes.readUInt16BE(14);
  const length = fixedBytes + rest;
  if (command !== 0x20 && command !== 0x21) return wrong("its version or command is not known");
  if (length > binaryBytesMax) return wrong(`it is over ${binaryBytesMax} bytes long`);
  const isLocal = command === 0x20;
  const size = addressBytes.get(family);
  if (size === undefined && !isLocal) return wrong("its family is none of a stream's");
  if (size !== undefined && rest < size && !isLocal)
    return wrong("it is shorter than its addresses");
  if (bytes.length < length) return need;
  const header = bytes.subarray(0, length);
  // What a balancer says of itself is not looked at, as the protocol has it.
  if (isLocal) return { type: "whole", length, source: undefined };
  const why = wrongTlv(header, fixedBytes + (size ?? 0));
  return why === undefined ? { type: "whole", length, source: sourceOf(header) } : wrong(why);
}

function sourceOf(header: Buffer): Source | undefined {
  switch (header[13]!) {
    case 0x11:
      return {
        address: header.subarray(16, 20).join("."),
        port: header.readUInt16BE(24),
        destination: {
          address: header.subarray(20, 24).join("."),
          port: header.readUInt16BE(26),
        },
      };
    case 0x21:
      return {
        address: ipv6Text(header.subarray(16, 32)),
        port: header.readUInt16BE(48),
        destination: {
          address: ipv6Text(header.subarray(32, 48)),
          port: header.readUInt16BE(50),
        },
      };
    case 0x31:
      return { address: "", port: 0, destination: { address: "", port: 0 } };
    default:
      return undefined;
  }
}

/** A mapped address is written as the IPv4 address that it is. */
function ipv6Text(bytes: Buffer): string {
  const words = [0, 4, 8, 12].map((at) => bytes.readUInt32BE(at));
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return writeIp(isMapped ? words.slice(3) : words);
}

const crcType = 0x03;

/** Each TLV is a type, a length of two bytes and so many bytes; nothing may be left over. */
function wrongTlv(header: Buffer, start: number): string | undefined {
  let at = start;
  while (at < header.length) {
    if (at + 3 > header.length) return "a TLV is cut short";
    const size = header.readUInt16BE(at + 1);
    const value = at + 3;
    if (value + size > header.length) return "a TLV is longer than the header";
    if (header[at] === crcType && !isChecked(header, value, size)) return "its checksum is wrong";
    at = value + size;
  }
  return undefined;
}

/** The checksum is that of the header with zeros in the checksum's place. */
function isChecked(header: Buffer, at: number, size: number): boolean {
  if (size !== 4) return false;
  const blank = Buffer.from(header);
  blank.fill(0, at, at + 4);
  return crc32c(blank) === header.readUInt32BE(at);
}

function wrong(why: string): ProxyHeader {
  return { type: "wrong", why };
}
