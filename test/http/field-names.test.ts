/** The table of names: every name is found in any case, and its look-alikes as such. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  foldedToken,
  id,
  idOfBytes,
  idOfName,
  isFraming,
  isGuarded,
  isHeadOnly,
  isHopByHop,
  lookAlike,
  unknown,
  type KnownField,
} from "../../src/http/field-names.ts";

const names = Object.keys(id) as KnownField[];

/** As a wire machine asks: somewhere inside other bytes. */
function idOnWire(name: string): number {
  const bytes = Buffer.from(`::${name}::`, "latin1");
  return idOfBytes(bytes, 2, bytes.length - 2);
}

const capitals = (name: string): string =>
  name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

for (const name of names) {
  void test(`field names: ${name} in any case, and nothing near it`, () => {
    for (const written of [name, name.toUpperCase(), capitals(name)]) {
      assert.equal(idOnWire(written), id[name], written);
      assert.equal(idOfName(written), id[name], written);
    }
    for (const near of [`${name}x`, `x${name}`, name.slice(1), name.slice(0, -1), `${name}-`]) {
      if (names.includes(near as KnownField)) continue;
      assert.equal(idOnWire(near), unknown, near);
      assert.equal(idOfName(near), unknown, near);
    }
  });
}

const marks = Array.from("!#$%&'*+.^_`|~");
for (const name of names.filter((known) => known.includes("-"))) {
  void test(`threat 34: field names: ${name} with another mark is a look-alike`, () => {
    for (const mark of marks) {
      const written = name.replace("-", mark);
      assert.equal(idOnWire(written), lookAlike, written);
      assert.equal(idOnWire(written.toUpperCase()), lookAlike, written);
      assert.equal(idOfName(written), unknown, "a rule that says so means it");
    }
  });
}

void test("field names: ids are below the look-alike's, and all different", () => {
  const ids = names.map((name) => id[name]);
  assert.equal(new Set(ids).size, names.length);
  assert.ok(ids.every((known) => known > unknown && known < lookAlike));
});

void test("field names: names that are none in the table", () => {
  for (const name of [
    "",
    "x",
    "__proto__",
    "constructor",
    "content",
    "length",
    "-",
    "x".repeat(9_000),
  ]) {
    assert.equal(idOfName(name), unknown, name.slice(0, 20));
    if (name !== "") assert.equal(idOnWire(name), unknown, name.slice(0, 20));
  }
});

void test("field names: a letter's bit is not what makes a byte a letter", () => {
  // `[` and `{`, `@` and a grave differ by 0x20 as letters do; none of them may pass for another.
  assert.equal(idOnWire("ag\x05"), unknown);
  assert.equal(idOnWire("AG%"), unknown);
  assert.equal(idOnWire("dat\xc5"), unknown);
});

void test("field names: a token's bytes are those of RFC 9110 §5.6.2", () => {
  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(foldedToken[byte] !== 0, token.test(String.fromCharCode(byte)), `byte ${byte}`);
  }
});

interface FlagCase {
  readonly name: string;
  readonly is: (field: number) => boolean;
  readonly yes: readonly KnownField[];
  readonly no: readonly KnownField[];
}

const flags: readonly FlagCase[] = [
  {
    name: "framing",
    is: isFraming,
    yes: ["content-length", "transfer-encoding"],
    no: ["connection", "te", "trailer", "host"],
  },
  {
    name: "for one hop",
    is: isHopByHop,
    yes: [
      "connection",
      "keep-alive",
      "proxy-connection",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade",
      "http2-settings",
      "proxy-authorization",
    ],
    no: ["content-length", "host", "cookie", "expect"],
  },
  {
    name: "guarded",
    is: isGuarded,
    yes: [
      "host",
      "content-length",
      "transfer-encoding",
      "authorization",
      "cookie",
      "x-forwarded-for",
      "x-real-ip",
      "forwarded",
      "via",
      "connection",
      "range",
      "if-none-match",
      "accept-encoding",
    ],
    no: ["keep-alive", "te", "upgrade", "age"],
  },
  {
    name: "for heads only",
    is: isHeadOnly,
    yes: [
      "host",
      "content-length",
      "transfer-encoding",
      "authorization",
      "content-type",
      "content-encoding",
      "trailer",
      "set-cookie",
      "cookie",
      "cache-control",
    ],
    no: ["etag", "server", "link", "accept-ranges"],
  },
];

for (const { name, is, yes, no } of flags) {
  void test(`field names: which are ${name}`, () => {
    for (const field of yes) assert.equal(is(id[field]), true, field);
    for (const field of no) assert.equal(is(id[field]), false, field);
    assert.equal(is(unknown), false);
    assert.equal(is(lookAlike), false);
  });
}
