/** What is written as a PROXY header is read as the same, and is the protocol's own form. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { readIp, writeIp } from "../../../src/base/ip.ts";
import { readProxyHeader, type Source } from "../../../src/wire/proxy-protocol/proxy-header.ts";
import { writeProxyHeader } from "../../../src/wire/proxy-protocol/write-proxy-header.ts";

interface Case {
  readonly name: string;
  /** `ADDRESS PORT ADDRESS PORT`; undefined: nobody is known. */
  readonly source: string | undefined;
  readonly text: string;
  /** What is behind the signature, in hex. */
  readonly binary: string;
}

const cases: readonly Case[] = [
  {
    name: "IPv4",
    source: "192.0.2.1 56324 198.51.100.7 443",
    text: "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n",
    binary: "2111000cc0000201c6336407dc0401bb",
  },
  {
    name: "IPv6",
    source: "2001:db8::1 1 ::1 65535",
    text: "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
    binary: `2121002420010db8000000000000000000000001${"0".repeat(31)}10001ffff`,
  },
  {
    name: "IPv4 mapped into IPv6 is IPv4",
    source: "::ffff:192.0.2.1 5 ::ffff:c633:6407 80",
    text: "PROXY TCP4 192.0.2.1 198.51.100.7 5 80\r\n",
    binary: "2111000cc0000201c633640700050050",
  },
  {
    name: "a destination of another family",
    source: "2001:db8::1 0 10.0.0.1 80",
    text: "PROXY TCP6 2001:db8::1 :: 0 80\r\n",
    binary: `2121002420010db8000000000000000000000001${"0".repeat(32)}00000050`,
  },
  {
    name: "a destination that nobody knows",
    source: "192.0.2.1 0  0",
    text: "PROXY TCP4 192.0.2.1 0.0.0.0 0 0\r\n",
    binary: "2111000cc00002010000000000000000",
  },
  {
    name: "a zone is for this machine alone",
    source: "fe80::1%eth0 7 fe80::2%eth0 8",
    text: "PROXY TCP6 fe80::1 fe80::2 7 8\r\n",
    binary: `21210024fe80${"0".repeat(27)}1fe80${"0".repeat(27)}200070008`,
  },
  {
    name: "a Unix socket",
    source: " 0  0",
    text: "PROXY UNKNOWN\r\n",
    binary: "20000000",
  },
  { name: "nobody", source: undefined, text: "PROXY UNKNOWN\r\n", binary: "20000000" },
  {
    name: "what is no address",
    source: "192.0.2.1\r\n 5 10.0.0.1 80",
    text: "PROXY UNKNOWN\r\n",
    binary: "20000000",
  },
];

const signature = "0d0a0d0a000d0a515549540a";

for (const { name, source, text, binary } of cases) {
  void test(`threat 167: a written proxy header: ${name}`, () => {
    const given = source === undefined ? undefined : sourceOf(source);
    assert.equal(writeProxyHeader(1, given), text);
    assert.equal(
      Buffer.from(writeProxyHeader(2, given), "latin1").toString("hex"),
      signature + binary,
    );
  });
}

function sourceOf(text: string): Source {
  const [, address = "", port, to = "", toPort] = /^([^]*) (\d+) (.*) (\d+)$/.exec(text) ?? [];
  return { address, port: Number(port), destination: { address: to, port: Number(toPort) } };
}

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();
const mapped = ipv4.map((address) => `::ffff:${address}`);
const address = fc.oneof(ipv4, ipv6, mapped, fc.constant(""));
const port = fc.nat({ max: 65_535 });

/** As the protocol can tell it: in the canonical form, with a destination of the same family. */
function told({ address: from, port: fromPort, destination }: Source): Source | undefined {
  const canonical = plain(from);
  if (canonical === "") return undefined;
  const to = plain(destination.address);
  const isAlike = to !== "" && to.includes(":") === canonical.includes(":");
  const nowhere = canonical.includes(":") ? "::" : "0.0.0.0";
  return {
    address: canonical,
    port: fromPort,
    destination: { address: isAlike ? to : nowhere, port: destination.port },
  };
}

function plain(text: string): string {
  const words = new Uint32Array(4);
  const family = readIp(text, words);
  return family === 0 ? "" : writeIp(family === 4 ? words.subarray(0, 1) : words);
}

for (const version of [1, 2] as const) {
  void test(`proxy header: what is written is read as the same, version ${version}`, () => {
    fc.assert(
      fc.property(address, port, address, port, (from, fromPort, to, toPort) => {
        const source = {
          address: from,
          port: fromPort,
          destination: { address: to, port: toPort },
        };
        const bytes = Buffer.from(writeProxyHeader(version, source), "latin1");
        const read = readProxyHeader(Buffer.concat([bytes, Buffer.from("GET /")]));
        assert.deepEqual(read, { type: "whole", length: bytes.length, source: told(source) });
      }),
    );
  });
}
