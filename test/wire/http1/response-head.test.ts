/** What a response says of its connection, and what of it is handed on. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ClientMachine } from "../../../src/wire/http1/client-machine.ts";
import { responseLimits } from "../../../src/wire/http1/limits.ts";
import { checkResponses, ok, request, type WireCase } from "./cases.ts";
import { aRequest } from "./heads.ts";

const empty = "Content-Length: 0";
const plain = '200 "OK" HTTP/1.1 none:0';
const old = '200 "OK" HTTP/1.0 none:0';

const ok10 = (...lines: readonly string[]): string => request("HTTP/1.0 200 OK", ...lines);

const persistence: readonly WireCase[] = [
  { name: "HTTP/1.1 stays", wire: ok(empty), want: [plain, "end", "reusable"] },
  { name: "HTTP/1.1 closes", wire: ok(empty, "Connection: close"), want: [plain, "end"] },
  { name: "in another case", wire: ok(empty, "Connection: CLOSE"), want: [plain, "end"] },
  {
    name: "several lines are one list",
    wire: ok("Connection: keep-alive", empty, "Connection: x, close"),
    want: [plain, "end"],
  },
  { name: "HTTP/1.0 closes", wire: ok10(empty), want: [old, "end"] },
  {
    name: "HTTP/1.0 stays if it says so",
    wire: ok10(empty, "Connection: keep-alive"),
    want: [old, "end", "reusable"],
  },
  {
    name: "fields for one hop end here",
    wire: ok(
      empty,
      "Keep-Alive: timeout=5",
      "Connection: X-Hop",
      "x-hop: 1",
      "Upgrade: h2",
      "A: b",
    ),
    want: [plain, "  A: b", "end", "reusable"],
  },
  {
    name: "but not fields that nobody may take away",
    wire: ok(empty, "Connection: close, Set-Cookie, X-Hop", "Set-Cookie: a", "X-Hop: 1"),
    want: [plain, "  Set-Cookie: a", "  X-Hop: 1", "end"],
  },
  {
    name: "look-alikes are dropped",
    wire: ok(empty, "Content_Length: 5", "Transfer_Encoding: chunked"),
    want: [plain, "end", "reusable"],
  },
  {
    threat: 84,
    name: "Set-Cookie is never merged",
    wire: ok(empty, "Set-Cookie: a=1, b", "set-cookie: c=2"),
    want: [plain, "  Set-Cookie: a=1, b", "  set-cookie: c=2", "end", "reusable"],
  },
  {
    name: "trailers, without what may not be there",
    wire:
      ok("Transfer-Encoding: chunked", "Connection: X-Hop") +
      request("0", "A: b", "x-hop: 1", "Content-Length: 5"),
    want: ['200 "OK" HTTP/1.1 stream', "end", "  A: b", "reusable"],
  },
];

const reasons = [
  ["HTTP/1.1 200 ", ""],
  ["HTTP/1.1 200", ""],
  ["HTTP/1.1 200 Fine by me", "Fine by me"],
  ["HTTP/1.1 200 OK ", "OK "],
  ["HTTP/1.1 200  OK", " OK"],
  ["HTTP/1.1 200 \t", "\t"],
  ["HTTP/1.1 200 \xdcber", "\xdcber"],
].map(([line = "", reason]): WireCase => ({
  threat: 91,
  name: `reason of ${JSON.stringify(line)}`,
  wire: request(line, empty),
  want: [`200 "${reason}" HTTP/1.1 none:0`, "end", "reusable"],
}));

const badReasons = ["\0", "\x01", "\x1b", "\x7f", "\r", "\n"].map((byte): WireCase => ({
  threat: 91,
  name: `a reason with ${JSON.stringify(byte)}`,
  wire: request(`HTTP/1.1 200 O${byte}K`, empty),
  want: "bad-response",
}));

const { headBytesMax, fieldBytesMax, fieldsMax } = responseLimits;
const limits: readonly WireCase[] = [
  {
    threat: 91,
    name: "a reason of 64 KB",
    wire: request(`HTTP/1.1 200 ${"x".repeat(headBytesMax)}`, empty),
    want: "response-too-large",
  },
  {
    threat: 84,
    name: "a field over its limit",
    wire: ok(`X: ${"x".repeat(fieldBytesMax)}`),
    want: "response-too-large",
  },
  {
    threat: 84,
    name: "too many fields",
    wire: ok(...Array.from({ length: fieldsMax + 1 }, () => "X: y")),
    want: "response-too-large",
  },
  {
    threat: 84,
    name: "a head over its limit",
    wire: ok(...Array.from({ length: 4 }, () => `X: ${"x".repeat(fieldBytesMax / 2)}`)).repeat(3),
    want: "response-too-large",
  },
  {
    threat: 84,
    name: "a folded field over its limit",
    wire: ok("X: y", ...Array.from({ length: 40 }, () => ` ${"z".repeat(1_000)}`)),
    want: "response-too-large",
  },
];

checkResponses([...persistence, ...reasons, ...badReasons, ...limits]);

const keepAlives = [
  ["timeout=5", 5_000],
  ["timeout=5, max=100", 5_000],
  ["max=100, Timeout=7", 7_000],
  ["timeout=0", 0],
  ["timeout=x", Infinity],
  ["timeout=12345678", Infinity],
  ["xtimeout=5", Infinity],
  ["", Infinity],
] as const;

for (const [value, want] of keepAlives) {
  void test(`response: Keep-Alive: ${value} keeps it for ${want} ms`, () => {
    const machine = new ClientMachine();
    machine.sendHead(aRequest());
    machine.sendEnd(undefined);
    machine.reader.receive(Buffer.from(ok(empty, `Keep-Alive: ${value}`)));
    machine.next();
    assert.equal(machine.keepAliveMs, want);
  });
}
