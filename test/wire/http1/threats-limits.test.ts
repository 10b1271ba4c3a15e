/** Threats 30 to 33: sizes to the byte, and what lies behind a message. */

import { clientLimits } from "../../../src/limits/options.ts";
import { checkRequests, get, post, request, type WireCase } from "./cases.ts";
import { readRequests } from "./transcript.ts";

const { headBytesMax, fieldBytesMax, fieldsMax, targetBytesMax } = clientLimits;
const plain = "GET / HTTP/1.1 a.example none";

/** Names, values and targets of telling lengths are taken whole. */
const boundaries = [255, 256, 257, 4_095, 4_096, 4_097, 16_000].flatMap((bytes): WireCase[] => {
  const word = "n".repeat(bytes);
  return [
    {
      threat: 30,
      name: `a name of ${bytes} bytes`,
      wire: get(`${word}: x`),
      want: [plain, `  ${word}: x`, "end keep"],
    },
    {
      threat: 30,
      name: `a value of ${bytes} bytes`,
      wire: get(`X: ${word}`),
      want: [plain, `  X: ${word}`, "end keep"],
    },
    {
      threat: 30,
      name: `a target of ${bytes} bytes`,
      wire: request(`GET /${word.slice(1)} HTTP/1.1`, "Host: a.example"),
      want: [`GET /${word.slice(1)} HTTP/1.1 a.example none`, "end keep"],
    },
  ];
});

const target = (bytes: number): string => `/${"t".repeat(bytes - 1)}`;
const line = (bytes: number): string => `X: ${"v".repeat(bytes - 3)}`;
const manyLines = (count: number): readonly string[] =>
  Array.from({ length: count - 1 }, (_, at) => `X${at}: y`);

/** A head of so many bytes, in fields that are each allowed. */
function headOf(bytes: number): string {
  const most = get(line(fieldBytesMax), line(8_000));
  return get(line(fieldBytesMax), line(8_000), line(bytes - most.length - 2));
}

const targets: readonly WireCase[] = [
  {
    threat: 30,
    name: "a target at its limit",
    wire: request(`GET ${target(targetBytesMax)} HTTP/1.1`, "Host: a.example"),
    want: [`GET ${target(targetBytesMax)} HTTP/1.1 a.example none`, "end keep"],
  },
  {
    threat: 30,
    name: "a target one byte over it",
    wire: request(`GET ${target(targetBytesMax + 1)} HTTP/1.1`, "Host: a.example"),
    want: "target-too-long",
  },
  {
    threat: 30,
    name: "a target without end",
    wire: `GET ${target(targetBytesMax + 100)}`,
    want: "target-too-long",
  },
  {
    threat: 30,
    name: "a target that is too long before it is bad",
    wire: `GET ${target(targetBytesMax + 100)}\x01`,
    want: "target-too-long",
  },
];

const fields: readonly WireCase[] = [
  {
    threat: 30,
    name: "a field at its limit",
    wire: get(line(fieldBytesMax)),
    want: [plain, `  ${line(fieldBytesMax)}`, "end keep"],
  },
  {
    threat: 30,
    name: "a field one byte over it",
    wire: get(line(fieldBytesMax + 1)),
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a field whose blanks are over it",
    wire: get(`X: y${" ".repeat(fieldBytesMax)}`),
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a name over it, with a bad byte behind",
    wire: `${get().slice(0, -2)}${"n".repeat(fieldBytesMax + 1)} `,
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a value over it, with a bad byte behind",
    wire: `${get().slice(0, -2)}${line(fieldBytesMax + 1)}\0`,
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a bad byte just within it",
    wire: `${get().slice(0, -2)}${line(fieldBytesMax)}\0`,
    want: "bad-request",
  },
  {
    threat: 30,
    name: "as many fields as allowed",
    wire: get(...manyLines(fieldsMax)),
    want: [plain, ...manyLines(fieldsMax).map((text) => `  ${text}`), "end keep"],
  },
  {
    threat: 30,
    name: "one field more",
    wire: get(...manyLines(fieldsMax + 1)),
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "fields that are dropped count",
    wire: get(...manyLines(fieldsMax), "Content_Length: 5"),
    want: "fields-too-large",
  },
];

const heads: readonly WireCase[] = [
  {
    threat: 30,
    name: "a head at its limit",
    wire: headOf(headBytesMax),
    want: [
      plain,
      `  ${line(fieldBytesMax)}`,
      `  ${line(8_000)}`,
      `  ${line(headBytesMax - get(line(fieldBytesMax), line(8_000)).length - 2)}`,
      "end keep",
    ],
  },
  {
    threat: 30,
    name: "a head one byte over it",
    wire: headOf(headBytesMax + 1),
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a head over it, with a bad byte behind",
    wire: `${headOf(headBytesMax + 8).slice(0, -4)}\0`,
    want: "fields-too-large",
  },
];

/** The limit counts for each trailer section by itself. */
const trailers: readonly WireCase[] = [
  {
    threat: 44,
    name: "trailers over the limit",
    wire: `${post("Transfer-Encoding: chunked")}0\r\n${line(fieldBytesMax + 1)}\r\n\r\n`,
    want: ["POST / HTTP/1.1 a.example stream", "failure fields-too-large"],
  },
  {
    threat: 44,
    name: "too many trailers",
    wire: `${post("Transfer-Encoding: chunked")}0\r\n${request(...manyLines(fieldsMax + 2))}`,
    want: ["POST / HTTP/1.1 a.example stream", "failure fields-too-large"],
  },
];

const prefixes: readonly WireCase[] = [
  {
    threat: 31,
    name: "a head with everything",
    wire: `${post(
      "Content-Length: 2",
      "Connection: keep-alive, X",
      "X: 1",
      "TE: trailers",
      "Expect: 100-continue",
      "Accept: */*",
    )}hi`,
    want: [
      "POST / HTTP/1.1 a.example sized:2 expects te",
      "  Accept: */*",
      'body "hi"',
      "end keep",
    ],
  },
  { threat: 31, name: "a head that stops", wire: get("X: y").slice(0, -1), want: ["cut"] },
  { threat: 31, name: "a first line that stops", wire: "GET / HT", want: ["cut"] },
  { threat: 31, name: "nothing but an empty line", wire: "\r\n", want: [] },
];

const behind: readonly WireCase[] = [
  {
    threat: 32,
    name: "a good request, then a bad one",
    wire: `${get()}GET / HTTP/1.1\r\nHost : b\r\n\r\n`,
    want: [plain, "end keep", "failure bad-request"],
  },
  {
    threat: 32,
    name: "three requests in a row, bodies between them",
    wire: [
      `${post("Content-Length: 3")}abc`,
      get(),
      `${post("Transfer-Encoding: chunked")}1\r\nd\r\n0\r\n\r\n`,
      get(),
    ].join(""),
    want: [
      "POST / HTTP/1.1 a.example sized:3",
      'body "abc"',
      "end keep",
      plain,
      "end keep",
      "POST / HTTP/1.1 a.example stream",
      'body "d"',
      "end keep",
      plain,
      "end keep",
    ],
  },
];

const closing = ["close", "Close", "keep-alive, close", "X, close ,Y", ",close,"].map(
  (value): WireCase => ({
    threat: 33,
    name: `nothing counts behind Connection: ${value}`,
    wire: `${get(`Connection: ${value}`)}${get()}GARBAGE`,
    want: [plain, "end close"],
  }),
);

const small = { headBytesMax: 1_024, fieldBytesMax: 1_024, fieldsMax: 4, targetBytesMax: 2_048 };
const smallHeads: readonly WireCase[] = [
  {
    threat: 30,
    name: "a target within its limit in a head that is not",
    wire: request(`GET ${target(1_500)} HTTP/1.1`, "Host: a"),
    want: "fields-too-large",
  },
  {
    threat: 30,
    name: "a bad byte behind a small head's limit is not looked at",
    wire: `GET ${target(1_500)}\x01`,
    want: "fields-too-large",
  },
];

checkRequests([...boundaries, ...targets, ...fields, ...heads, ...trailers]);
checkRequests([...prefixes, ...behind, ...closing]);
checkRequests(smallHeads, (pieces) => readRequests(pieces, small));
