/** Threats of request bodies (B of the list): the bytes, and both sides. */

import { get, post, testThreats, type ThreatRow } from "./threat-rows.ts";

const refused = { answers: [400], isCutShort: true } as const;
const chunked = "Transfer-Encoding: chunked\r\n";

/** What stands behind the head of a chunked request. */
const bad = (threat: number, name: string, body: string): ThreatRow => ({
  threat,
  name,
  bytes: post(chunked, body) + get("", "/smuggled"),
  ...refused,
});

const good = (threat: number, name: string, body: string, sent: string): ThreatRow => ({
  threat,
  name,
  bytes: post(chunked, body) + get("", "/next"),
  answers: [200, 200],
  upstream: [post(chunked, sent), get("", "/next")],
});

const hello = "5\r\nhello\r\n0\r\n\r\n";

const rows: readonly ThreatRow[] = [
  bad(37, "a chunk size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size with a plus", "+5\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size below zero", "-5\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size with an underscore", "1_0\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size after a space", " 5\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size before a space", "5 \r\nhello\r\n0\r\n\r\n"),
  bad(37, "no chunk size", "\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size of letters", "xyz\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size with a tab", "5\t\r\nhello\r\n0\r\n\r\n"),
  bad(37, "a chunk size with NUL", "5\0\r\nhello\r\n0\r\n\r\n"),
  bad(38, "a chunk of 2^53", "20000000000001\r\nhello"),
  bad(38, "a chunk of 2^64 and 5", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
  bad(38, "24 zeros before a size", `${"0".repeat(24)}5\r\nhello\r\n0\r\n\r\n`),
  bad(38, "24 zeros as last chunk", `${"0".repeat(24)}\r\n\r\n`),
  good(38, "a few zeros before a size", "0005\r\nhello\r\n000\r\n\r\n", hello),
  bad(39, "a size ended by LF", "5\nhello\r\n0\r\n\r\n"),
  bad(39, "a size ended by CR", "5\rhello\r\n0\r\n\r\n"),
  bad(39, "a size ended by two CRs", "5\r\r\nhello\r\n0\r\n\r\n"),
  bad(39, "data followed by LF", "5\r\nhello\n0\r\n\r\n"),
  bad(39, "data followed by CR", "5\r\nhello\r0\r\n\r\n"),
  bad(39, "data followed by two letters", "5\r\nhelloXX0\r\n\r\n"),
  bad(39, "data longer than its size", "4\r\nhello\r\n0\r\n\r\n"),
  bad(39, "the last chunk ended by LF", "5\r\nhello\r\n0\n\r\n"),
  bad(40, "LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
  bad(40, "CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
  bad(40, "LF for the end of an extension", "5;a\nhello\r\n0\r\n\r\n"),
  bad(40, "LF in the last chunk's extension", "5\r\nhello\r\n0;a\n\r\n\r\n"),
  good(41, "an extension is not passed on", "5;a=b\r\nhello\r\n0;c\r\n\r\n", hello),
  bad(41, "a long extension", `5;${"a".repeat(300)}\r\nhello\r\n0\r\n\r\n`),
  {
    ...bad(41, "many extensions", `1;${"a".repeat(200)}\r\nx\r\n`.repeat(30)),
    isLong: true,
  },
  good(42, "a semicolon in quotes", '5;a=";b"\r\nhello\r\n0\r\n\r\n', hello),
  bad(42, "a line end in quotes", '5;a="\r\nhello\r\n0\r\n\r\n'),
  good(42, "an escaped quote in quotes", '5;a="\\""\r\nhello\r\n0\r\n\r\n', hello),
  good(
    43,
    "framing and routing fields in trailers are dropped",
    "5\r\nhello\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: y\r\n" +
      "Authorization: z\r\nContent-Type: a\r\nTrailer: b\r\nX_Forwarded_For: c\r\n\r\n",
    hello,
  ),
  good(
    43,
    "other trailers stay trailers",
    "5\r\nhello\r\n0\r\nDigest: y\r\nX-Checksum: z\r\n\r\n",
    "5\r\nhello\r\n0\r\nDigest: y\r\nX-Checksum: z\r\n\r\n",
  ),
  bad(44, "LF in trailers", "5\r\nhello\r\n0\r\nX: y\n\r\n"),
  bad(44, "a trailer without colon", "5\r\nhello\r\n0\r\nX\r\n\r\n"),
  {
    threat: 44,
    name: "trailers without end",
    bytes: post(chunked, `5\r\nhello\r\n0\r\n${"X: yyyyyyyyyy\r\n".repeat(4_000)}`),
    answers: [431],
    isCutShort: true,
    isLong: true,
  },
  bad(45, "two letters after the last chunk", "5\r\nhello\r\n0\r\nXX"),
  bad(45, "CR and a letter after the last chunk", "5\r\nhello\r\n0\r\n\rX"),
  bad(45, "LF after the last chunk", "5\r\nhello\r\n0\r\n\n"),

  ...["GET", "HEAD", "DELETE", "OPTIONS"].map((method): ThreatRow => {
    const request = `${method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`;
    return {
      threat: 46,
      name: `${method} keeps its body`,
      bytes: request + get("", "/next"),
      answers: [200, 200],
      upstream: [request, get("", "/next")],
    };
  }),
  {
    threat: 46,
    name: "GET keeps its chunks",
    bytes: get(chunked) + hello + get("", "/next"),
    answers: [200, 200],
    upstream: [get(chunked) + hello, get("", "/next")],
  },
  {
    threat: 47,
    name: "what is beyond the length is the next request",
    bytes: post("Content-Length: 2\r\n", "hi") + get("", "/next"),
    answers: [200, 200],
    upstream: [post("Content-Length: 2\r\n", "hi"), get("", "/next")],
  },
  {
    threat: 47,
    name: "surplus that is no request",
    bytes: post("Content-Length: 2\r\n", "hi") + "!!!surplus\r\n\r\n",
    answers: [200, 400],
    upstream: [post("Content-Length: 2\r\n", "hi")],
  },
  {
    threat: 49,
    name: "POST without length has no body",
    bytes: post("") + get("", "/next"),
    answers: [200, 200],
    upstream: [post(""), get("", "/next")],
  },
  {
    threat: 49,
    name: "and no end to be waited for",
    bytes: post("", "a=b&c=d\r\n\r\n"),
    answers: [200, 400],
    upstream: [post("")],
  },
  ...["y 100-continue", "100-continue, 100-continue", "100-continue;q=1", "something"].map(
    (value): ThreatRow => ({
      threat: 51,
      name: `Expect: ${value}`,
      bytes: post(`Expect: ${value}\r\nContent-Length: 5\r\nConnection: close\r\n`, "hello"),
      answers: [417],
    }),
  ),
  {
    threat: 51,
    name: "Expect twice",
    bytes: post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 0\r\n"),
    answers: [417],
  },
];

testThreats(rows);
