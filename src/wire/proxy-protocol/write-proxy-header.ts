/**
 * Writes the header that `proxy-header.ts` reads: what we say of our client to an upstream, before
 * the first byte of a request (haproxy.org, proxy-protocol.txt, 2020-03-05).
 *
 * Addresses are read and written anew, so nothing but an address can come to stand in the line.
 */

import { Buffer } from "node:buffer";

import { readIp, writeIp } from "../../base/ip.ts";
import { signature, type Endpoint, type Source } from "./proxy-header.ts";

export type ProxyVersion = 1 | 2;

/** §2.1: all that has to be said where nothing is known of the client. */
const unknownLine = "PROXY UNKNOWN\r\n";

/** §2.2: LOCAL of no family, which every receiver must take; PROXY of no family it may refuse. */
const unknownBlock = Buffer.concat([signature, Buffer.of(0x20, 0x00, 0, 0)]).toString("latin1");

/** The words of an address, as many as its family has: 1 or 4. */
type Words = Uint32Array;

/** One character a byte. `source` undefined: nothing is known, or the request is our own. */
export function writeProxyHeader(version: ProxyVersion, source: Source | undefined): string {
  const from = source === undefined ? undefined : readWords(source.address);
  if (source === undefined || from === undefined) return version === 1 ? unknownLine : unknownBlock;
  const { destination } = source;
  const to = destinationWords(destination, from.length);
  if (version === 2) return writeBlock({ from, to }, [source.port, destination.port]);
  const family = from.length === 1 ? "TCP4" : "TCP6";
  return `PROXY ${family} ${writeIp(from)} ${writeIp(to)} ${source.port} ${destination.port}\r\n`;
}

/** undefined: no address. A mapped IPv4 address is one of IPv4. */
function readWords(address: string): Words | undefined {
  const words = new Uint32Array(4);
  const family = readIp(address, words);
  if (family === 0) return undefined;
  return family === 4 ? words.subarray(0, 1) : words;
}

/**
 * Both addresses are of one family. Where the client's is of another than the socket's, as it can
 * be behind a proxy that we trust, or nothing is known, `0.0.0.0` or `::` stands there.
 */
function destinationWords({ address }: Endpoint, count: number): Words {
  const words = readWords(address);
  return words?.length === count ? words : new Uint32Array(count);
}

interface Addresses {
  readonly from: Words;
  readonly to: Words;
}

function writeBlock({ from, to }: Addresses, ports: readonly number[]): string {
  const words = [...from, ...to];
  const block = Buffer.alloc(words.length * 4 + ports.length * 2);
  for (const [at, word] of words.entries()) block.writeUInt32BE(word, at * 4);
  for (const [at, port] of ports.entries()) block.writeUInt16BE(port, words.length * 4 + at * 2);
  const family = from.length === 1 ? 0x11 : 0x21;
  const head = Buffer.of(0x21, family, 0, block.length);
  return Buffer.concat([signature, head, block]).toString("latin1");
}
