/** IP sets, by hand and against a model that compares bits one by one. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { IpSet, readCidr } from "../../src/base/ip-set.ts";
import { plainIp } from "../../src/base/ip.ts";

interface Case {
  readonly name: string;
  readonly set: readonly string[];
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
}

const cases: readonly Case[] = [
  { name: "nothing", set: [], has: [], hasNot: ["1.2.3.4", "::1", ""] },
  { name: "one address", set: ["1.2.3.4"], has: ["1.2.3.4"], hasNot: ["1.2.3.5", "1.2.3.3"] },
  {
    name: "a block and its edges",
    set: ["10.0.0.0/8"],
    has: ["10.0.0.0", "10.255.255.255"],
    hasNot: ["9.255.255.255", "11.0.0.0", "::a00:1"],
  },
  {
    name: "an address in the upper half of 32 bits",
    set: ["192.168.0.0/16", "255.255.255.255"],
    has: ["192.168.255.1", "255.255.255.255"],
    hasNot: ["192.169.0.0", "255.255.255.254"],
  },
  {
    name: "every IPv4 address is no IPv6 address",
    set: ["0.0.0.0/0"],
    has: ["0.0.0.0", "255.255.255.255", "::ffff:8.8.8.8"],
    hasNot: ["::", "::1", "2001:db8::1"],
  },
  {
    name: "every IPv6 address is no IPv4 address",
    set: ["::/0"],
    has: ["::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    hasNot: ["1.2.3.4", "::ffff:1.2.3.4"],
  },
  {
    name: "IPv6 in all spellings",
    set: ["::1", "2001:db8::/32", "fd00::/8"],
    has: ["0:0:0:0:0:0:0:1", "2001:DB8:0::1", "2001:0db8::1.2.3.4", "fdff::"],
    hasNot: ["::2", "2001:db9::", "fc00::1", "fe80::1"],
  },
  {
    name: "mapped IPv4 is IPv4",
    set: ["1.2.3.0/24"],
    has: ["::ffff:1.2.3.4", "::FFFF:102:304", "0:0:0:0:0:ffff:1.2.3.4"],
    hasNot: ["::1.2.3.4", "::fffe:1.2.3.4", "::ffff:1.2.4.4"],
  },
  { name: "a mapped block", set: ["::ffff:10.0.0.0/104"], has: ["10.1.2.3"], hasNot: ["11.0.0.0"] },
  {
    name: "zone ids are no part of an address",
    set: ["fe80::/10"],
    has: ["fe80::1%eth0", "fe80::1"],
    hasNot: ["fe80::1%", "%eth0", "::1%lo"],
  },
  {
    name: "blocks within blocks",
    set: ["10.1.2.3", "10.0.0.0/8", "10.1.0.0/16", "12.0.0.0/8", "10.0.0.0/9"],
    has: ["10.200.0.1", "10.1.2.3", "12.0.0.1"],
    hasNot: ["11.0.0.1", "13.0.0.0"],
  },
  {
    name: "bits behind the prefix are ignored",
    set: ["10.9.9.9/8"],
    has: ["10.0.0.1"],
    hasNot: [],
  },
];

for (const { name, set, has, hasNot } of cases) {
  void test(`ip set: ${name}`, () => {
    const built = IpSet.of(set);
    assert.equal(built.empty, set.length === 0);
    for (const address of has) assert.ok(built.has(address), address);
    for (const address of hasNot) assert.ok(!built.has(address), address);
  });
}

const notAddresses: readonly string[] = [
  "",
  ..."1 1.2.3 1.2.3.4.5 1.2.3.256 010.0.0.1 1.2.3.04 00.0.0.0 0x1.2.3.4 1.2.3. .1.2.3".split(" "),
  ..."1..2.3 -1.2.3.4 1.2.3.4:80 [::1] : ::: 1: :1 1::2::3 12345:: ::g localhost *".split(" "),
  ..."1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:8:: ::1:2:3:4:5:6:7:8 ::1.2.3".split(" "),
  ..."::1.2.3.4:1 1:2:3:4:5:6:7:1.2.3.4 ::01.2.3.4".split(" "),
  " 1.2.3.4",
  "1.2.3.4 ",
  "1.2.3.4\n",
  "::1\0",
  "\u0661.2.3.4",
  "1".repeat(1_000_000),
  ":".repeat(1_000_000),
];

void test("ip set: what is no address is in no set (threat 60)", () => {
  const all = IpSet.of(["0.0.0.0/0", "::/0"]);
  for (const text of notAddresses) {
    assert.ok(!all.has(text), JSON.stringify(text.slice(0, 40)));
    assert.equal(readCidr(text), undefined);
  }
});

void test("ip set: what is no prefix length is no block", () => {
  const lengths = ["", "-1", "33", "08", "+8", "8 ", "1e1", "0x8", "8/8", "255.0.0.0"];
  for (const bits of lengths) assert.equal(readCidr(`10.0.0.0/${bits}`), undefined, bits);
  for (const cidr of ["::/129", "::1%lo/64", "fe80::1%eth0", "::ffff:1.2.3.4/95", "/8"]) {
    assert.equal(readCidr(cidr), undefined, cidr);
  }
});

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));
const group = fc.constantFrom(0, 0, 0, 1, 0xfd00, 0x2001, 0xffff).map((word) => word.toString(16));
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((words) => words.join(":"));
const ipv4Block = fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map((parts) => parts.join("/"));
/** Shorter prefixes of mapped addresses are refused: they would mean both families. */
const ipv6Block = fc
  .tuple(ipv6, fc.integer({ min: 0, max: 128 }))
  .map(([ip, bits]) => `${ip}/${bitsOf(ip).length === 32 ? Math.max(bits, 96) : bits}`);

void test("ip set: has what the naive model has", () => {
  const blocks = fc.array(fc.oneof(ipv4, ipv4Block, ipv6, ipv6Block), { maxLength: 12 });
  fc.assert(
    fc.property(blocks, fc.array(fc.oneof(ipv4, ipv6)), (set, others) => {
      const built = IpSet.of(set);
      for (const address of [...others, ...set.map((block) => block.split("/")[0]!)]) {
        assert.equal(built.has(address), modelHas(set, address), `${address} in ${set.join(" ")}`);
      }
    }),
    { numRuns: 500 },
  );
});

void test("ip set: 100,000 blocks", () => {
  const blocks = Array.from({ length: 100_000 }, (_, at) => `${ipOf(at * 2)}/32`);
  const built = IpSet.of([...blocks, "fd00::/8"]);
  for (let at = 0; at < 100_000; at += 997) {
    assert.ok(built.has(ipOf(at * 2)));
    assert.ok(!built.has(ipOf(at * 2 + 1)));
  }
});

void test("ip: the plain form for fields and logs", () => {
  assert.equal(plainIp("::ffff:1.2.3.4"), "1.2.3.4");
  assert.equal(plainIp("fe80::1%eth0"), "fe80::1");
  assert.equal(plainIp("2001:db8::1"), "2001:db8::1");
  assert.equal(plainIp("1.2.3.4"), "1.2.3.4");
  assert.equal(plainIp("::ffff:102:304"), "::ffff:102:304");
});

function ipOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

function modelHas(set: readonly string[], address: string): boolean {
  const wanted = bitsOf(address);
  return set.some((block) => {
    const [first = "", length] = block.split("/");
    const bits = bitsOf(first);
    const mapped = bits.length === 32 && first.includes(":") ? 96 : 0;
    const count = length === undefined ? bits.length : Number(length) - mapped;
    return bits.length === wanted.length && wanted.startsWith(bits.slice(0, count));
  });
}

/** 32 or 128 digits; the mapped form is IPv4. */
function bitsOf(address: string): string {
  const isIpv6 = address.includes(":");
  const parts = isIpv6
    ? address.split(":").map((word) => Number.parseInt(word, 16).toString(2).padStart(16, "0"))
    : address.split(".").map((part) => Number(part).toString(2).padStart(8, "0"));
  const bits = parts.join("");
  return isIpv6 && bits.startsWith("0".repeat(80) + "1".repeat(16)) ? bits.slice(96) : bits;
}
