/**
 * What holds for every format of the access log, whatever is in a record: one line, of plain ASCII,
 * at most 4,096 bytes long; and what can be read back says what went in.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { failures, type FailureCode } from "../../src/base/failure.ts";
import { writeAccessLine } from "../../src/observe/access-line.ts";
import type { AccessRecord, WriteLine } from "../../src/observe/access-record.ts";
import { writeCombinedLine } from "../../src/observe/combined-line.ts";
import { writeLogfmtLine } from "../../src/observe/logfmt-line.ts";
import { writeColouredLine, writePlainLine } from "../../src/observe/pretty-line.ts";
import { aRecord } from "./a-record.ts";
import { readCombined, readLogfmt } from "./read-line.ts";

interface Format {
  readonly name: string;
  readonly write: WriteLine;
  /** Texts of the record as they are read back from its line; undefined: nobody reads it back. */
  readonly read?: (line: string) => Readonly<Record<string, string | undefined>>;
  /** What ends a text that was cut. */
  readonly cutMark: string;
}

const formats: readonly Format[] = [
  { name: "json", write: writeAccessLine, read: (line) => JSON.parse(line), cutMark: "…" },
  { name: "logfmt", write: writeLogfmtLine, read: readLogfmt, cutMark: "…" },
  { name: "combined", write: writeCombinedLine, read: readCombined, cutMark: "..." },
  { name: "pretty", write: writePlainLine, cutMark: "..." },
  { name: "pretty in colours", write: writeColouredLine, cutMark: "..." },
];

/** The only thing that may be more than plain text: our own colours. */
const ourColours = /\x1b\[(?:0|1|2|31|32|33|36)m/g;

function checkLine(line: string): void {
  assert.match(line.replace(ourColours, ""), /^[\x20-\x7e]+\n$/);
  assert.ok(line.length <= 4096, `${line.length} bytes`);
}

/** Bytes as they come over a wire, and now and then what a config may bring. */
const someText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.nat(255).map((byte) => String.fromCharCode(byte)) }),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 3_000, size: "max" }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: fc.constantFrom("\x1b[2J\x1b]0;x\x07", '"\\\r\n\0\x85\x9b', "") },
);

const someNumber = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(0, NaN, Infinity, -1));

const anyRecord = fc.record<AccessRecord>({
  timeMs: fc.integer({ min: 0, max: 4e12 }),
  route: someText,
  method: someText,
  target: someText,
  host: someText,
  clientIp: someText,
  peerIp: fc.option(someText, { nil: undefined }),
  user: someText,
  version: fc.constantFrom("1.0", "1.1", "2"),
  referer: someText,
  userAgent: someText,
  fields: fc.array(fc.tuple(fc.constantFrom("x-a", "x-b", "x".repeat(64)), someText), {
    maxLength: 8,
  }),
  status: fc.constantFrom(0, 200, 304, 404, 502),
  requestBytes: fc.nat(),
  responseBytes: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  durationMs: fc.nat(),
  firstByteMs: someNumber,
  upstream: someText,
  upstreamMs: someNumber,
  connectMs: someNumber,
  failure: fc.constantFrom("", ...(Object.keys(failures) as FailureCode[])),
  requestId: someText,
});

/** A text in the record, and where it stands in the line of a format that is read back. */
const texts = [
  ["target", "target"],
  ["host", "host"],
  ["method", "method"],
  ["requestId", "id"],
  ["clientIp", "client"],
  ["user", "user"],
  ["referer", "referer"],
  ["userAgent", "user_agent"],
  ["route", "route"],
] as const;

for (const { name, write, read, cutMark } of formats) {
  void test(`threat 170: ${name}: one harmless line for any record`, () => {
    fc.assert(
      fc.property(anyRecord, (record) => checkLine(write(record))),
      { numRuns: 500 },
    );
  });

  void test(`access log, ${name}: everything at its longest still fits`, () => {
    for (const character of ["\xff", "\x1b", '"', "x", "日", "\ud83d\ude00"]) {
      checkLine(write(longest(character.repeat(5_000))));
    }
  });

  void test(`access log, ${name}: a long target is cut and marked`, () => {
    for (const character of ["\xff", '"', "\\", "x"]) {
      const target = character.repeat(6_000);
      const line = write({ ...aRecord, target });
      checkLine(line);
      if (read === undefined) continue;
      const found = read(line)["target"] ?? "";
      assert.ok(found.endsWith(cutMark) && found.length > 500, `${found.length} of "${character}"`);
      assert.ok(target.startsWith(found.slice(0, -cutMark.length)));
    }
  });

  if (read === undefined) continue;
  void test(`access log, ${name}: what is read back is what went in, or its beginning`, () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = read(write(record));
        for (const [key, inLine] of texts) {
          const given = record[key];
          const found = line[inLine];
          if (found === undefined) continue;
          const isWhole = found === given || found === utf8Of(given);
          const start = found.slice(0, -cutMark.length);
          const isStart = found.endsWith(cutMark) && isStartOf(start, given);
          assert.ok(isWhole || isStart, `${key}: ${JSON.stringify(found)}`);
        }
      }),
      { numRuns: 500 },
    );
  });
}

/** What is beyond one byte a character is read back as the bytes of its UTF-8. */
function utf8Of(text: string): string {
  return Array.from(text, (character) =>
    (character.codePointAt(0) ?? 0) > 0xff ? Buffer.from(character).toString("latin1") : character,
  ).join("");
}

/** A cut may go through a pair of surrogates, of which the half that is left is none. */
function isStartOf(start: string, given: string): boolean {
  return given.startsWith(start) || utf8Of(given).startsWith(start.replace(/\xef\xbf\xbd$/, ""));
}

function longest(value: string): AccessRecord {
  return {
    timeMs: 8.6e14,
    route: value,
    method: value,
    target: value,
    host: value,
    clientIp: value,
    peerIp: value,
    user: value,
    version: "1.1",
    referer: value,
    userAgent: value,
    fields: Array.from({ length: 8 }, () => ["x".repeat(64), value] as const),
    status: 599,
    requestBytes: Number.MAX_SAFE_INTEGER,
    responseBytes: Number.MAX_SAFE_INTEGER,
    durationMs: 999_999_999_999.999,
    firstByteMs: 999_999_999_999.999,
    upstream: value,
    upstreamMs: 999_999_999_999.999,
    connectMs: 999_999_999_999.999,
    failure: "version-not-supported",
    requestId: value,
  };
}

const pretty = [
  {
    name: "an ordinary one",
    record: {},
    want: "200 GET example.com/api/items?id=1&page=2 1.5ms 1.0KB 192.0.2.7 -> 10.0.0.11:8080",
  },
  {
    name: "one that could not be read",
    record: { method: "", target: "", host: "", status: 400, upstream: "", failure: "bad-request" },
    want: "400 ? 1.5ms 1.0KB 192.0.2.7 bad-request (client)",
  },
  {
    name: "a client that was told nothing",
    record: { status: 0, upstream: "", durationMs: 12_345, responseBytes: 0 },
    want: "--- GET example.com/api/items?id=1&page=2 12.3s 0B 192.0.2.7",
  },
  {
    name: "a terminal's own commands stay text",
    record: { target: "/\x1b[2J\x9b\x07", upstream: "", fields: [["x-a", "\x1b]0;x\x07"]] },
    want: "200 GET example.com/\\x1B[2J\\x9B\\x07 1.5ms 1.0KB 192.0.2.7 x-a=\\x1B]0;x\\x07",
  },
  {
    name: "very many bytes",
    record: { responseBytes: 1_234_567_890, durationMs: 250, upstream: "" },
    want: "200 GET example.com/api/items?id=1&page=2 250ms 1.2GB 192.0.2.7",
  },
] as const;

for (const { name, record, want } of pretty) {
  void test(`access log, pretty: ${name}`, () => {
    const [, time, rest] = /^(\S+) (.*)\n$/.exec(writePlainLine({ ...aRecord, ...record })) ?? [];
    assert.match(time ?? "", /^\d\d:\d\d:\d\d\.007$/);
    assert.equal(rest, want);
    const inColours = writeColouredLine({ ...aRecord, ...record });
    assert.equal(inColours.replace(ourColours, ""), `${time} ${rest}\n`);
    assert.notEqual(inColours, `${time} ${rest}\n`);
  });
}

const combined = [
  {
    name: "an ordinary one",
    record: {},
    want: '"GET /api/items?id=1&page=2 HTTP/1.1" 200 1024 "-" "-"',
  },
  {
    name: "who says to have sent it",
    record: { referer: "https://a.example/?q=é", userAgent: 'a "b" \\c\x7f\t' },
    want:
      '"GET /api/items?id=1&page=2 HTTP/1.1" 200 1024 ' +
      '"https://a.example/?q=\\xE9" "a \\x22b\\x22 \\x5Cc\\x7F\\x09"',
  },
  {
    name: "one that could not be read",
    record: { method: "", target: "", status: 400, failure: "bad-request" },
    want: '"-" 400 1024 "-" "-"',
  },
  {
    name: "a client that was told nothing, over HTTP/2",
    record: { version: "2", status: 0, responseBytes: 0 },
    want: '"GET /api/items?id=1&page=2 HTTP/2.0" 000 0 "-" "-"',
  },
] as const;

for (const { name, record, want } of combined) {
  void test(`access log, combined: ${name}`, () => {
    const line = writeCombinedLine({ ...aRecord, ...record });
    const [, time = "", rest] = /^192\.0\.2\.7 - - \[([^\]]+)\] (.*)\n$/.exec(line) ?? [];
    assert.equal(rest, want);
    const [, date = "", clock = ""] = /^(\d\d\/[A-Z][a-z]{2}\/\d{4}):(.*)$/.exec(time) ?? [];
    // When it ended, to the second, in the machine's zone.
    const endMs = Math.floor((aRecord.timeMs + aRecord.durationMs) / 1000) * 1000;
    assert.equal(Date.parse(`${date.replaceAll("/", " ")} ${clock}`), endMs);
  });
}

void test("access log, logfmt: members stand in the order of the JSON line", () => {
  const record = {
    ...aRecord,
    peerIp: "10.9.9.9",
    failure: "idle-timeout" as const,
    connectMs: 1,
    referer: "r",
    userAgent: "u",
    fields: [["f", "v w"]] as const,
  };
  const members = Object.entries<string | number | object>(
    JSON.parse(writeAccessLine(record)),
  ).flatMap(([key, value]) =>
    typeof value === "object" ? [["fields.f", "v w"]] : [[key, `${value}`]],
  );
  const read = Object.entries(readLogfmt(writeLogfmtLine(record)));
  const isNumber = (text: string | undefined): boolean => /^\d+\.\d+$/.test(text ?? "");
  const asNumbers = read.map(([key, text]) => [
    key,
    isNumber(text) && key !== "version" ? String(Number(text)) : text,
  ]);
  assert.deepEqual(asNumbers, members);
});
