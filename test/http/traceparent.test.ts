/** W3C Trace Context: which values pass, and what one of ours looks like. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { makeTraceparent, readTraceparent } from "../../src/http/traceparent.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const parent = "b7ad6b7169203331";

interface Case {
  readonly name: string;
  readonly value: string;
  readonly valid: boolean;
}

const cases: readonly Case[] = [
  { name: "sampled", value: `00-${trace}-${parent}-01`, valid: true },
  { name: "not sampled", value: `00-${trace}-${parent}-00`, valid: true },
  { name: "flags of a later day", value: `00-${trace}-${parent}-ff`, valid: true },
  { name: "a later version", value: `cc-${trace}-${parent}-01`, valid: true },
  { name: "a later version with more", value: `cc-${trace}-${parent}-01-what`, valid: true },

  { name: "nothing", value: "", valid: false },
  { name: "version 00 with more", value: `00-${trace}-${parent}-01-what`, valid: false },
  { name: "a later version, run together", value: `cc-${trace}-${parent}-01what`, valid: false },
  { name: "version ff", value: `ff-${trace}-${parent}-01`, valid: false },
  { name: "no trace", value: `00-${"0".repeat(32)}-${parent}-01`, valid: false },
  { name: "no parent", value: `00-${trace}-${"0".repeat(16)}-01`, valid: false },
  { name: "capitals", value: `00-${trace.toUpperCase()}-${parent}-01`, valid: false },
  { name: "too short", value: `00-${trace}-${parent}-1`, valid: false },
  { name: "no hex", value: `00-${trace.replace("a", "g")}-${parent}-01`, valid: false },
  {
    name: "two of them",
    value: `00-${trace}-${parent}-01, 00-${trace}-${parent}-01`,
    valid: false,
  },
];

for (const { name, value, valid } of cases) {
  void test(`traceparent: ${name}`, () => {
    assert.equal(readTraceparent(value), valid);
  });
}

void test("traceparent: ours is valid whatever chance says", () => {
  for (const chance of [0, 0.5, 1 - 2 ** -53]) {
    assert.ok(readTraceparent(makeTraceparent(() => chance, "01")));
  }
});

void test("traceparent: every word is drawn, and the flags are as asked", () => {
  let word = 0;
  const random = (): number => (0x11111111 * (word += 1)) / 2 ** 32;
  const wanted = "00-11111111222222223333333344444444-5555555566666666-00";
  assert.equal(makeTraceparent(random, "00"), wanted);
  const drawn = new Set(Array.from({ length: 100 }, () => makeTraceparent(Math.random, "01")));
  assert.equal(drawn.size, 100);
});
