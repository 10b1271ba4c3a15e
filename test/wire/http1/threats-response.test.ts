/** Threats 70 to 84 and 91: what an upstream may answer, and what is left of its connection. */

import type { RequestHead } from "../../../src/http/head.ts";
import { checkResponses, ok, request, type WireCase } from "./cases.ts";
import { aRequest } from "./heads.ts";
import { readResponse, type Drive } from "./transcript.ts";

const bad = "bad-response";
const chunked = "Transfer-Encoding: chunked";
const last = "0\r\n\r\n";

const answerTo =
  (parts: Partial<RequestHead>): Drive =>
  (pieces) =>
    readResponse(pieces, aRequest(parts));

const bodyless: readonly WireCase[] = [
  {
    threat: 70,
    name: "204",
    wire: request("HTTP/1.1 204 No Content", "X: y"),
    want: ['204 "No Content" HTTP/1.1 none', "  X: y", "end", "reusable"],
  },
  {
    threat: 70,
    name: "304 tells the length of what it does not send",
    wire: request("HTTP/1.1 304 Not Modified", "Content-Length: 5"),
    want: ['304 "Not Modified" HTTP/1.1 none:5', "end", "reusable"],
  },
  {
    threat: 70,
    name: "100 and 103 have no body, whatever they say",
    wire:
      request("HTTP/1.1 100 Continue") +
      request("HTTP/1.1 103 Early Hints", "Link: </a>", "Content-Length: 5") +
      `${ok("Content-Length: 2")}hi`,
    want: [
      '100 "Continue" HTTP/1.1 none',
      '103 "Early Hints" HTTP/1.1 none',
      "  Link: </a>",
      '200 "OK" HTTP/1.1 sized:2',
      'body "hi"',
      "end",
      "reusable",
    ],
  },
  {
    threat: 81,
    name: "a body behind a 204",
    wire: `${request("HTTP/1.1 204 No Content")}hello`,
    want: ['204 "No Content" HTTP/1.1 none', "end"],
  },
  {
    threat: 81,
    name: "a 204 that speaks of a body",
    wire: request("HTTP/1.1 204 No Content", "Content-Length: 5"),
    want: ['204 "No Content" HTTP/1.1 none', "end"],
  },
  {
    threat: 81,
    name: "a chunked 204",
    wire: `${request("HTTP/1.1 204 No Content", chunked)}${last}`,
    want: ['204 "No Content" HTTP/1.1 none', "end"],
  },
  {
    threat: 81,
    name: "a body behind a 304",
    wire: `${request("HTTP/1.1 304 Not Modified", "Content-Length: 5")}hello`,
    want: ['304 "Not Modified" HTTP/1.1 none:5', "end"],
  },
];

const heads: readonly WireCase[] = [
  {
    threat: 70,
    name: "HEAD with a length",
    wire: ok("Content-Length: 5"),
    want: ['200 "OK" HTTP/1.1 none:5', "end", "reusable"],
  },
  {
    threat: 70,
    name: "HEAD, chunked",
    wire: ok(chunked),
    want: ['200 "OK" HTTP/1.1 none', "end", "reusable"],
  },
  {
    threat: 70,
    name: "HEAD without a length",
    wire: ok(),
    want: ['200 "OK" HTTP/1.1 none', "end", "reusable"],
  },
  {
    threat: 81,
    name: "HEAD with a body",
    wire: `${ok("Content-Length: 5")}hello`,
    want: ['200 "OK" HTTP/1.1 none:5', "end"],
  },
];

const framing: readonly WireCase[] = [
  ...[
    ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: 5", "Content-Length: 5"],
    ["Content-Length: 5, 6"],
    ["Content-Length: 5, 5"],
    ["Content-Length: -5"],
    ["Content-Length: +5"],
    ["Content-Length: five"],
    ["Content-Length:"],
    ["Content-Length: 18446744073709551616"],
    ["Content-Length: 9007199254740992"],
    ["Content-Length: \xa05"],
  ].map((lines): WireCase => ({
    threat: 71,
    name: lines.join(" ▶ "),
    wire: `${ok(...lines)}hello`,
    want: bad,
  })),
  {
    threat: 72,
    name: "chunked counts, the length does not, and nothing comes after it",
    wire: `${ok("Content-Length: 9", chunked)}2\r\nhi\r\n${last}`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hi"', "end"],
  },
  {
    threat: 72,
    name: "the other way round",
    wire: `${ok(chunked, "Content-Length: 0")}2\r\nhi\r\n${last}`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hi"', "end"],
  },
  {
    threat: 72,
    name: "chunked in HTTP/1.0",
    wire: `${request("HTTP/1.0 200 OK", chunked, "Connection: keep-alive")}${last}`,
    want: ['200 "OK" HTTP/1.0 stream', "end"],
  },
  ...["gzip", "gzip, chunked", "chunked, gzip", "identity", "", "xchunked", "chunked, chunked"].map(
    (value): WireCase => ({
      threat: 73,
      name: `coding "${value}"`,
      wire: `${ok(`Transfer-Encoding: ${value}`)}hello`,
      want: bad,
    }),
  ),
  { threat: 73, name: "two codings", wire: ok(chunked, chunked), want: bad },
];

const bodies: readonly WireCase[] = [
  {
    threat: 74,
    name: "a bad chunk size in the middle",
    wire: `${ok(chunked)}2\r\nhi\r\nx\r\n`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hi"', `failure ${bad}`],
  },
  {
    threat: 74,
    name: "no CRLF behind a chunk",
    wire: `${ok(chunked)}2\r\nhi0\r\n\r\n`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hi"', `failure ${bad}`],
  },
  {
    threat: 75,
    name: "shorter than its length",
    wire: `${ok("Content-Length: 5")}hi`,
    want: ['200 "OK" HTTP/1.1 sized:5', 'body "hi"', "cut"],
  },
  {
    threat: 75,
    name: "without its last chunk",
    wire: `${ok(chunked)}2\r\nhi\r\n`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hi"', "cut"],
  },
  {
    threat: 75,
    name: "without the line behind its last chunk",
    wire: `${ok(chunked)}0\r\n`,
    want: ['200 "OK" HTTP/1.1 stream', "cut"],
  },
  {
    threat: 75,
    name: "a head that stops",
    wire: "HTTP/1.1 200 OK\r\nContent-Le",
    want: ["cut"],
  },
  {
    name: "a body that the end of the connection ends",
    wire: `${ok()}hello`,
    want: ['200 "OK" HTTP/1.1 stream', 'body "hello"', "end"],
  },
  {
    name: "nothing, ended by the end of the connection",
    wire: ok("Connection: close"),
    want: ['200 "OK" HTTP/1.1 stream', "end"],
  },
  {
    name: "a length of 0",
    wire: ok("Content-Length: 0"),
    want: ['200 "OK" HTTP/1.1 none:0', "end", "reusable"],
  },
];

const mended = [
  { name: "a folded line", lines: ["X: a", "  b"], seen: "  X: a    b" },
  { name: "folded with a tab", lines: ["X: a", "\tb"], seen: "  X: a  \tb" },
  { name: "folded twice", lines: ["X: a", " b", " c"], seen: "  X: a   b   c" },
  { name: "folded before its first word", lines: ["X:", " b"], seen: "  X: b" },
  { name: "folded before its first word, twice", lines: ["X: ", " ", "\tb"], seen: "  X: b" },
  { name: "folded with nothing", lines: ["X: a", " "], seen: "  X: a" },
  { name: "space before the colon", lines: ["X : a"], seen: "  X: a" },
  { name: "blanks before the colon", lines: ["X \t : a"], seen: "  X: a" },
].map(({ name, lines, seen }): WireCase => ({
  threat: 76,
  name,
  wire: `${ok(...lines, "Content-Length : 2")}hi`,
  want: ['200 "OK" HTTP/1.1 sized:2', seen, 'body "hi"', "end", "reusable"],
}));

const foldedFraming: readonly WireCase[] = [
  {
    threat: 76,
    name: "a folded length is a length",
    wire: `${ok("Content-Length:", " 2")}hi`,
    want: ['200 "OK" HTTP/1.1 sized:2', 'body "hi"', "end", "reusable"],
  },
  {
    threat: 76,
    name: "a length folded in two",
    wire: `${ok("Content-Length: 1", " 2")}hi`,
    want: bad,
  },
  { threat: 76, name: "folded before any field", wire: ok(" X: y"), want: bad },
  { threat: 76, name: "a name alone, then the colon", wire: ok("X", ": y"), want: bad },
];

const grammar = [
  "X: a\0b",
  "X: a\rb",
  "X: a\nb",
  "X: a\x7f",
  "X: \x01",
  "X Y: a",
  "X\0: a",
  "(: a",
  ": a",
  "X",
  "\xe4: a",
].map((line): WireCase => ({ threat: 77, name: JSON.stringify(line), wire: ok(line), want: bad }));

const statusLines = [
  "<html>hello</html>",
  "200 OK",
  "HTTP/1.1",
  "HTTP/1.1 ",
  "HTTP/1.1 OK",
  "HTTP/1.1 20",
  "HTTP/1.1 2000 OK",
  "HTTP/1.1 099 Low",
  "HTTP/1.1 000 Low",
  "HTTP/1.1 600 High",
  "HTTP/1.1 999 High",
  "HTTP/1.1 -20 OK",
  "HTTP/1.1 2x0 OK",
  "HTTP/1.1  200 OK",
  "HTTP/1.1\t200 OK",
  "HTTP/1.1 200\tOK",
  "HTTP/2.0 200 OK",
  "HTTP/2 200 OK",
  "HTTP/1.10 200 OK",
  "http/1.1 200 OK",
  "ICY 200 OK",
  "\r\nHTTP/1.1 200 OK",
].map((line): WireCase => {
  return { threat: 78, name: JSON.stringify(line), wire: request(line, "X: y"), want: bad };
});

const behind: readonly WireCase[] = [
  {
    threat: 79,
    name: "bytes behind a sized answer",
    wire: `${ok("Content-Length: 2")}hi${ok("Content-Length: 0")}`,
    want: ['200 "OK" HTTP/1.1 sized:2', 'body "hi"', "end"],
  },
  {
    threat: 79,
    name: "one byte behind a chunked answer",
    wire: `${ok(chunked)}${last}x`,
    want: ['200 "OK" HTTP/1.1 stream', "end"],
  },
  {
    threat: 79,
    name: "CRLF behind an answer",
    wire: `${ok("Content-Length: 0")}\r\n`,
    want: ['200 "OK" HTTP/1.1 none:0', "end"],
  },
];

const interim = request("HTTP/1.1 103 Early Hints");
const interims: readonly WireCase[] = [
  {
    threat: 83,
    name: "32 interim heads",
    wire: interim.repeat(32) + ok("Content-Length: 0"),
    want: [
      ...Array.from({ length: 32 }, () => '103 "Early Hints" HTTP/1.1 none'),
      '200 "OK" HTTP/1.1 none:0',
      "end",
      "reusable",
    ],
  },
  {
    threat: 83,
    name: "33 interim heads",
    wire: interim.repeat(33) + ok("Content-Length: 0"),
    want: [
      ...Array.from({ length: 32 }, () => '103 "Early Hints" HTTP/1.1 none'),
      `failure ${bad}`,
    ],
  },
  {
    threat: 83,
    name: "interim heads and nothing more",
    wire: interim,
    want: ['103 "Early Hints" HTTP/1.1 none', "no answer"],
  },
];

checkResponses([...bodyless, ...framing, ...bodies]);
checkResponses(heads, answerTo({ method: "HEAD" }));
checkResponses([...mended, ...foldedFraming, ...grammar, ...statusLines]);
checkResponses([...behind, ...interims]);
