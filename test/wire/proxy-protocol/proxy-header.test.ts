/** The PROXY protocol's header: what is one, what is none, and that no cut changes it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { crc32c } from "../../../src/wire/proxy-protocol/crc32c.ts";
import { readProxyHeader } from "../../../src/wire/proxy-protocol/proxy-header.ts";
import { header2, ipv4, ipv6, tlv, withCrc } from "./headers.ts";

interface Case {
  readonly name: string;
  readonly bytes: string | Buffer;
  /** `ADDRESS PORT`, `local`, or what is wrong. */
  readonly want: string | RegExp;
}

const text: readonly Case[] = [
  {
    name: "IPv4",
    bytes: "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n",
    want: "192.0.2.1 56324",
  },
  { name: "IPv6", bytes: "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", want: "2001:db8::1 1" },
  { name: "UNKNOWN alone", bytes: "PROXY UNKNOWN\r\n", want: "local" },
  { name: "UNKNOWN with addresses", bytes: "PROXY UNKNOWN a b 1 2\r\n", want: "local" },
  { name: "the longest", bytes: `PROXY UNKNOWN ${"f".repeat(91)}\r\n`, want: "local" },
  { name: "one byte too long", bytes: `PROXY UNKNOWN ${"f".repeat(92)}\r\n`, want: /does not end/ },
  { name: "two spaces", bytes: "PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n", want: /known form/ },
  { name: "a bare LF", bytes: "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n\r\n", want: /known form/ },
  { name: "lower case", bytes: "proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n", want: /does not begin/ },
  { name: "UDP", bytes: "PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n", want: /known form/ },
  { name: "an IPv6 address as IPv4", bytes: "PROXY TCP4 ::1 2.2.2.2 1 2\r\n", want: /an address/ },
  { name: "a mapped address", bytes: "PROXY TCP6 ::ffff:1.1.1.1 ::1 1 2\r\n", want: /an address/ },
  { name: "a leading zero", bytes: "PROXY TCP4 010.0.0.1 2.2.2.2 1 2\r\n", want: /an address/ },
  { name: "a block", bytes: "PROXY TCP4 10.0.0.0/8 2.2.2.2 1 2\r\n", want: /known form/ },
  { name: "a zone", bytes: "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", want: /known form/ },
  { name: "a port too high", bytes: "PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n", want: /a port/ },
  { name: "a port with a zero", bytes: "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n", want: /a port/ },
  { name: "a field too many", bytes: "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n", want: /known form/ },
  { name: "a field too few", bytes: "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n", want: /known form/ },
  { name: "a request", bytes: "GET / HTTP/1.1\r\n", want: /does not begin/ },
  { name: "a request that looks like it", bytes: "PROXX / HTTP/1.1\r\n", want: /does not begin/ },
];

const short = ipv4("1.2.3.4", 1000).subarray(0, 11);

const binary: readonly Case[] = [
  { name: "IPv4", bytes: header2(0x21, 0x11, ipv4("192.0.2.9", 40_000)), want: "192.0.2.9 40000" },
  {
    name: "IPv6",
    bytes: header2(0x21, 0x21, ipv6("20010db8000000000000000000000001", 5)),
    want: "2001:db8::1 5",
  },
  { name: "IPv6 of zeros", bytes: header2(0x21, 0x21, ipv6("0".repeat(32), 5)), want: ":: 5" },
  {
    name: "IPv6 with two runs",
    bytes: header2(0x21, 0x21, ipv6("00010000000000020000000000000003", 5)),
    want: "1:0:0:2::3 5",
  },
  {
    name: "IPv6 without a run",
    bytes: header2(0x21, 0x21, ipv6("00010002000300040005000600070000", 5)),
    want: "1:2:3:4:5:6:7:0 5",
  },
  {
    name: "mapped IPv4",
    bytes: header2(0x21, 0x21, ipv6("00000000000000000000ffff01020304", 5)),
    want: "1.2.3.4 5",
  },
  { name: "a Unix socket", bytes: header2(0x21, 0x31, Buffer.alloc(216)), want: " 0" },
  { name: "LOCAL", bytes: header2(0x20, 0x00, Buffer.alloc(0)), want: "local" },
  { name: "LOCAL with addresses", bytes: header2(0x20, 0x11, ipv4("1.2.3.4", 1)), want: "local" },
  {
    name: "LOCAL of an unknown family",
    bytes: header2(0x20, 0x77, Buffer.alloc(9)),
    want: "local",
  },
  { name: "PROXY of no family", bytes: header2(0x21, 0x00, Buffer.alloc(0)), want: "local" },
  {
    name: "TLVs",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0x04, "x"), tlv(0xe0, "")),
    want: "1.2.3.4 1",
  },
  {
    name: "a checksum",
    bytes: withCrc(header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0x03, "\0\0\0\0"))),
    want: "1.2.3.4 1",
  },
  {
    name: "a wrong checksum",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0x03, "\0\0\0\0")),
    want: /checksum/,
  },
  {
    name: "a short checksum",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0x03, "\0")),
    want: /checksum/,
  },
  {
    name: "a TLV cut short",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), Buffer.of(1, 0)),
    want: /cut short/,
  },
  {
    name: "a TLV that is too long",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), Buffer.of(1, 0, 9, 1)),
    want: /longer/,
  },
  { name: "shorter than its addresses", bytes: header2(0x21, 0x11, short), want: /shorter/ },
  { name: "UDP", bytes: header2(0x21, 0x12, ipv4("1.2.3.4", 1)), want: /family/ },
  { name: "version 3", bytes: header2(0x31, 0x11, ipv4("1.2.3.4", 1)), want: /version/ },
  { name: "an unknown command", bytes: header2(0x22, 0x11, ipv4("1.2.3.4", 1)), want: /version/ },
  {
    name: "the longest",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0xe1, "x".repeat(4_065))),
    want: "1.2.3.4 1",
  },
  {
    name: "over the limit",
    bytes: header2(0x21, 0x11, ipv4("1.2.3.4", 1), tlv(0xe1, "x".repeat(4_066))),
    want: /over 4096/,
  },
];

const cases = [
  ...text.map((example) => ({ ...example, name: `1: ${example.name}` })),
  ...binary.map((example) => ({ ...example, name: `2: ${example.name}` })),
];

for (const { name, bytes, want } of cases) {
  void test(`threat 167: proxy header ${name}`, () => {
    const whole = Buffer.from(bytes as string, "latin1");
    const behind = Buffer.concat([whole, Buffer.from("GET / HTTP/1.1\r\n\r\n")]);
    for (const input of [whole, behind]) {
      const told = tell(input);
      if (typeof want === "string") assert.equal(told, want);
      else assert.match(told, want);
    }
    // With fewer bytes it is the same, or not known yet; once it is known it stays.
    let isKnown = false;
    for (let length = 0; length < whole.length; length++) {
      const told = tell(whole.subarray(0, length));
      if (told === "need") assert.ok(!isKnown, `known, and then not, at ${length}`);
      else {
        isKnown = true;
        assert.ok(want instanceof RegExp, `known before its end, at ${length}`);
        assert.match(told, want);
      }
    }
  });
}

/** Without its length, which must be where the header ends. */
function tell(bytes: Buffer): string {
  const header = readProxyHeader(bytes);
  switch (header.type) {
    case "need":
      return "need";
    case "wrong":
      return header.why;
    case "whole": {
      const rest = bytes.subarray(header.length).toString("latin1");
      assert.ok(rest === "" || rest === "GET / HTTP/1.1\r\n\r\n", JSON.stringify(rest));
      return header.source === undefined
        ? "local"
        : `${header.source.address} ${header.source.port}`;
    }
  }
}

void test("proxy header: no bytes make it throw or take more than there are", () => {
  const start = fc.constantFrom("PROXY TCP4 ", "PROXY UNKNOWN", "\r\n\r\n\0\r\nQUIT\n\x21\x11", "");
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (head, tail) => {
      const bytes = Buffer.concat([Buffer.from(head, "latin1"), tail]);
      const header = readProxyHeader(bytes);
      if (header.type === "whole") assert.ok(header.length <= bytes.length);
    }),
    { numRuns: 2_000 },
  );
});

void test("CRC-32C: the check value, and RFC 3720 B.4", () => {
  assert.equal(crc32c(Buffer.from("123456789")), 0xe306_9283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a91_36aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8_ab43);
});
