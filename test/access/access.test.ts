/** Address lists: what they let in, and that their length changes no answer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isAddressLetIn } from "../../src/access/access.ts";
import { IpSet } from "../../src/base/ip-set.ts";

interface Case {
  readonly name: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly letsIn: readonly string[];
  readonly keepsOut: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "who is allowed and nobody else",
    allow: ["10.0.0.0/8", "fd00::/8"],
    letsIn: ["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1", "fd12::1", "fd12::1%eth0"],
    keepsOut: ["9.255.255.255", "11.0.0.0", "fe00::", "::", "::10.1.1.1", "", "unknown"],
  },
  {
    name: "everybody but who is denied",
    deny: ["10.0.0.0/8", "2001:db8::/32"],
    letsIn: ["11.0.0.1", "::1", ""],
    keepsOut: ["10.0.0.1", "::ffff:a00:1", "2001:db8:ffff::"],
  },
  {
    name: "deny wins, even where allow is more exact",
    allow: ["10.0.0.7"],
    deny: ["10.0.0.0/24"],
    letsIn: [],
    keepsOut: ["10.0.0.7", "10.0.1.7"],
  },
  { name: "an empty list of the allowed", allow: [], letsIn: [], keepsOut: ["10.0.0.1", ""] },
];

const setOf = (list: readonly string[] | undefined): IpSet | undefined => list && IpSet.of(list);

for (const { name, allow, deny, letsIn, keepsOut } of cases) {
  void test(`access: ${name}`, () => {
    const access = { allow: setOf(allow), deny: setOf(deny), basic: undefined };
    for (const ip of letsIn) assert.ok(isAddressLetIn(access, ip), `${ip} gets in`);
    for (const ip of keepsOut) assert.ok(!isAddressLetIn(access, ip), `${ip} does not get in`);
  });
}

void test("access: a list of 100,000 addresses and blocks", () => {
  const ipv4 = (at: number): string => `${10 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
  const deny = IpSet.of([
    ...Array.from({ length: 50_000 }, (_, at) => `${ipv4(at)}.64/26`),
    ...Array.from({ length: 50_000 }, (_, at) => `2001:db8:${at.toString(16)}::/48`),
  ]);
  const access = { allow: undefined, deny, basic: undefined };
  for (let at = 0; at < 50_000; at += 499) {
    for (const [last, isOut] of [
      [63, false],
      [64, true],
      [127, true],
      [128, false],
    ] as const) {
      assert.equal(isAddressLetIn(access, `${ipv4(at)}.${last}`), !isOut, `${ipv4(at)}.${last}`);
    }
    assert.ok(!isAddressLetIn(access, `2001:db8:${at.toString(16)}:ffff::1`));
    assert.ok(isAddressLetIn(access, `2001:db9:${at.toString(16)}::1`));
  }
});
