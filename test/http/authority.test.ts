/** Host and port, read one way only. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readAuthority } from "../../src/http/authority.ts";

interface Case {
  readonly text: string;
  /** undefined: not an authority. */
  readonly want?: readonly [text: string, host: string, port: number];
}

const cases: readonly Case[] = [
  { text: "a.example", want: ["a.example", "a.example", -1] },
  { text: "A.Example:8080", want: ["a.example:8080", "a.example", 8_080] },
  { text: "a.example.", want: ["a.example.", "a.example.", -1] },
  { text: "localhost:0", want: ["localhost:0", "localhost", 0] },
  { text: "a:00080", want: ["a:00080", "a", 80] },
  { text: "a:65535", want: ["a:65535", "a", 65_535] },
  { text: "127.0.0.1:80", want: ["127.0.0.1:80", "127.0.0.1", 80] },
  { text: "[::1]", want: ["[::1]", "[::1]", -1] },
  { text: "[::1]:443", want: ["[::1]:443", "[::1]", 443] },
  { text: "[2001:DB8::A]", want: ["[2001:db8::a]", "[2001:db8::a]", -1] },
  { text: "[::ffff:1.2.3.4]", want: ["[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", -1] },
  { text: "_srv.a~b-c", want: ["_srv.a~b-c", "_srv.a~b-c", -1] },
  { text: "__proto__", want: ["__proto__", "__proto__", -1] },
  { text: "x".repeat(255), want: ["x".repeat(255), "x".repeat(255), -1] },

  { text: "" },
  { text: ":80" },
  { text: "a:" },
  { text: "a:65536" },
  { text: "a:123456" },
  { text: "a:8x" },
  { text: "a:+80" },
  { text: "a:80:80" },
  { text: "a b" },
  { text: "a,b" },
  { text: "user@a" },
  { text: "user:pass@a:80" },
  { text: "a/b" },
  { text: "a?b" },
  { text: "a%20b" },
  { text: "a\r\nb" },
  { text: "a\n" },
  { text: "a\0" },
  { text: "\u00e4.example" },
  { text: "\u212aelvin" },
  { text: "-a" },
  { text: "a-" },
  { text: ".a" },
  { text: "::1" },
  { text: "[::1" },
  { text: "::1]" },
  { text: "[]" },
  { text: "[::1]80" },
  { text: "[::1]:" },
  { text: "[1.2.3.4]" },
  { text: "[a.example]" },
  { text: "[fe80::1%eth0]" },
  { text: "[:::1]" },
  { text: "[1::2::3]" },
  { text: "[::1.2.3.256]" },
  { text: "[v1.a]" },
  { text: "x".repeat(256) },
];

for (const { text, want } of cases) {
  const name = text.length > 40 ? `${text.length} bytes` : JSON.stringify(text);
  void test(`authority: ${name} is ${want === undefined ? "none" : "one"}`, () => {
    const found = readAuthority(text);
    assert.deepEqual(found && [found.text, found.host, found.port], want);
  });
}
