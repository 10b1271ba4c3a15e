/** Threats of the fields that say where a request ends (A of the list). */

import { get, post, testThreats, type ThreatRow } from "./threat-rows.ts";

const refused = { answers: [400] } as const;
const tenBytes = "0123456789";
const noChunks = "0\r\n\r\n";

/** A length that must not be believed, with a body that a generous reader would find behind it. */
const badLength = (threat: number, name: string, value: string): ThreatRow => ({
  threat,
  name: `Content-Length ${name}`,
  bytes: post(`Content-Length:${value}\r\n`, "hello"),
  ...refused,
});

/** A coding that must not be believed, with bytes that are two requests to a generous reader. */
const badCoding = (threat: number, name: string, value: string): ThreatRow => ({
  threat,
  name: `Transfer-Encoding ${name}`,
  bytes: post(`Transfer-Encoding:${value}\r\n`, noChunks) + get("", "/smuggled"),
  ...refused,
});

const rows: readonly ThreatRow[] = [
  {
    threat: 1,
    name: "Content-Length, then Transfer-Encoding",
    bytes: post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", noChunks),
    ...refused,
  },
  {
    threat: 1,
    name: "Transfer-Encoding, then Content-Length",
    bytes: post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", noChunks),
    ...refused,
  },
  {
    threat: 1,
    name: "Content-Length: 0 beside chunks",
    bytes: post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", noChunks),
    ...refused,
  },
  {
    threat: 1,
    name: "smuggled by the length",
    bytes: post(
      "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
      "5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n",
    ),
    ...refused,
  },

  {
    threat: 2,
    name: "two different lengths",
    bytes: post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"),
    ...refused,
  },
  {
    threat: 2,
    name: "two different lengths, far apart",
    bytes: post("Content-Length: 0\r\nX-Between: y\r\ncontent-length: 5\r\n", "hello"),
    ...refused,
  },
  {
    threat: 3,
    name: "the same length twice",
    bytes: post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
    ...refused,
  },
  badLength(3, "as a list of equals", " 5, 5"),
  badLength(4, "empty", ""),
  badLength(4, "of blanks", "  "),
  {
    threat: 4,
    name: "an empty length before a second one",
    bytes: post("Content-Length:\r\nContent-Length: 5\r\n", "hello"),
    ...refused,
  },
  badLength(5, "with a plus", " +5"),
  badLength(5, "below zero", " -5"),
  badLength(5, "in hex", " 0x5"),
  badLength(5, "with an underscore", " 5_0"),
  badLength(5, "with a letter", " 5x"),
  badLength(5, "of two words", " 5 5"),
  badLength(5, "with a vertical tab", " \v5"),
  badLength(5, "with a form feed behind", " 5\f"),
  badLength(5, "with a no-break space", " \xa05"),
  badLength(5, "with a point", " 5.0"),
  badLength(5, "with an exponent", " 5e0"),
  badLength(5, "in quotes", ' "5"'),
  badLength(5, "ended by a comma", " 5,"),
  badLength(6, "over 2^53", " 9007199254740993"),
  badLength(6, "over 2^64", " 18446744073709551621"),
  badLength(6, "of 40 digits", ` ${"9".repeat(40)}`),
  {
    threat: 7,
    name: "a length with leading zeros is the length without",
    bytes: post("Content-Length: 010\r\n", tenBytes),
    answers: [200],
    upstream: [post("Content-Length: 10\r\n", tenBytes)],
  },

  badCoding(8, "xchunked", " xchunked"),
  badCoding(8, "identity", " identity"),
  badCoding(8, "chunked, gzip", " chunked, gzip"),
  badCoding(8, "gzip, chunked", " gzip, chunked"),
  badCoding(8, "chunk", " chunk"),
  badCoding(8, "chunkedx", " chunkedx"),
  badCoding(8, "in quotes", ' "chunked"'),
  badCoding(8, "with a parameter", " chunked;q=1"),
  badCoding(8, "empty", ""),
  badCoding(9, "after a comma", " ,chunked"),
  badCoding(9, "before a comma", " chunked,"),
  badCoding(9, "twice in one line", " chunked, chunked"),
  badCoding(9, "in two lines", " chunked\r\nTransfer-Encoding: chunked"),
  badCoding(9, "in two lines, one of them identity", " identity\r\nTransfer-Encoding: chunked"),
  badCoding(9, "in two lines, one of them empty", "\r\nTransfer-Encoding: chunked"),
  badCoding(10, "with a vertical tab", " \vchunked"),
  badCoding(10, "with a form feed", " chunked\f"),
  badCoding(10, "with NUL", " chunked\0"),
  badCoding(10, "with 0x85", " chunked\x85"),
  badCoding(10, "with 0xa0", " \xa0chunked"),
  badCoding(10, "with 0xff", " chunked\xff"),
  {
    threat: 10,
    name: "blanks and capitals around a coding are no disguise",
    bytes: post("Transfer-Encoding:\t Chunked \t\r\n", "2\r\nhi\r\n0\r\n\r\n"),
    answers: [200],
    upstream: [post("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n")],
  },
  {
    threat: 11,
    name: "Transfer-Encoding in HTTP/1.0",
    bytes: "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ...refused,
  },
  {
    threat: 11,
    name: "Transfer-Encoding in HTTP/1.0, kept alive",
    bytes:
      "POST / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" +
      noChunks,
    ...refused,
  },

  {
    threat: 32,
    name: "a good request, then a bad one",
    bytes: get("", "/1") + "GET /2 HTTP/1.1\r\n\r\n" + get("", "/3"),
    answers: [200, 400],
    upstream: [get("", "/1")],
  },
  {
    threat: 32,
    name: "pipelined requests are answered in order",
    bytes: get("", "/1") + post("Content-Length: 2\r\n", "hi") + get("", "/3"),
    answers: [200, 200, 200],
    upstream: [get("", "/1"), post("Content-Length: 2\r\n", "hi"), get("", "/3")],
  },
  {
    threat: 32,
    name: "a refused request, then a bad one",
    bytes: get("", "/1") + "GET /2 HTTP/1.1\r\n\r\n" + get("", "/3"),
    config: (to) => ({ sites: { y: to } }),
    answers: [404, 400],
  },
  {
    threat: 33,
    name: "nothing behind Connection: close",
    bytes: get("Connection: close\r\n", "/1") + get("", "/2"),
    answers: [200],
    upstream: [get("", "/1")],
  },
  {
    threat: 33,
    name: "nothing behind HTTP/1.0",
    bytes: `GET /1 HTTP/1.0\r\nHost: x\r\n\r\n${get("", "/2")}`,
    answers: [200],
    upstream: [get("", "/1")],
  },
  {
    threat: 33,
    name: "close counts among other options",
    bytes: get("Connection: x-a, Close\r\n", "/1") + get("", "/2"),
    answers: [200],
    upstream: [get("", "/1")],
  },
];

testThreats(rows);
