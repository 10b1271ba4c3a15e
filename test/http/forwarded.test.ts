/** RFC 7239: what is read out of `Forwarded`, and what is written. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readForwardedFor, readNode, writeForwarded } from "../../src/http/forwarded.ts";

const lists: readonly (readonly [list: string, want: (string | undefined)[] | undefined])[] = [
  ["for=1.2.3.4", ["1.2.3.4"]],
  ['For="[2001:db8::1]:80"', ["[2001:db8::1]:80"]],
  ["for=1.2.3.4:80, for=[::1]", ["1.2.3.4:80", "[::1]"]],
  ["for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]],
  ["proto=https;for=a,by=b , for=c", ["a", undefined, "c"]],
  ['for="a\\"b,;c"', ['a"b,;c']],
  ["", undefined],
  ["for", undefined],
  ["for=", undefined],
  ["for=a,", undefined],
  ["for=a;for=b", undefined],
  ['for="a', undefined],
  ["for=a b", undefined],
  ["for =a", undefined],
  ["for=a\x01", undefined],
  [`for="${"\\\\".repeat(10_000)}`, undefined],
  [" ".repeat(10_000), undefined],
];

for (const [list, want] of lists) {
  void test(`forwarded: ${JSON.stringify(list.slice(0, 50))} (threat 60)`, () => {
    assert.deepEqual(readForwardedFor(list), want);
  });
}

const nodes: readonly (readonly [node: string, want: string | undefined])[] = [
  ["1.2.3.4", "1.2.3.4"],
  ["1.2.3.4:80", "1.2.3.4"],
  ["::1", "::1"],
  ["2001:DB8::1", "2001:db8::1"],
  ["[::1]", "::1"],
  ["[::1]:80", "::1"],
  ["::ffff:1.2.3.4", "1.2.3.4"],
  ["[1.2.3.4]", undefined],
  ["unknown", undefined],
  ["_hidden", undefined],
  ["", undefined],
  ["1.2.3", undefined],
  ["01.2.3.4", undefined],
  ["1.2.3.4:", undefined],
  ["1.2.3.4:x", undefined],
  ["1.2.3.4:123456", undefined],
  ["fe80::1%eth0", undefined],
  ["[::1", undefined],
  ["example.com", undefined],
];

for (const [node, want] of nodes) {
  void test(`forwarded: node ${JSON.stringify(node)}`, () => assert.equal(readNode(node), want));
}

void test("forwarded: written with quotes where colons are", () => {
  const write = (ip: string, host: string): string =>
    writeForwarded({ for: ip, host, scheme: "https" });
  assert.equal(write("1.2.3.4", "a.b"), "for=1.2.3.4;host=a.b;proto=https");
  assert.equal(write("::1", "a.b:80"), 'for="[::1]";host="a.b:80";proto=https');
  assert.equal(write("", ""), "for=unknown;proto=https");
});
