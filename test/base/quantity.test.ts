/** Times, sizes and rates, and what is said about what is none. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  meantQuantity,
  readByteCount,
  readByteRate,
  readDurationMs,
  type QuantityKind,
} from "../../src/base/quantity.ts";
import { byteCount, durationMs, reject, type Issue } from "../../src/base/reader.ts";

const durations: readonly (readonly [text: string, want: number | undefined])[] = [
  ["30s", 30_000],
  ["250ms", 250],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["2d", 172_800_000],
  ["1h30m", 5_400_000],
  ["1m1s1ms", 61_001],
  ["1.5s", 1_500],
  ["0s", 0],
  ["0.4ms", 0],
  ["", undefined],
  ["30", undefined],
  ["s", undefined],
  ["30 s", undefined],
  ["30S", undefined],
  ["-1s", undefined],
  ["1e3s", undefined],
  ["1.s", undefined],
  [".5s", undefined],
  ["30m1h", undefined],
  ["1s1s", undefined],
  ["1h 30m", undefined],
  ["30sec", undefined],
  ["x30s", undefined],
];

const sizes: readonly (readonly [text: string, want: number | undefined])[] = [
  ["500B", 500],
  ["1KB", 1_000],
  ["1kB", 1_000],
  ["10MB", 10_000_000],
  ["2GB", 2_000_000_000],
  ["1TB", 1_000_000_000_000],
  ["1KiB", 1_024],
  ["16 MiB", 16_777_216],
  ["1.5GiB", 1_610_612_736],
  ["10", undefined],
  ["10m", undefined],
  ["10mb", undefined],
  ["10Mb", undefined],
  ["MB", undefined],
  ["-1MB", undefined],
  ["10MB/s", undefined],
  ["99999999TB", undefined],
];

const rates: readonly (readonly [text: string, want: number | undefined])[] = [
  ["500B/s", 500],
  ["1MB/s", 1_000_000],
  ["500B", undefined],
  ["500/s", undefined],
  ["/s", undefined],
];

for (const [text, want] of durations) {
  void test(`duration: ${JSON.stringify(text)}`, () => {
    assert.equal(readDurationMs(text), want);
  });
}
for (const [text, want] of sizes) {
  void test(`size: ${JSON.stringify(text)}`, () => assert.equal(readByteCount(text), want));
}
for (const [text, want] of rates) {
  void test(`rate: ${JSON.stringify(text)}`, () => assert.equal(readByteRate(text), want));
}

const meant: readonly (readonly [QuantityKind, found: unknown, want: string | undefined])[] = [
  ["time", 30, "30s"],
  ["time", 5_000, "5000ms"],
  ["time", "30", "30s"],
  ["time", "30 s", "30s"],
  ["time", "30sec", "30s"],
  ["time", "5 Minutes", "5m"],
  ["time", "1hour", "1h"],
  ["time", "soon", undefined],
  ["time", true, undefined],
  ["time", "5 parsecs", undefined],
  ["size", 1_000, "1000B"],
  ["size", "10m", "10MB"],
  ["size", "10mb", "10MB"],
  ["size", "64k", "64KB"],
  ["size", "1gib", "1GiB"],
  ["rate", 500, "500B/s"],
  ["rate", "1mb/s", "1MB/s"],
];

for (const [kind, found, want] of meant) {
  void test(`meant by ${JSON.stringify(found)} as a ${kind}: ${want}`, () => {
    assert.equal(meantQuantity(kind, found), want);
  });
}

void test("a reader keeps bounds, and shows them as they were given", () => {
  const said: string[] = [];
  const reporter = {
    addIssue: ({ message, params }: Issue) => {
      const hint = params?.["hint"];
      said.push(typeof hint === "string" ? `${message} (${hint})` : message);
    },
  };
  const idle = durationMs({ min: "10ms", max: "1h", off: true });
  assert.equal(idle("1h", reporter), 3_600_000);
  assert.equal(idle("off", reporter), 0);
  assert.equal(idle(false, reporter), 0);
  idle("2h", reporter);
  idle(5, reporter);
  byteCount({ min: "1B", max: "1MB" })(null, reporter);
  assert.deepEqual(said, [
    'want a time from "10ms" to "1h", or off, found "2h"',
    'want a time from "10ms" to "1h", or off, found 5 (write "5s")',
    'want a size from "1B" to "1MB", found nothing',
  ]);
});

void test("what is rejected is reported once, with its place", () => {
  const issues: Issue[] = [];
  reject({ addIssue: (issue) => issues.push(issue) }, { message: "no", path: ["a", 1] });
  assert.deepEqual(issues, [{ code: "custom", message: "no", path: ["a", 1], params: {} }]);
});
