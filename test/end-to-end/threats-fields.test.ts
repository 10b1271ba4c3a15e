/** Threats of field lines and of limits (A of the list): the bytes, and both sides. */

import { clientLimits } from "../../src/limits/options.ts";
import { get, post, testThreats, type ThreatRow } from "./threat-rows.ts";

const { fieldBytesMax } = clientLimits;
const refused = { answers: [400] } as const;

/** A line among others that are fine. */
const bad = (threat: number, name: string, line: string): ThreatRow => ({
  threat,
  name,
  bytes: get(`X-Before: y\r\n${line}X-After: z\r\n`),
  ...refused,
});

const good = (threat: number, name: string, lines: string, sent = lines): ThreatRow => ({
  threat,
  name,
  bytes: get(lines),
  answers: [200],
  upstream: [get(sent)],
});

/** A field line of so many bytes, its CRLF not counted. */
const fieldOf = (bytes: number): string => `X: ${"v".repeat(bytes - 3)}\r\n`;
const named = (bytes: number): string => `${"n".repeat(bytes)}: v\r\n`;
const targetOf = (bytes: number): string => `/${"t".repeat(bytes - 1)}`;
const many = (lines: number): string =>
  Array.from({ length: lines }, (_, at) => `X-${at}: y\r\n`).join("");

const rows: readonly ThreatRow[] = [
  bad(12, "a space before the colon", "X : y\r\n"),
  bad(12, "a tab before the colon", "X\t: y\r\n"),
  {
    threat: 12,
    name: "a length with a space before its colon",
    bytes: post("Content-Length : 5\r\n", "hello"),
    ...refused,
  },
  {
    threat: 12,
    name: "a coding with a space before its colon",
    bytes: post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    ...refused,
  },
  {
    threat: 13,
    name: "a blank before the first field",
    bytes: "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    ...refused,
  },
  {
    threat: 13,
    name: "a tab before the first field",
    bytes: "GET / HTTP/1.1\r\n\tX: y\r\nHost: x\r\n\r\n",
    ...refused,
  },
  bad(14, "a folded line", "X: a\r\n b\r\n"),
  bad(14, "a line folded with a tab", "X: a\r\n\tb\r\n"),
  bad(14, "a coding in a folded line", "X: a\r\n Transfer-Encoding: chunked\r\n"),
  bad(14, "a folded line of blanks", "X: a\r\n \r\n"),
  {
    threat: 15,
    name: "LF after the request line",
    bytes: "GET / HTTP/1.1\nHost: x\r\n\r\n",
    ...refused,
  },
  bad(15, "LF after a field", "X: y\n"),
  {
    threat: 15,
    name: "LF for the empty line",
    bytes: "GET / HTTP/1.1\r\nHost: x\r\n\n",
    ...refused,
  },
  { threat: 15, name: "LF all over", bytes: "GET / HTTP/1.1\nHost: x\n\n", ...refused },
  bad(16, "CR in a value", "X: a\rb\r\n"),
  bad(16, "CR in a name", "X\rY: a\r\n"),
  bad(16, "CR for a line end", "X: a\rY: b\r\n"),
  bad(16, "two CRs before LF", "X: a\r\r\n"),
  { threat: 16, name: "CR in the target", bytes: get("", "/a\rb"), ...refused },
  {
    threat: 17,
    name: "a head ended by CR LF CR X",
    bytes: "GET / HTTP/1.1\r\nHost: x\r\n\rX",
    ...refused,
  },
  {
    threat: 17,
    name: "a head ended by CR LF CR CR",
    bytes: "GET / HTTP/1.1\r\nHost: x\r\n\r\r",
    ...refused,
  },
  bad(18, "NUL in a value", "X: a\0b\r\n"),
  bad(18, "SOH in a value", "X: a\x01b\r\n"),
  bad(18, "ESC in a value", "X: \x1b[2J\r\n"),
  bad(18, "DEL in a value", "X: a\x7f\r\n"),
  bad(18, "a vertical tab in a value", "X: a\v\r\n"),
  good(18, "a tab inside a value is text", "X: a\tb\r\n"),
  bad(19, "a space in a name", "X Y: z\r\n"),
  bad(19, "a bracket in a name", "X(: y\r\n"),
  bad(19, "a slash in a name", "X/Y: z\r\n"),
  bad(19, "an at sign in a name", "@: y\r\n"),
  bad(19, "quotes in a name", '"X": y\r\n'),
  bad(19, "NUL in a name", "X\0: y\r\n"),
  bad(19, "no name", ": y\r\n"),
  bad(20, "a line without colon", "Transfer-Encoding\r\n"),
  bad(20, "a name over two lines", "Content-Len\r\ngth: 5\r\n"),
  bad(20, "a second request line", "GET /admin HTTP/1.1\r\n"),
  bad(21, "8 bits in a name", "X\xe9: y\r\n"),
  bad(21, "0xa0 behind a name", "Transfer-Encoding\xa0: chunked\r\n"),
  good(21, "8 bits in a value pass unchanged", "X: caf\xe9 \xff\r\n"),
  good(21, "0x85 and 0xa0 are no blanks", "X: \x85a\xa0\r\n"),

  {
    threat: 30,
    name: "a target at the limit",
    bytes: get("", targetOf(16_384)),
    isLong: true,
    answers: [200],
    upstream: [get("", targetOf(16_384))],
  },
  {
    threat: 30,
    name: "a target over it",
    bytes: get("", targetOf(16_385)),
    isLong: true,
    answers: [414],
  },
  { ...good(30, "a field at the limit", fieldOf(fieldBytesMax)), isLong: true },
  {
    threat: 30,
    name: "a field over it",
    bytes: get(fieldOf(fieldBytesMax + 1)),
    isLong: true,
    answers: [431],
  },
  {
    threat: 30,
    name: "a head over its limit",
    bytes: get(fieldOf(12_000).repeat(3)),
    isLong: true,
    answers: [431],
  },
  {
    threat: 30,
    name: "a field without end",
    bytes: `GET / HTTP/1.1\r\nHost: x\r\nX: ${"v".repeat(100_000)}`,
    isLong: true,
    answers: [431],
  },
  {
    threat: 30,
    name: "a name without end",
    bytes: `GET / HTTP/1.1\r\nHost: x\r\n${"n".repeat(100_000)}`,
    isLong: true,
    answers: [431],
  },
  { ...good(30, "127 fields and Host", many(127)), isLong: true },
  { threat: 30, name: "129 fields", bytes: get(many(128)), isLong: true, answers: [431] },
  ...[255, 256, 4_095, 4_096].map((bytes) => ({
    ...good(30, `a name of ${bytes} bytes`, named(bytes)),
    isLong: true,
  })),
  ...[255, 256, 4_095, 4_096].map((bytes) => ({
    ...good(30, `a field of ${bytes} bytes`, fieldOf(bytes)),
    isLong: true,
  })),
  ...[65_535, 65_536].map((bytes) => ({
    threat: 30,
    name: `a name of ${bytes} bytes`,
    bytes: get(named(bytes)),
    isLong: true,
    answers: [431],
  })),
  {
    threat: 30,
    name: "a length behind a name of 256 bytes is still read",
    bytes: post(`${named(256)}Content-Length: 2\r\n`, "hi"),
    isLong: true,
    answers: [200],
    upstream: [post(`${named(256)}Content-Length: 2\r\n`, "hi")],
  },

  good(34, "Transfer_Encoding is dropped", "Transfer_Encoding: chunked\r\nX: y\r\n", "X: y\r\n"),
  good(34, "Content_Length is dropped", "Content_Length: 5\r\nX: y\r\n", "X: y\r\n"),
  good(34, "X_Forwarded_For is dropped", "X_Forwarded_For: 6.6.6.6\r\nX: y\r\n", "X: y\r\n"),
  good(34, "x_real_ip and X.Real.IP are dropped", "x_real_ip: 6\r\nX.Real.IP: 6\r\n", ""),
  good(34, "a name of one's own with _ passes", "My_Field: y\r\n"),
  good(
    35,
    "names of JavaScript's objects are data",
    "__proto__: a\r\nconstructor: b\r\ntoString: c\r\nhasOwnProperty: d\r\n",
  ),
  good(35, "and so they are in a cookie", "Cookie: __proto__=1; constructor=2\r\n"),
  {
    threat: 35,
    name: "and in a query",
    bytes: get("", "/?__proto__=1&constructor[prototype]=2"),
    config: (to) => ({
      sites: {
        "*": { proxy: to, routes: [{ query: { toString: "1" }, respond: { status: 418 } }] },
      },
    }),
    answers: [200],
    upstream: [get("", "/?__proto__=1&constructor[prototype]=2")],
  },
  {
    threat: 35,
    name: "and as a host",
    bytes: "GET / HTTP/1.1\r\nHost: __proto__\r\nConnection: close\r\n\r\n",
    config: (to) => ({ sites: { x: to } }),
    answers: [404],
  },
];

testThreats(rows);
