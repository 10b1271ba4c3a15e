/** HTTP dates (RFC 9110 §5.6.7): one form out, three in, against the platform's own calendar. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { readDate, writeDate } from "../../src/http/date.ts";

const nowMs = Date.UTC(2026, 10, 23);
const example = Date.UTC(1994, 10, 6, 8, 49, 37);

interface Case {
  readonly name: string;
  readonly text: string;
  /** undefined: it is no date. */
  readonly want: number | undefined;
}

const cases: readonly Case[] = [
  { name: "IMF-fixdate", text: "Sun, 06 Nov 1994 08:49:37 GMT", want: example },
  { name: "RFC 850", text: "Sunday, 06-Nov-94 08:49:37 GMT", want: example },
  { name: "asctime", text: "Sun Nov  6 08:49:37 1994", want: example },
  {
    name: "asctime, two digits",
    text: "Wed Nov 16 08:49:37 1994",
    want: Date.UTC(1994, 10, 16, 8, 49, 37),
  },
  { name: "any case", text: "SUN, 06 nov 1994 08:49:37 gmt", want: example },
  { name: "a wrong weekday", text: "Mon, 06 Nov 1994 08:49:37 GMT", want: example },
  { name: "a leap second", text: "Sat, 31 Dec 2016 23:59:60 GMT", want: Date.UTC(2017, 0, 1) },
  { name: "a leap day", text: "Thu, 29 Feb 2024 00:00:00 GMT", want: Date.UTC(2024, 1, 29) },
  {
    name: "a leap day of a fourth century",
    text: "Tue, 29 Feb 2000 00:00:00 GMT",
    want: Date.UTC(2000, 1, 29),
  },
  {
    name: "RFC 850, 50 years ahead",
    text: "Monday, 23-Nov-76 00:00:00 GMT",
    want: Date.UTC(2076, 10, 23),
  },
  {
    name: "RFC 850, 51 years ahead is past",
    text: "Wednesday, 23-Nov-77 00:00:00 GMT",
    want: Date.UTC(1977, 10, 23),
  },
  { name: "RFC 850, this year", text: "Monday, 23-Nov-26 00:00:00 GMT", want: nowMs },

  { name: "zero", text: "0", want: undefined },
  { name: "nothing", text: "", want: undefined },
  { name: "no leap day", text: "Wed, 29 Feb 2023 00:00:00 GMT", want: undefined },
  { name: "no leap day of a century", text: "Mon, 29 Feb 2100 00:00:00 GMT", want: undefined },
  { name: "day 31 of a short month", text: "Sun, 31 Nov 1994 08:49:37 GMT", want: undefined },
  { name: "day 0", text: "Sun, 00 Nov 1994 08:49:37 GMT", want: undefined },
  { name: "no such month", text: "Sun, 06 Nox 1994 08:49:37 GMT", want: undefined },
  { name: "hour 24", text: "Sun, 06 Nov 1994 24:00:00 GMT", want: undefined },
  { name: "minute 60", text: "Sun, 06 Nov 1994 08:60:00 GMT", want: undefined },
  { name: "second 61", text: "Sun, 06 Nov 1994 08:49:61 GMT", want: undefined },
  { name: "another zone", text: "Sun, 06 Nov 1994 08:49:37 UTC", want: undefined },
  { name: "no zone", text: "Sun, 06 Nov 1994 08:49:37", want: undefined },
  { name: "one digit", text: "Sun, 6 Nov 1994 08:49:37 GMT", want: undefined },
  {
    name: "two dates",
    text: "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    want: undefined,
  },
  { name: "ISO 8601", text: "1994-11-06T08:49:37.000+00:00", want: undefined },
];

for (const { name, text, want } of cases) {
  void test(`date: ${name}`, () => {
    assert.equal(readDate(text, nowMs), want);
  });
}

void test("date: is written as the platform writes it, and read again", () => {
  const someMs = fc.integer({ min: Date.UTC(0, 0, 1) - 1e13, max: Date.UTC(9999, 11, 31) });
  fc.assert(
    fc.property(someMs, (wallMs) => {
      const text = writeDate(wallMs);
      assert.equal(text, new Date(wallMs).toUTCString());
      assert.equal(readDate(text, nowMs), Math.floor(wallMs / 1000) * 1000);
    }),
    { numRuns: 2_000 },
  );
});

void test("date: the text is made once a second, and anew when the second changes", () => {
  const first = writeDate(example + 1);
  assert.equal(first, "Sun, 06 Nov 1994 08:49:37 GMT");
  assert.equal(writeDate(example + 999), first);
  assert.equal(writeDate(example + 1000), "Sun, 06 Nov 1994 08:49:38 GMT");
  assert.equal(writeDate(example), first);
});
