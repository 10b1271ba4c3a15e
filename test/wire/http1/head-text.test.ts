/** Heads as they are written: framing made here and nowhere else, nothing that could split. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AssertionFailed } from "../../../src/base/assert.ts";
import { Fields } from "../../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../../src/http/head.ts";
import { requestText } from "../../../src/wire/http1/request-text.ts";
import { headText, interimText } from "../../../src/wire/http1/response-text.ts";
import { request } from "./cases.ts";
import { aRequest, aResponse } from "./heads.ts";

const host = "Host: a.example\r\n";

const requests: readonly (readonly [string, Partial<RequestHead>, string])[] = [
  ["GET", {}, `GET / HTTP/1.1\r\n${host}\r\n`],
  ["OPTIONS *", { method: "OPTIONS", target: "*" }, `OPTIONS * HTTP/1.1\r\n${host}\r\n`],
  ["no host", { authority: "" }, "GET / HTTP/1.1\r\nHost: \r\n\r\n"],
  ["HTTP/1.0 goes on as 1.1", { version: "1.0" }, `GET / HTTP/1.1\r\n${host}\r\n`],
  [
    "sized",
    { body: "sized", contentLength: 5 },
    `GET / HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n`,
  ],
  ["length 0", { contentLength: 0 }, `GET / HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`],
  ["stream", { body: "stream" }, `GET / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`],
  [
    "fields in order",
    {
      fields: Fields.of([
        ["B", "1"],
        ["a", "2"],
        ["B", ""],
      ]),
    },
    `GET / HTTP/1.1\r\n${host}B: 1\r\na: 2\r\nB: \r\n\r\n`,
  ],
  ["expects", { expectsContinue: true }, `GET / HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`],
  [
    "wants trailers",
    { wantsTrailers: true },
    `GET / HTTP/1.1\r\n${host}TE: trailers\r\nConnection: TE\r\n\r\n`,
  ],
  [
    "upgrade",
    { upgrade: "websocket" },
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ],
  [
    "upgrade that wants trailers",
    { upgrade: "websocket", wantsTrailers: true },
    request(
      `GET / HTTP/1.1\r\n${host}TE: trailers`,
      "Connection: TE, Upgrade",
      "Upgrade: websocket",
    ),
  ],
];

for (const [name, parts, want] of requests) {
  void test(`request text: ${name}`, () => assert.equal(requestText(aRequest(parts)), want));
}

const badRequests: readonly (readonly [string, Partial<RequestHead>])[] = [
  ["a method with a space", { method: "GET /" }],
  ["an empty method", { method: "" }],
  ["a target with a space", { target: "/ HTTP/1.1" }],
  ["a target with CRLF", { target: "/\r\nX: y" }],
  ["a target with a fragment", { target: "/#x" }],
  ["a target of high bytes", { target: "/\xe4" }],
  ["an empty target", { target: "" }],
  ["a host with CRLF", { authority: "a\r\nX: y" }],
  ["a host with a space", { authority: "a b" }],
  ["a protocol with CRLF", { upgrade: "x\r\nY: z" }],
  ["a sized body without a size", { body: "sized" }],
  ["a size without a body", { body: "none", contentLength: 5 }],
  ["a stream with a size", { body: "stream", contentLength: 5 }],
  ["a framing field of somebody else", { fields: Fields.of([["Content-Length", "5"]]) }],
  ["a coding of somebody else", { fields: Fields.of([["transfer-encoding", "chunked"]]) }],
  ["a hop-by-hop field", { fields: Fields.of([["Connection", "close"]]) }],
];

for (const [name, parts] of badRequests) {
  void test(`threat 57: request text: ${name} is our mistake`, () => {
    assert.throws(() => requestText(aRequest(parts)), AssertionFailed);
  });
}

const plain = { connection: "", contentLength: -1, framing: "none" } as const;

void test("response text: framing and connection", () => {
  const framing = { connection: "close", contentLength: 5, framing: "sized" } as const;
  const want = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
  assert.equal(headText(aResponse(), framing), want);
  const chunked = { ...plain, framing: "chunked" } as const;
  assert.equal(
    headText(aResponse(), chunked),
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
});

const reasons = ["", "OK", "OK ", " OK", "a\tb", "\xdcber"];
for (const reason of reasons) {
  void test(`threat 91: response text: reason ${JSON.stringify(reason)} goes out as it is`, () => {
    const head = aResponse({ status: 299, reason });
    assert.equal(headText(head, plain), `HTTP/1.1 299 ${reason}\r\n\r\n`);
    assert.equal(interimText(head), `HTTP/1.1 299 ${reason}\r\n\r\n`);
  });
}

const badResponses: readonly (readonly [string, Partial<ResponseHead>])[] = [
  ["a reason with CRLF", { reason: "OK\r\nX: y" }],
  ["a reason with LF", { reason: "OK\n" }],
  ["a reason with NUL", { reason: "\0" }],
  ["a reason beyond one byte", { reason: "\u2713" }],
  ["status 99", { status: 99 }],
  ["status 600", { status: 600 }],
  ["101 to nothing", { status: 101 }],
  ["101 with CRLF", { status: 101, upgrade: "x\r\nY: z" }],
  ["a framing field of somebody else", { fields: Fields.of([["Content-Length", "5"]]) }],
  ["a hop-by-hop field", { fields: Fields.of([["Keep-Alive", "timeout=5"]]) }],
];

for (const [name, parts] of badResponses) {
  void test(`threat 77: response text: ${name} is our mistake`, () => {
    assert.throws(() => headText(aResponse(parts), plain), AssertionFailed);
  });
}
