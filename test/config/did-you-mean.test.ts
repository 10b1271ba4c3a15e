/** Which word was meant, and when to say nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nearestWord } from "../../src/config/did-you-mean.ts";

const words = ["balance", "keepAlive", "timeouts", "to", "listen", "limits"];

const cases: readonly (readonly [found: string, want: string | undefined])[] = [
  ["balanse", "balance"],
  ["lsiten", "listen"],
  ["loadbalance", "balance"],
  ["keep_alive", "keepAlive"],
  ["keep-alive", "keepAlive"],
  ["KEEPALIVE", "keepAlive"],
  ["timeout", "timeouts"],
  ["t", "to"],
  ["limit", "limits"],
  ["xyzzy", undefined],
  ["", undefined],
  ["x".repeat(100_000), undefined],
];

for (const [found, want] of cases) {
  void test(`${found.slice(0, 20)}: ${want}`, () => assert.equal(nearestWord(found, words), want));
}
