/** Threats 1 to 11: where a request ends is said once and clearly, or the request is refused. */

import { checkRequests, get, post, request, type WireCase } from "./cases.ts";

const bad = "bad-request";
const chunked = "Transfer-Encoding: chunked";
const empty = "0\r\n\r\n";

const both = [
  { name: "Content-Length, then chunked", wire: post("Content-Length: 5", chunked) },
  { name: "chunked, then Content-Length", wire: post(chunked, "Content-Length: 5") },
  { name: "chunked and length 0", wire: post(chunked, "Content-Length: 0") },
  { name: "chunked and a bad length", wire: post(chunked, "Content-Length: x") },
  {
    name: "an unknown coding and a length",
    wire: post("TE: x", "Content-Length: 3", "Transfer-Encoding: x"),
  },
  { name: "both on a GET", wire: get(chunked, "Content-Length: 5") },
].map((row): WireCase => ({ threat: 1, ...row, want: bad }));

const twoLengths: readonly WireCase[] = [
  { threat: 2, name: "5, then 6", wire: post("Content-Length: 5", "Content-Length: 6"), want: bad },
  { threat: 2, name: "6, then 5", wire: post("Content-Length: 6", "Content-Length: 5"), want: bad },
  { threat: 2, name: "0, then 5", wire: post("Content-Length: 0", "Content-Length: 5"), want: bad },
  {
    threat: 2,
    name: "in two cases",
    wire: post("content-length: 5", "CONTENT-LENGTH: 6"),
    want: bad,
  },
  {
    threat: 2,
    name: "apart",
    wire: post("Content-Length: 5", "X: y", "Content-Length: 6"),
    want: bad,
  },
  { threat: 3, name: "5 twice", wire: post("Content-Length: 5", "Content-Length: 5"), want: bad },
  { threat: 3, name: "a list of equal ones", wire: post("Content-Length: 5, 5"), want: bad },
  { threat: 3, name: "a list without blanks", wire: post("Content-Length: 5,5"), want: bad },
  { threat: 3, name: "a list with an empty one", wire: post("Content-Length: 5,"), want: bad },
  { threat: 4, name: "empty", wire: post("Content-Length:"), want: bad },
  { threat: 4, name: "blanks alone", wire: post("Content-Length: \t "), want: bad },
  {
    threat: 4,
    name: "empty, then 5",
    wire: post("Content-Length:", "Content-Length: 5"),
    want: bad,
  },
  {
    threat: 4,
    name: "5, then empty",
    wire: post("Content-Length: 5", "Content-Length: "),
    want: bad,
  },
];

const notLengths =
  "+5|-5|0x5|5_0|5x|5 5|5\t5|5.0|5e1|0b1|\u00b2|\xa05|5\xa0|5\x85|'5'|\"5\"|Infinity|NaN|true"
    .split("|")
    .map((value): WireCase => {
      return {
        threat: 5,
        name: `length ${value}`,
        wire: post(`Content-Length: ${value}`),
        want: bad,
      };
    });

const controls = ["\x0b5", "5\x0b", "\x0c5", "5\x0c", "5\x00", "\x005"].map((value): WireCase => {
  const name = `length ${JSON.stringify(value)}`;
  return { threat: 5, name, wire: post(`Content-Length: ${value}`), want: bad };
});

const hugeLengths = [
  "9007199254740992",
  "9007199254740993",
  "18446744073709551616",
  "18446744073709551621",
  "99999999999999999999999999",
  `${"0".repeat(30)}5`,
].map((value): WireCase => {
  return { threat: 6, name: `length ${value}`, wire: post(`Content-Length: ${value}`), want: bad };
});

const lengths: readonly WireCase[] = [
  {
    threat: 6,
    name: "the largest whole number is exact",
    wire: post("Content-Length: 9007199254740991"),
    want: ["POST / HTTP/1.1 a.example sized:9007199254740991", "cut"],
  },
  {
    threat: 7,
    name: "leading zeros are decimal",
    wire: `${post("Content-Length: 010")}0123456789`,
    want: ["POST / HTTP/1.1 a.example sized:10", 'body "0123456789"', "end keep"],
  },
  {
    threat: 7,
    name: "zeros alone",
    wire: post("Content-Length: 000"),
    want: ["POST / HTTP/1.1 a.example none:0", "end keep"],
  },
  {
    name: "blanks around it belong to the line",
    wire: `${post("Content-Length: \t 2 \t")}hi`,
    want: ["POST / HTTP/1.1 a.example sized:2", 'body "hi"', "end keep"],
  },
];

const otherCodings = [
  ..."xchunked|identity|chunked, gzip|gzip, chunked|gzip|chunk|chunkedx|chunked;q=1|chunked;".split(
    "|",
  ),
  '"chunked"',
  "'chunked'",
  "",
].map((value): WireCase => {
  return {
    threat: 8,
    name: `coding ${value}`,
    wire: post(`Transfer-Encoding: ${value}`),
    want: bad,
  };
});

const codingLists = [
  [",chunked"],
  [", chunked"],
  ["chunked,"],
  ["chunked ,"],
  ["chunked, chunked"],
  ["chunked", "chunked"],
  ["chunked", "identity"],
  ["identity", "chunked"],
  ["", "chunked"],
  ["chunked", ""],
].map((values): WireCase => {
  const lines = values.map((value) => `Transfer-Encoding: ${value}`);
  return { threat: 9, name: `codings ${values.join(" ▶ ")}`, wire: post(...lines), want: bad };
});

const dirtyCodings = ["\x0b", "\x0c", "\x00", "\x85", "\xa0", "\xff", "\x7f", "\x1f"].flatMap(
  (byte): WireCase[] =>
    [`${byte}chunked`, `chunked${byte}`, `chun${byte}ked`].map((value) => ({
      threat: 10,
      name: `coding ${JSON.stringify(value)}`,
      wire: post(`Transfer-Encoding: ${value}`),
      want: bad,
    })),
);

const goodCodings = ["chunked", "Chunked", "CHUNKED", "\tchunked \t"].map((value): WireCase => {
  return {
    name: `coding ${JSON.stringify(value)} is chunked`,
    wire: post(`Transfer-Encoding: ${value}`) + empty,
    want: ["POST / HTTP/1.1 a.example stream", "end keep"],
  };
});

const oldCodings = ["chunked", "identity"].map((value): WireCase => {
  const wire = request("POST / HTTP/1.0", "Host: a.example", `Transfer-Encoding: ${value}`);
  return { threat: 11, name: `coding ${value} in HTTP/1.0`, wire: wire + empty, want: bad };
});

checkRequests(both);
checkRequests(twoLengths);
checkRequests([...notLengths, ...controls, ...hugeLengths]);
checkRequests(lengths);
checkRequests([...otherCodings, ...codingLists, ...dirtyCodings, ...goodCodings, ...oldCodings]);
