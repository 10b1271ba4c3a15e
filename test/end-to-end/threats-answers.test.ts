/** Threats by hostile or broken upstreams (D of the list): what they say, what becomes of it. */

import { testAnswers, type AnswerRow } from "./answer-rows.ts";

const ok = (lines: string, body = ""): string => `HTTP/1.1 200 OK\r\n${lines}\r\n${body}`;
const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const length5 = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

/** A head that is no head of an answer. */
const bad = (threat: number, name: string, says: string): AnswerRow => ({
  threat,
  name,
  says,
  client: 502,
});

const badLength = (name: string, value: string): AnswerRow =>
  bad(71, `an answer's length ${name}`, ok(`Content-Length:${value}\r\n`, "hello"));

const badChunks = (name: string, body: string, came: string): AnswerRow => ({
  threat: 74,
  name,
  says: chunkedHead + body,
  client: chunkedHead + came,
  isCut: true,
});

const rows: readonly AnswerRow[] = [
  bad(71, "two different lengths", ok("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")),
  bad(71, "the same length twice", ok("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
  badLength("as a list", " 5, 6"),
  badLength("below zero", " -5"),
  badLength("of letters", " abc"),
  badLength("empty", ""),
  badLength("over 2^53", " 9007199254740993"),
  badLength("over 2^64", " 18446744073709551621"),
  {
    threat: 72,
    name: "chunks beside a length count, and the connection ends",
    says: ok("Content-Length: 99\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
    client: `${chunkedHead}5\r\nhello\r\n0\r\n\r\n`,
  },
  bad(73, "an unknown coding", ok("Transfer-Encoding: xchunked\r\n", "hello")),
  bad(73, "chunked not last", ok("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
  bad(73, "chunked twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),

  badChunks("a chunk size of letters", "5\r\nhello\r\nxyz\r\n", "5\r\nhello"),
  badChunks("no CRLF behind a chunk", "5\r\nhelloXX0\r\n\r\n", "5\r\nhello"),
  badChunks("a size ended by LF", "5\r\nhello\r\n5\nhello\r\n0\r\n\r\n", "5\r\nhello"),
  badChunks("trailers that are none", "5\r\nhello\r\n0\r\nX\r\n\r\n", "5\r\nhello"),

  {
    threat: 75,
    name: "a body shorter than its length",
    says: `${length5}hel`,
    leaves: "end",
    client: `${length5}hel`,
    isCut: true,
  },
  {
    threat: 75,
    name: "chunks without the last one",
    says: `${chunkedHead}3\r\nhel\r\n`,
    leaves: "end",
    client: `${chunkedHead}3\r\nhel`,
    isCut: true,
  },
  {
    threat: 75,
    name: "chunks cut inside a size",
    says: `${chunkedHead}3\r\nhel\r\n1`,
    leaves: "end",
    client: `${chunkedHead}3\r\nhel`,
    isCut: true,
  },
  {
    threat: 76,
    name: "a folded line becomes one line",
    says: ok("X-Long: a\r\n  b\r\nContent-Length: 5\r\n", "hello"),
    client: ok("X-Long: a    b\r\nContent-Length: 5\r\n", "hello"),
    isReused: true,
  },
  {
    threat: 76,
    name: "space before the colon is taken away",
    says: ok("X-Space : a\r\nContent-Length : 5\r\n", "hello"),
    client: ok("X-Space: a\r\nContent-Length: 5\r\n", "hello"),
    isReused: true,
  },
  bad(77, "NUL in a value", ok("X: a\0b\r\n")),
  bad(77, "CR in a value", ok("X: a\rSet-Cookie: b\r\n")),
  bad(77, "LF for a line end", ok("X: a\n")),
  bad(77, "a name with a space", ok("X Y: a\r\n")),
  bad(77, "no name", ok(": a\r\n")),
  bad(77, "a line without colon", ok("Foo\r\n")),
  bad(77, "a second status line", ok("HTTP/1.1 200 OK\r\n")),
  bad(77, "8 bits in a name", ok("X\xe9: a\r\n")),
  { ...bad(78, "no status line", "<html>hello</html>"), leaves: "end" },
  bad(78, "status 99", "HTTP/1.1 099 Low\r\n\r\n"),
  bad(78, "status 600", "HTTP/1.1 600 High\r\n\r\n"),
  bad(78, "status 999", "HTTP/1.1 999 No\r\n\r\n"),
  bad(78, "status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
  bad(78, "status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
  bad(78, "status of letters", "HTTP/1.1 abc OK\r\n\r\n"),
  bad(78, "a status with a sign", "HTTP/1.1 +20 OK\r\n\r\n"),
  bad(78, "HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n"),
  bad(78, "lower case", "http/1.1 200 OK\r\n\r\n"),
  { ...bad(78, "nothing at all", ""), leaves: "end" },
  {
    threat: 78,
    name: "a status line without reason",
    says: "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    client: "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello",
    isReused: true,
  },

  {
    threat: 79,
    name: "bytes beyond the length are dropped",
    says: `${length5}helloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    client: `${length5}hello`,
  },
  {
    threat: 79,
    name: "bytes beyond the last chunk are dropped",
    says: `${chunkedHead}5\r\nhello\r\n0\r\n\r\n${length5}evil!`,
    client: `${chunkedHead}5\r\nhello\r\n0\r\n\r\n`,
  },
  {
    threat: 79,
    name: "a second answer is dropped",
    says: "HTTP/1.1 204 No Content\r\n\r\n".repeat(2),
    client: "HTTP/1.1 204 No Content\r\n\r\n",
  },
  {
    threat: 81,
    name: "a body behind 204",
    says: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    client: "HTTP/1.1 204 No Content\r\n\r\n",
  },
  {
    threat: 81,
    name: "a body behind 304",
    says: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
    client: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
  },
  {
    threat: 81,
    name: "a body behind the answer to HEAD",
    method: "HEAD",
    says: `${length5}hello`,
    client: length5,
  },
  bad(82, "101 that nobody asked for", "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n"),
  {
    ...bad(82, "101 for another protocol", "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"),
    lines: "Connection: Upgrade\r\nUpgrade: websocket\r\n",
  },
  {
    ...bad(82, "101 that names no protocol", "HTTP/1.1 101 Switching\r\n\r\n"),
    lines: "Connection: Upgrade\r\nUpgrade: websocket\r\n",
  },
  {
    threat: 83,
    name: "over 32 interim heads",
    says: "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(33) + `${length5}hello`,
    client: 502,
  },
  {
    threat: 83,
    name: "103 is relayed",
    says: `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n${length5}hello`,
    client: `HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n${length5}hello`,
    isReused: true,
  },
  {
    threat: 83,
    name: "interim heads are not relayed to HTTP/1.0",
    version: "1.0",
    says: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${length5}hello`,
    client: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    isReused: true,
    endsClient: true,
  },
  { ...bad(84, "a head over 64 KB", ok(`X: ${"v".repeat(20_000)}\r\n`.repeat(4))), isLong: true },
  { ...bad(84, "a field over 32 KB", ok(`X: ${"v".repeat(33_000)}\r\n`)), isLong: true },
  {
    ...bad(84, "a field without end", `HTTP/1.1 200 OK\r\nX: ${"v".repeat(200_000)}`),
    isLong: true,
  },
  { ...bad(84, "over 256 fields", ok("X: y\r\n".repeat(257))), isLong: true },
  {
    threat: 84,
    name: "each Set-Cookie keeps its line",
    says: ok("Set-Cookie: a=1\r\nX: y\r\nset-cookie: b=2, c\r\nContent-Length: 0\r\n"),
    client: ok("Set-Cookie: a=1\r\nX: y\r\nset-cookie: b=2, c\r\nContent-Length: 0\r\n"),
    isReused: true,
  },
  bad(91, "a control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n"),
  bad(91, "CR in the reason", "HTTP/1.1 200 OK\rX: y\r\n\r\n"),
  { ...bad(91, "a reason of 64 KB", `HTTP/1.1 200 ${"K".repeat(65_536)}\r\n\r\n`), isLong: true },
];

testAnswers(rows);
