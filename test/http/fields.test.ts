/** Fields: order, case and duplicates kept, through every change; nothing bad gets in or out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AssertionFailed } from "../../src/base/assert.ts";
import { id } from "../../src/http/field-names.ts";
import { Fields, isFieldValue, isToken } from "../../src/http/fields.ts";
import { HeadScan } from "../../src/wire/http1/head-scan.ts";
import { scanHead } from "../../src/wire/http1/scan-head.ts";

/** As a machine reads them: text and marks, and not one line rebuilt. */
function scanned(...lines: readonly string[]): Fields {
  const limits = { headBytesMax: 9_999, fieldBytesMax: 9_999, fieldsMax: 99, targetBytesMax: 0 };
  const scan = new HeadScan(true, limits);
  const text = `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
  assert.ok(scanHead(scan, Buffer.from(text, "latin1"), 0, text.length));
  return new Fields(text, scan.takeMarks());
}

const abc = ["Accept: 1", "X-B: 2", "accept: 3", "x-b: 4", "Date: 5"];

interface Case {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly change: (fields: Fields) => void;
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  { name: "untouched", change: () => {}, want: abc },
  { name: "nothing", lines: [], change: () => {}, want: [] },
  {
    name: "blanks are made regular",
    lines: ["A:1", "B:  2", "C: 3 ", "D:", "E: ", "F: 6"],
    change: () => {},
    want: ["A: 1", "B: 2", "C: 3", "D:", "E: ", "F: 6"],
  },
  { name: "add", change: (fields) => fields.add("X-C", "6"), want: [...abc, "X-C: 6"] },
  {
    name: "add what is there",
    change: (fields) => fields.add("DATE", "6"),
    want: [...abc, "DATE: 6"],
  },
  { name: "add nothing", change: (fields) => fields.add("X-C", ""), want: [...abc, "X-C: "] },
  {
    name: "add what this program made",
    change: (fields) => fields.addMade("Via", "1.1 x"),
    want: [...abc, "Via: 1.1 x"],
  },
  {
    name: "set takes the first place",
    change: (fields) => fields.set("ACCEPT", "9"),
    want: ["ACCEPT: 9", "X-B: 2", "x-b: 4", "Date: 5"],
  },
  {
    name: "set a name that is not in the table",
    change: (fields) => fields.set("X-b", "9"),
    want: ["Accept: 1", "X-b: 9", "accept: 3", "Date: 5"],
  },
  {
    name: "set what is not there",
    change: (fields) => fields.set("Age", "9"),
    want: [...abc, "Age: 9"],
  },
  {
    name: "remove",
    change: (fields) => fields.remove(id.accept),
    want: ["X-B: 2", "x-b: 4", "Date: 5"],
  },
  { name: "remove what is not there", change: (fields) => fields.remove(id.age), want: abc },
  {
    name: "remove by name",
    change: (fields) => [fields.removeNamed("X-b"), fields.removeNamed("DATE")],
    want: ["Accept: 1", "accept: 3"],
  },
  {
    name: "remove where",
    change: (fields) => fields.removeWhere((field) => field === id.date),
    want: abc.slice(0, 4),
  },
  {
    name: "remove all, then add",
    change: (fields) => [fields.removeWhere(() => true), fields.add("X", "y")],
    want: ["X: y"],
  },
  {
    name: "map values",
    change: (fields) =>
      fields.mapValues(id.accept, (value) => (value === "3" ? undefined : `${value}!`)),
    want: ["Accept: 1!", "X-B: 2", "accept: 3", "x-b: 4", "Date: 5"],
  },
  {
    name: "change after change",
    change: (fields) => {
      fields.set("Date", "6");
      fields.set("date", "7");
      fields.remove(id.accept);
      fields.add("Accept", "8");
    },
    want: ["X-B: 2", "x-b: 4", "date: 7", "Accept: 8"],
  },
  {
    name: "names of every object's parts",
    lines: ["__proto__: 1"],
    change: (fields) => [fields.add("constructor", "2"), fields.set("__PROTO__", "3")],
    want: ["__PROTO__: 3", "constructor: 2"],
  },
];

for (const { name, lines = abc, change, want } of cases) {
  void test(`fields: ${name}`, () => {
    const written = want.map((line) => `${line}\r\n`).join("");
    const fields = scanned(...lines);
    const before = fields.write();
    const copy = fields.clone();
    change(fields);
    assert.equal(fields.write(), written);
    assert.equal(copy.write(), before, "a clone is its own");

    const built = Fields.of(pairsOf(scanned(...lines)));
    change(built);
    assert.deepEqual(pairsOf(built), pairsOf(fields), "built or read, they behave the same");
  });
}

function pairsOf(fields: Fields): [string, string][] {
  const pairs: [string, string][] = [];
  fields.each((name, value) => pairs.push([name, value]));
  return pairs;
}

void test("fields: what can be asked", () => {
  const fields = scanned(...abc, "Cookie: a\xe4");
  assert.equal(fields.get(id.accept), "1");
  assert.equal(fields.get(id.age), undefined);
  assert.deepEqual(fields.all(id.accept), ["1", "3"]);
  assert.equal(fields.list(id.accept), "1, 3");
  assert.equal(fields.list(id.date), "5");
  assert.equal(fields.list(id.age), undefined);
  assert.deepEqual(fields.allNamed("X-b"), ["2", "4"]);
  assert.deepEqual(fields.allNamed("ACCEPT"), ["1", "3"]);
  assert.deepEqual(fields.allNamed("toString"), []);
  assert.deepEqual([fields.has(id.date), fields.has(id.age)], [true, false]);
  assert.deepEqual([fields.countOf(id.accept), fields.countOf(id.age)], [2, 0]);
  assert.equal(fields.get(id.cookie), "a\xe4");
});

void test("fields: removed lines are gone for every question", () => {
  const fields = scanned(...abc);
  fields.remove(id.accept);
  fields.removeNamed("x-b");
  assert.equal(fields.get(id.accept), undefined);
  assert.deepEqual(fields.allNamed("x-b"), []);
  assert.deepEqual(pairsOf(fields), [["Date", "5"]]);
  fields.removeWhere((field) => {
    assert.equal(field, id.date);
    return false;
  });
});

const badValues = ["a\r\nb", "a\n", "a\0", "\x7f", " a", "a ", "\ta", "\u2713", "\x01", "\r"];
const badNames = ["", "a b", "a:", "a\r\n", "\xe4", "a\0", "(", "a\n"];

for (const value of badValues) {
  void test(`threat 62: fields: a value ${JSON.stringify(value)} does not get in`, () => {
    const fields = scanned("Date: 1");
    assert.throws(() => fields.add("X", value), AssertionFailed);
    assert.throws(() => fields.set("Date", value), AssertionFailed);
    assert.throws(() => fields.mapValues(id.date, () => value), AssertionFailed);
    assert.equal(fields.write(), "Date: 1\r\n");
  });
}

for (const name of badNames) {
  void test(`threat 62: fields: a name ${JSON.stringify(name)} does not get in`, () => {
    assert.throws(() => new Fields().add(name, "x"), AssertionFailed);
    assert.throws(() => new Fields().set(name, "x"), AssertionFailed);
  });
}

for (const name of [
  "Content-Length",
  "transfer-encoding",
  "Connection",
  "Keep-Alive",
  "TE",
  "Upgrade",
]) {
  void test(`threat 57: fields: ${name} does not get out`, () => {
    assert.throws(() => Fields.of([[name, "x"]]).write(), AssertionFailed);
  });
}

const values = [
  ["", true],
  ["a", true],
  ["a b\tc", true],
  ["\x80\xff", true],
  [" ", false],
  ["a ", false],
  ["a\x0bb", false],
] as const;

void test("fields: what a value is, and what a token", () => {
  for (const [value, want] of values)
    assert.equal(isFieldValue(value), want, JSON.stringify(value));
  assert.deepEqual(["a", "", "a b", "x-y_z", "\xe4", "a\n"].map(isToken), [
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
});

void test("fields: a long bad value is told at once", () => {
  // A pattern that tries again at every blank would take minutes over these.
  for (const value of [
    `${"a ".repeat(60_000)}\r`,
    `${" ".repeat(100_000)}x`,
    "a".repeat(100_000) + " ",
  ]) {
    assert.equal(isFieldValue(value), false);
  }
});
