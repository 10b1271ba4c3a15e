/** Headers of the PROXY protocol, version 2, written for tests. */

import { crc32c } from "../../../src/wire/proxy-protocol/crc32c.ts";

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

export function header2(command: number, family: number, ...parts: readonly Buffer[]): Buffer {
  const rest = Buffer.concat(parts);
  const fixed = Buffer.from([command, family, rest.length >> 8, rest.length & 0xff]);
  return Buffer.concat([signature, fixed, rest]);
}

/** From this address to another one. */
export function ipv4(address: string, port: number): Buffer {
  const bytes = Buffer.from([...address.split(".").map(Number), 198, 51, 100, 7, 0, 0, 1, 187]);
  bytes.writeUInt16BE(port, 8);
  return bytes;
}

/** `hex` is the address in 32 digits. */
export function ipv6(hex: string, port: number): Buffer {
  const ports = Buffer.from([0, 0, 1, 187]);
  ports.writeUInt16BE(port, 0);
  return Buffer.concat([Buffer.from(hex, "hex"), Buffer.alloc(15), Buffer.of(1), ports]);
}

export function tlv(type: number, value: string): Buffer {
  const head = Buffer.from([type, value.length >> 8, value.length & 0xff]);
  return Buffer.concat([head, Buffer.from(value, "latin1")]);
}

/** Its last four bytes are the place of the checksum. */
export function withCrc(header: Buffer): Buffer {
  const whole = Buffer.from(header);
  whole.writeUInt32BE(crc32c(header), header.length - 4);
  return whole;
}
