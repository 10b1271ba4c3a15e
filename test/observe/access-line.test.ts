/** Access log lines: valid JSON in ASCII, one line, at most 4,096 bytes, whatever is in them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { writeAccessLine } from "../../src/observe/access-line.ts";
import type { AccessRecord } from "../../src/observe/access-record.ts";
import { aRecord } from "./a-record.ts";

const written = {
  time: "2026-11-23T12:00:00.007Z",
  id: "abc-1",
  client: "192.0.2.7",
  method: "GET",
  host: "example.com",
  target: "/api/items?id=1&page=2",
  version: "1.1",
  status: 200,
  bytes_in: 0,
  bytes_out: 1024,
  duration_ms: 1.5,
  first_byte_ms: 1.25,
  route: "example.com /api/*",
  upstream: "10.0.0.11:8080",
  upstream_ms: 1,
};

const everyByte = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");

interface Case {
  readonly name: string;
  readonly record: Partial<AccessRecord>;
  readonly want: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = [
  { name: "an ordinary one", record: {}, want: {} },
  { name: "through a trusted proxy", record: { peerIp: "10.9.9.9" }, want: { peer: "10.9.9.9" } },
  { name: "nobody in particular", record: { user: "" }, want: {} },
  { name: "a user", record: { user: 'zoë\n"x' }, want: { user: 'zoë\n"x' } },
  {
    name: "a user behind a trusted proxy",
    record: { user: "alice", peerIp: "10.9.9.9" },
    want: { user: "alice", peer: "10.9.9.9" },
  },
  {
    name: "no upstream was asked",
    record: { upstream: "", upstreamMs: 0 },
    want: { upstream: undefined, upstream_ms: undefined },
  },
  {
    name: "a failure before any route",
    record: { route: "", upstream: "", status: 400, failure: "bad-request" },
    want: {
      route: "",
      upstream: undefined,
      upstream_ms: undefined,
      status: 400,
      failure: "bad-request",
      failed_by: "client",
    },
  },
  {
    name: "a failure of an upstream",
    record: { status: 502, failure: "connect-refused" },
    want: { status: 502, failure: "connect-refused", failed_by: "upstream" },
  },
  {
    name: "a failure of ours",
    record: { status: 503, failure: "overloaded" },
    want: { status: 503, failure: "overloaded", failed_by: "proxy" },
  },
  { name: "it had to connect", record: { connectMs: 0.75 }, want: { connect_ms: 0.75 } },
  { name: "no head was sent", record: { firstByteMs: 0 }, want: { first_byte_ms: undefined } },
  {
    name: "who says to have sent it",
    record: { referer: 'https://a.example/"', userAgent: "curl/8\x1b" },
    want: { referer: 'https://a.example/"', user_agent: "curl/8\x1b" },
  },
  {
    name: "fields by name",
    record: {
      fields: [
        ["x-tenant", everyByte],
        ["x-b", ""],
      ],
    },
    want: { fields: { "x-tenant": everyByte, "x-b": "" } },
  },
  { name: "every byte in the target", record: { target: everyByte }, want: { target: everyByte } },
  { name: "every byte in the host", record: { host: everyByte }, want: { host: everyByte } },
  { name: "every byte in the method", record: { method: everyByte }, want: { method: everyByte } },
  { name: "every byte in the id", record: { requestId: everyByte }, want: { id: everyByte } },
  { name: "every byte in the route", record: { route: everyByte }, want: { route: everyByte } },
  { name: "text beyond latin1", record: { route: "日本\ud800" }, want: { route: "日本\ud800" } },
  {
    name: "another second",
    record: { timeMs: Date.UTC(1999, 11, 31, 23, 59, 59, 999) },
    want: { time: "1999-12-31T23:59:59.999Z" },
  },
  {
    name: "a fraction of a millisecond",
    record: { timeMs: written.status + 0.75 },
    want: { time: "1970-01-01T00:00:00.200Z" },
  },
  { name: "microseconds", record: { durationMs: 0.0014 }, want: { duration_ms: 0.001 } },
  {
    name: "a tunnel of weeks",
    record: { durationMs: 3e9 + 0.25 },
    want: { duration_ms: 3e9 + 0.25 },
  },
  { name: "a clock that ran backward", record: { durationMs: -5 }, want: { duration_ms: 0 } },
  { name: "a duration that is none", record: { durationMs: Number.NaN }, want: { duration_ms: 0 } },
  { name: "very many bytes", record: { responseBytes: 2 ** 50 }, want: { bytes_out: 2 ** 50 } },
];

for (const { name, record, want } of cases) {
  void test(`access line: ${name}`, () => {
    const line = writeAccessLine({ ...aRecord, ...record });
    checkLine(line);
    assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify({ ...written, ...want })));
  });
}

function checkLine(line: string): void {
  assert.match(line, /^[\x20-\x7e]+\n$/);
  assert.ok(line.length <= 4096, `${line.length} bytes`);
}

void test("access line: members stand in one order", () => {
  const line = writeAccessLine({
    ...aRecord,
    peerIp: "10.9.9.9",
    user: "a",
    failure: "idle-timeout",
    connectMs: 1,
    referer: "r",
    userAgent: "u",
    fields: [["f", "v"]],
  });
  assert.deepEqual(Object.keys(JSON.parse(line)), [
    ..."time id client peer user method host target version status bytes_in bytes_out".split(" "),
    ..."duration_ms route upstream upstream_ms connect_ms first_byte_ms failure".split(" "),
    ..."failed_by referer user_agent fields".split(" "),
  ]);
});

void test("access line: routes do not mix", () => {
  const routeOf = (record: Partial<AccessRecord>): unknown =>
    JSON.parse(writeAccessLine({ ...aRecord, ...record })).route;
  for (const route of ["a", "b", "a", "a"]) assert.equal(routeOf({ route }), route);
  for (const upstream of ["", "x", ""]) assert.equal(routeOf({ route: "c", upstream }), "c");
});

const longValues = [
  { name: "plain", value: "/" + "x".repeat(20_000) },
  { name: "quotes", value: '"'.repeat(5_000) },
  { name: "backslashes", value: "\\".repeat(4_000) },
  { name: "bytes beyond ASCII", value: "\xff".repeat(3_000) },
  { name: "just too long", value: "x".repeat(3_900) },
];

for (const { name, value } of longValues) {
  void test(`access line: a long target is cut and marked (${name})`, () => {
    const line = writeAccessLine({ ...aRecord, target: value });
    checkLine(line);
    const { target, ...others } = JSON.parse(line);
    assert.ok(target.endsWith("…") && target.length > 300);
    assert.ok(value.startsWith(target.slice(0, -1)));
    assert.deepEqual({ ...others, target: written.target }, written);
  });
}

void test("access line: a long target that fits is not cut", () => {
  const target = "x".repeat(3_500);
  assert.equal(JSON.parse(writeAccessLine({ ...aRecord, target })).target, target);
});

void test("access line: valid and whole for any text", () => {
  const someText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ maxLength: 3_000, size: "max" }),
  );
  fc.assert(
    fc.property(someText, someText, someText, (target, host, requestId) => {
      const line = writeAccessLine({ ...aRecord, target, host, requestId });
      checkLine(line);
      const read = JSON.parse(line);
      for (const [found, given] of [
        [read.target, target],
        [read.host, host],
        [read.id, requestId],
      ]) {
        assert.ok(found === given || given.startsWith(found.slice(0, -1)));
      }
    }),
    { numRuns: 300 },
  );
});
