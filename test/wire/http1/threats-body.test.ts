/** Threats 37 to 50: bodies of requests, sized and chunked, and what comes behind them. */

import { checkRequests, get, post, request, type WireCase } from "./cases.ts";

const bad = "bad-request";
const chunked = "Transfer-Encoding: chunked";
const head = post(chunked);
const headLine = "POST / HTTP/1.1 a.example stream";
const plain = "GET / HTTP/1.1 a.example none";

/** A chunked body that is refused, after as much of it as could be read. */
function wrong(threat: number, name: string, body: string, read = ""): WireCase {
  const lines = read === "" ? [] : [`body ${JSON.stringify(read)}`];
  return { threat, name, wire: head + body, want: [headLine, ...lines, `failure ${bad}`] };
}

/** A chunked body that is read to its end, and the request behind it too. */
function right(threat: number, name: string, body: string, read: string): WireCase {
  const lines = read === "" ? [] : [`body ${JSON.stringify(read)}`];
  const want = [headLine, ...lines, "end keep", plain, "end keep"];
  return { threat, name, wire: head + body + get(), want };
}

const sizes = [
  ..."0x5|+5|-5|5_0|_5| 5|\t5|5 |5\t|g|5g|5.0|''|\"5\"|\xb2|;a|,5".split("|"),
  "",
  "\0",
  "\x0b5",
  "5\x0b",
].map((size) => wrong(37, `size ${JSON.stringify(size)}`, `${size}\r\nhello\r\n0\r\n\r\n`));

const hugeSizes = ["20000000000000", "FFFFFFFFFFFFFFFF", "10000000000000005", "1000000000000"].map(
  (size) => wrong(38, `size ${size}`, `${size}\r\nhello`),
);

const chunks: readonly WireCase[] = [
  wrong(38, "24 zeros", `${"0".repeat(24)}\r\n\r\n`),
  wrong(38, "13 digits, small", "0000000000005\r\nhello\r\n0\r\n\r\n"),
  right(38, "12 digits", "000000000005\r\nhello\r\n000000000000\r\n\r\n", "hello"),
  right(
    37,
    "size in either case",
    "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "01234567890123456789",
  ),
  right(37, "two digits", "10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef"),
  right(37, "nothing", "0\r\n\r\n", ""),
  right(
    37,
    "what looks like chunks inside one",
    "b\r\n0\r\n\r\nGET / \r\n0\r\n\r\n",
    "0\r\n\r\nGET / ",
  ),

  wrong(39, "LF behind a size", "5\nhello\r\n0\r\n\r\n"),
  wrong(39, "CR alone behind a size", "5\rhello\r\n0\r\n\r\n"),
  wrong(39, "CR CR LF behind a size", "5\r\r\nhello\r\n0\r\n\r\n"),
  wrong(39, "LF behind data", "5\r\nhello\n0\r\n\r\n", "hello"),
  wrong(39, "CR alone behind data", "5\r\nhello\r0\r\n\r\n", "hello"),
  wrong(39, "CR and another byte behind data", "5\r\nhello\rX0\r\n\r\n", "hello"),
  wrong(39, "CR CR LF behind data", "5\r\nhello\r\r\n0\r\n\r\n", "hello"),
  wrong(39, "nothing behind data", "5\r\nhello0\r\n\r\n", "hello"),
  wrong(39, "two other bytes behind data", "5\r\nhelloXX0\r\n\r\n", "hello"),
  wrong(39, "LF CR behind data", "5\r\nhello\n\r0\r\n\r\n", "hello"),
  wrong(39, "a chunk longer than its size", "4\r\nhello\r\n0\r\n\r\n", "hell"),
  wrong(39, "LF behind the last size", "0\n\r\n"),
  wrong(39, "an empty line between chunks", "5\r\nhello\r\n\r\n0\r\n\r\n", "hello"),

  wrong(40, "LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
  wrong(40, "LF behind an extension", "5;a\nhello\r\n0\r\n\r\n"),
  wrong(40, "CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
  wrong(40, "LF right behind the semicolon", "5;\nhello\r\n0\r\n\r\n"),
  wrong(40, "NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n"),
  wrong(40, "DEL in an extension", "5;\x7f\r\nhello\r\n0\r\n\r\n"),
  wrong(40, "LF in the last extension", "0;a\nX: y\r\n\r\n"),

  right(41, "extensions are dropped", "5;a=b;c\r\nhello\r\n0;d\r\n\r\n", "hello"),
  right(41, "an empty one", "5;\r\nhello\r\n0\r\n\r\n", "hello"),
  right(41, "256 bytes of it", `1;${"x".repeat(256)}\r\nh\r\n0\r\n\r\n`, "h"),
  wrong(41, "257 bytes of it", `1;${"x".repeat(257)}\r\nh\r\n0\r\n\r\n`),
  right(
    41,
    "4096 bytes in all",
    `1;${"x".repeat(256)}\r\nh\r\n`.repeat(16) + "0\r\n\r\n",
    "h".repeat(16),
  ),
  wrong(
    41,
    "4097 bytes in all",
    `1;${"x".repeat(256)}\r\nh\r\n`.repeat(16) + "0;y\r\n\r\n",
    "h".repeat(16),
  ),

  right(42, "a semicolon in quotes", '5;a=";b"\r\nhello\r\n0\r\n\r\n', "hello"),
  right(42, "an escaped quote in quotes", '5;a="\\"";b\r\nhello\r\n0\r\n\r\n', "hello"),
  wrong(42, "CRLF in quotes", '5;a="\r\nhello\r\n0\r\n\r\n"\r\n'),
  wrong(42, "an escaped CR in quotes", '5;a="\\\r\nhello\r\n0\r\n\r\n'),
  wrong(42, "quotes that do not end", '5;a="b\r\nhello\r\n0\r\n\r\n'),
];

const trailer = "0\r\nDigest: d\r\n";
const trailers: readonly WireCase[] = [
  {
    threat: 43,
    name: "a trailer is handed on apart",
    wire: `${head}${trailer}x-y: z\r\n\r\n${get()}`,
    want: [headLine, "end keep", "  Digest: d", "  x-y: z", plain, "end keep"],
  },
  {
    threat: 43,
    name: "a trailer that Connection named is not",
    wire: `${post(chunked, "Connection: X-Hop")}${trailer}x-hop: 1\r\n\r\n${get()}`,
    want: [headLine, "end keep", "  Digest: d", plain, "end keep"],
  },
  ...[
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Host: b.example",
    "Authorization: Basic eA==",
    "Content-Type: text/html",
    "Content-Encoding: gzip",
    "Content-Range: bytes 0-1/2",
    "Trailer: x",
    "TE: trailers",
    "Connection: close",
    "Keep-Alive: timeout=1",
    "Cookie: a=b",
    "Set-Cookie: a=b",
    "Cache-Control: no-store",
    "Expect: 100-continue",
    "X-Forwarded-For: 1.2.3.4",
    "Content_Length: 5",
    "TRANSFER-ENCODING: x",
  ].map((line): WireCase => ({
    threat: 43,
    name: `${line} is dropped`,
    wire: `${head}${trailer}${line}\r\n\r\n${get()}`,
    want: [headLine, "end keep", "  Digest: d", plain, "end keep"],
  })),
  wrong(44, "LF behind a trailer", "0\r\nX: y\n\r\n"),
  wrong(44, "LF at the end", "0\r\nX: y\r\n\n"),
  wrong(44, "LF right at the end", "0\r\n\n"),
  wrong(44, "a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
  wrong(44, "a space before the colon", "0\r\nX : y\r\n\r\n"),
  { threat: 44, name: "without end", wire: `${head}0\r\nX: y\r\n`, want: [headLine, "cut"] },
  wrong(45, "two other bytes at the end", "0\r\nXX\r\n"),
  wrong(45, "two other bytes, then a request", `0\r\nXX${get()}`),
  wrong(45, "a request at once", `0\r\n${get()}`),
  wrong(45, "CR and another byte", "0\r\n\rX"),
];

const methods = ["GET", "HEAD", "DELETE", "OPTIONS", "PUT", "QUERY"].map((method): WireCase => ({
  threat: 46,
  name: `${method} with a body`,
  wire: `${request(`${method} / HTTP/1.1`, "Host: a.example", "Content-Length: 2")}hi${get()}`,
  want: [`${method} / HTTP/1.1 a.example sized:2`, 'body "hi"', "end keep", plain, "end keep"],
}));

const sized: readonly WireCase[] = [
  {
    threat: 46,
    name: "GET with a chunked body",
    wire: `${get("Transfer-Encoding: chunked")}2\r\nhi\r\n0\r\n\r\n`,
    want: ["GET / HTTP/1.1 a.example stream", 'body "hi"', "end keep"],
  },
  {
    threat: 47,
    name: "what is over the length is the next request",
    wire: `${post("Content-Length: 2")}hi${get()}`,
    want: ["POST / HTTP/1.1 a.example sized:2", 'body "hi"', "end keep", plain, "end keep"],
  },
  {
    threat: 47,
    name: "and is read as strictly",
    wire: `${post("Content-Length: 2")}hi!${get()}`.replace("!", "\0"),
    want: ["POST / HTTP/1.1 a.example sized:2", 'body "hi"', "end keep", `failure ${bad}`],
  },
  {
    threat: 48,
    name: "less than the length",
    wire: `${post("Content-Length: 9")}hi`,
    want: ["POST / HTTP/1.1 a.example sized:9", 'body "hi"', "cut"],
  },
  {
    threat: 48,
    name: "nothing of the length",
    wire: post("Content-Length: 9"),
    want: ["POST / HTTP/1.1 a.example sized:9", "cut"],
  },
  {
    threat: 48,
    name: "a chunked body without its last chunk",
    wire: `${head}2\r\nhi\r\n`,
    want: [headLine, 'body "hi"', "cut"],
  },
  {
    threat: 48,
    name: "a chunk that stops",
    wire: `${head}5\r\nhi`,
    want: [headLine, 'body "hi"', "cut"],
  },
  {
    threat: 48,
    name: "a last chunk without the line behind it",
    wire: `${head}0\r\n`,
    want: [headLine, "cut"],
  },
  {
    threat: 49,
    name: "POST without a length has no body",
    wire: post() + get(),
    want: ["POST / HTTP/1.1 a.example none", "end keep", plain, "end keep"],
  },
  {
    threat: 49,
    name: "what follows it is a request, or nothing",
    wire: `${post()}hello`,
    want: ["POST / HTTP/1.1 a.example none", "end keep", "cut"],
  },
  {
    threat: 49,
    name: "POST of HTTP/1.0 without a length has no body",
    wire: `${request("POST / HTTP/1.0", "Connection: keep-alive")}${get()}`,
    want: ["POST / HTTP/1.0 - none", "end keep", plain, "end keep"],
  },
];

const expectations: readonly WireCase[] = [
  {
    threat: 50,
    name: "100-continue",
    wire: `${post("Content-Length: 2", "Expect: 100-continue")}hi`,
    want: ["POST / HTTP/1.1 a.example sized:2 expects", 'body "hi"', "end keep"],
  },
  {
    threat: 50,
    name: "100-Continue in another case",
    wire: `${post("Content-Length: 2", "expect: 100-Continue")}hi`,
    want: ["POST / HTTP/1.1 a.example sized:2 expects", 'body "hi"', "end keep"],
  },
  {
    threat: 50,
    name: "without a body there is nothing to wait for",
    wire: get("Expect: 100-continue"),
    want: [plain, "end keep"],
  },
  {
    threat: 50,
    name: "HTTP/1.0 cannot wait",
    wire: `${request("POST / HTTP/1.0", "Content-Length: 2", "Expect: 100-continue")}hi`,
    want: ["POST / HTTP/1.0 - sized:2", 'body "hi"', "end close"],
  },
  ...[
    ["y 100-continue"],
    ["100-continue", "100-continue"],
    ["100-continue, 100-continue"],
    ["100-continue;x"],
    ["\xa0100-continue"],
    ["200-ok"],
    [""],
  ].map((values): WireCase => ({
    threat: 51,
    name: `Expect ${values.join(" ▶ ")}`,
    wire: post("Content-Length: 2", ...values.map((value) => `Expect: ${value}`)),
    want: "expectation-failed",
  })),
];

checkRequests([...sizes, ...hugeSizes, ...chunks]);
checkRequests([...trailers, ...methods, ...sized, ...expectations]);
