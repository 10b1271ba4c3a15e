/** Threats 12 to 21, 34 and 35: the grammar of field lines, to the byte. */

import { checkRequests, get, post, request, type WireCase } from "./cases.ts";

const bad = "bad-request";
const head = "GET / HTTP/1.1\r\nHost: a.example\r\n";
const plain = "GET / HTTP/1.1 a.example none";

const lines: readonly WireCase[] = [
  { threat: 12, name: "space before the colon", wire: get("X : y"), want: bad },
  { threat: 12, name: "tab before the colon", wire: get("X\t: y"), want: bad },
  { threat: 12, name: "of Content-Length", wire: `${post("Content-Length : 5")}hello`, want: bad },
  {
    threat: 12,
    name: "of Transfer-Encoding",
    wire: post("Transfer-Encoding : chunked"),
    want: bad,
  },
  { threat: 12, name: "of Host", wire: request("GET / HTTP/1.1", "Host : a.example"), want: bad },
  {
    threat: 13,
    name: "space before the first line",
    wire: request("GET / HTTP/1.1", " Host: a"),
    want: bad,
  },
  {
    threat: 13,
    name: "tab before the first line",
    wire: request("GET / HTTP/1.1", "\tHost: a"),
    want: bad,
  },
  {
    threat: 13,
    name: "a line of blanks first",
    wire: request("GET / HTTP/1.1", "  ", "Host: a"),
    want: bad,
  },
  { threat: 14, name: "folded with a space", wire: get("X: y", " z"), want: bad },
  { threat: 14, name: "folded with a tab", wire: get("X: y", "\tz"), want: bad },
  { threat: 14, name: "folded coding", wire: post("Transfer-Encoding:", " chunked"), want: bad },
  { threat: 14, name: "folded length", wire: post("Content-Length:", " 5"), want: bad },
  { threat: 14, name: "folded behind Host", wire: get(" X: y"), want: bad },
  { threat: 14, name: "a line of blanks last", wire: get("X: y", " "), want: bad },
  {
    threat: 15,
    name: "LF behind the request line",
    wire: "GET / HTTP/1.1\nHost: a\r\n\r\n",
    want: bad,
  },
  { threat: 15, name: "LF behind a field", wire: `${head}X: y\n\r\n`, want: bad },
  { threat: 15, name: "LF at the end", wire: `${head}X: y\r\n\n`, want: bad },
  { threat: 15, name: "LF alone everywhere", wire: "GET / HTTP/1.1\nHost: a\n\n", want: bad },
  {
    threat: 15,
    name: "LF, LF behind a field",
    wire: `${head}X: y\n\nGET /2 HTTP/1.1\r\n`,
    want: bad,
  },
  {
    threat: 16,
    name: "CR in the request line",
    wire: request("GET /\r HTTP/1.1", "Host: a"),
    want: bad,
  },
  { threat: 16, name: "CR behind the version", wire: "GET / HTTP/1.1\rHost: a\r\n\r\n", want: bad },
  { threat: 16, name: "CR in a name", wire: get("X\rY: z"), want: bad },
  { threat: 16, name: "CR in a value", wire: get("X: y\rContent-Length: 5"), want: bad },
  { threat: 16, name: "CR behind a colon", wire: get("X:\ry"), want: bad },
  { threat: 16, name: "CR CR LF", wire: `${head}X: y\r\r\n\r\n`, want: bad },
  { threat: 17, name: "CR LF CR X at the end", wire: `${head}X: y\r\n\rX`, want: bad },
  { threat: 17, name: "CR LF CR CR LF", wire: `${head}X: y\r\n\r\r\n`, want: bad },
  {
    threat: 17,
    name: "CR LF CR X, then a request",
    wire: `${head}\rXGET / HTTP/1.1\r\n`,
    want: bad,
  },
  { threat: 19, name: "an empty name", wire: get(": x"), want: bad },
  {
    threat: 19,
    name: "an empty name before a length",
    wire: get(":", "Content-Length: 5"),
    want: bad,
  },
  { threat: 20, name: "no colon", wire: get("X"), want: bad },
  { threat: 20, name: "no colon, then a length", wire: get("X y", "Content-Length: 5"), want: bad },
  { threat: 20, name: "a name over two lines", wire: get("Content-", "Length: 5"), want: bad },
  { threat: 20, name: "a request line as a field", wire: get("GET / HTTP/1.1"), want: bad },
];

const controls = [0, 1, 7, 8, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1f, 0x7f].flatMap(
  (byte): WireCase[] => {
    const text = String.fromCharCode(byte);
    const name = `0x${byte.toString(16).padStart(2, "0")}`;
    return [
      { threat: 18, name: `${name} in a value`, wire: get(`X: a${text}b`), want: bad },
      { threat: 18, name: `${name} first in a value`, wire: get(`X: ${text}b`), want: bad },
      { threat: 18, name: `${name} last in a value`, wire: get(`X: a${text}`), want: bad },
      { threat: 19, name: `${name} in a name`, wire: get(`X${text}Y: b`), want: bad },
    ];
  },
);

const notTokens = Array.from('()<>@,;\\"/[]?={}', (mark): WireCase => {
  return { threat: 19, name: `${mark} in a name`, wire: get(`X${mark}Y: z`), want: bad };
});

const highBytes = [0x80, 0x85, 0xa0, 0xb2, 0xe9, 0xff].flatMap((byte): WireCase[] => {
  const text = String.fromCharCode(byte);
  const name = `0x${byte.toString(16)}`;
  return [
    { threat: 21, name: `${name} in a name`, wire: get(`X${text}: y`), want: bad },
    { threat: 21, name: `${name} as a name`, wire: get(`${text}: y`), want: bad },
    {
      threat: 21,
      name: `${name} around a value is kept`,
      wire: get(`X: ${text}y${text}`),
      want: [plain, `  X: ${text}y${text}`, "end keep"],
    },
    { threat: 21, name: `${name} behind close`, wire: get(`Connection: close${text}`), want: bad },
  ];
});

/** Every known name that decides something, written as an upstream might read it too. */
const lookAlikes = [
  "Content_Length: 5",
  "content.length: 5",
  "Content|Length: 5",
  "Transfer_Encoding: chunked",
  "TRANSFER~ENCODING: chunked",
  "X_Forwarded_For: 1.2.3.4",
  "X-Forwarded_Proto: https",
  "Proxy_Connection: keep-alive",
  "X_Real_Ip: 1.2.3.4",
  "Set_Cookie: a=b",
  "Content_Type: text/html",
].map((line): WireCase => {
  return { threat: 34, name: `${line} is dropped`, wire: get(line), want: [plain, "end keep"] };
});

const prototypes = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"].flatMap(
  (word): WireCase[] => [
    {
      threat: 35,
      name: `${word} as a name`,
      wire: get(`${word}: x`),
      want: [plain, `  ${word}: x`, "end keep"],
    },
    {
      threat: 35,
      name: `${word} as a host`,
      wire: request("GET / HTTP/1.1", `Host: ${word}`),
      want: [`GET / HTTP/1.1 ${word.toLowerCase()} none`, "end keep"],
    },
    {
      threat: 35,
      name: `${word} as a query, a cookie and an option`,
      wire: request(
        `GET /?${word}=1 HTTP/1.1`,
        "Host: a",
        `Cookie: ${word}=1`,
        `Connection: ${word}`,
      ),
      want: [`GET /?${word}=1 HTTP/1.1 a none`, `  Cookie: ${word}=1`, "end keep"],
    },
  ],
);

const kept: readonly WireCase[] = [
  {
    name: "order, case and duplicates are kept",
    wire: get("X-B: 1", "x-a: 2", "X-B: 3", "Cookie: a", "Cookie: b"),
    want: [plain, "  X-B: 1", "  x-a: 2", "  X-B: 3", "  Cookie: a", "  Cookie: b", "end keep"],
  },
  {
    name: "blanks around a value are not",
    wire: get("A:1", "B: \t 2 \t", "C:", "D:  ", "E: a \t b"),
    want: [plain, "  A: 1", "  B: 2", "  C:", "  D:", "  E: a \t b", "end keep"],
  },
  {
    threat: 34,
    name: "other names with marks are not look-alikes",
    wire: get("X_Custom: 1", "Content_Lengths: 5", "Content__Length: 5"),
    want: [plain, "  X_Custom: 1", "  Content_Lengths: 5", "  Content__Length: 5", "end keep"],
  },
  {
    name: "every byte of a token is a name",
    wire: get("!#$%&'*+-.^_`|~09azAZ: 1"),
    want: [plain, "  !#$%&'*+-.^_`|~09azAZ: 1", "end keep"],
  },
  {
    name: "a colon in a value",
    wire: get("A: b: c", "D::"),
    want: [plain, "  A: b: c", "  D: :", "end keep"],
  },
];

checkRequests(lines);
checkRequests([...controls, ...notTokens, ...highBytes]);
checkRequests([...lookAlikes, ...prototypes, ...kept]);
