/** The server's side of a connection: how an answer is framed for whom, and what follows it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AssertionFailed } from "../../../src/base/assert.ts";
import { Fields } from "../../../src/http/fields.ts";
import type { ResponseHead } from "../../../src/http/head.ts";
import { clientLimits } from "../../../src/limits/options.ts";
import { readEvent } from "../../../src/wire/http1/message-reader.ts";
import { ServerMachine } from "../../../src/wire/http1/server-machine.ts";
import { get, post, request } from "./cases.ts";
import { aResponse } from "./heads.ts";

interface Case {
  readonly name: string;
  readonly request: string;
  readonly head: Partial<ResponseHead>;
  readonly body?: readonly string[];
  readonly trailers?: Fields;
  /** All that goes out; the status line is left off. */
  readonly want: string;
  readonly persists: boolean;
}

const get10 = request("GET / HTTP/1.0");
const get10Kept = request("GET / HTTP/1.0", "Connection: keep-alive");
const head11 = request("HEAD / HTTP/1.1", "Host: a.example");
const sized: Partial<ResponseHead> = { body: "sized", contentLength: 5 };
const stream: Partial<ResponseHead> = { body: "stream" };
const fields = Fields.of([["X-A", "b"]]);
const trailers = Fields.of([["Digest", "d"]]);

const cases: readonly Case[] = [
  {
    name: "a sized body",
    request: get(),
    head: sized,
    body: ["he", "llo"],
    want: "Content-Length: 5\r\n\r\nhello",
    persists: true,
  },
  {
    name: "a body of unknown length is chunked",
    request: get(),
    head: { ...stream, fields },
    body: ["he", "llo"],
    want: "X-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    persists: true,
  },
  {
    name: "an empty piece does not end it",
    request: get(),
    head: stream,
    body: ["he", "", "llo"],
    want: "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    persists: true,
  },
  {
    name: "its trailers",
    request: get(),
    head: stream,
    body: ["hi"],
    trailers,
    want: "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nDigest: d\r\n\r\n",
    persists: true,
  },
  {
    name: "chunked without a piece",
    request: get(),
    head: stream,
    want: "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    persists: true,
  },
  { name: "no body", request: get(), head: {}, want: "Content-Length: 0\r\n\r\n", persists: true },
  {
    name: "close that the client asked for",
    request: get("Connection: close"),
    head: sized,
    body: ["hello"],
    want: "Content-Length: 5\r\nConnection: close\r\n\r\nhello",
    persists: false,
  },
  {
    name: "HTTP/1.0, sized",
    request: get10,
    head: sized,
    body: ["hello"],
    want: "Content-Length: 5\r\nConnection: close\r\n\r\nhello",
    persists: false,
  },
  {
    name: "HTTP/1.0 that asked to stay",
    request: get10Kept,
    head: sized,
    body: ["hello"],
    want: "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
    persists: true,
  },
  {
    name: "threat 68: HTTP/1.0 gets no chunks, and trailers nowhere",
    request: get10Kept,
    head: stream,
    body: ["he", "llo"],
    trailers,
    want: "Connection: close\r\n\r\nhello",
    persists: false,
  },
  {
    name: "HEAD tells the length",
    request: head11,
    head: { body: "none", contentLength: 5 },
    want: "Content-Length: 5\r\n\r\n",
    persists: true,
  },
  {
    name: "HEAD of what has a body",
    request: head11,
    head: sized,
    want: "Content-Length: 5\r\n\r\n",
    persists: true,
  },
  {
    name: "HEAD of an unknown length",
    request: head11,
    head: stream,
    want: "\r\n",
    persists: true,
  },
  {
    name: "304 tells the length of what it does not send",
    request: get(),
    head: { status: 304, contentLength: 5 },
    want: "Content-Length: 5\r\n\r\n",
    persists: true,
  },
  { name: "304 without one", request: get(), head: { status: 304 }, want: "\r\n", persists: true },
  {
    name: "204 has no length, not even 0",
    request: get(),
    head: { status: 204, contentLength: 0 },
    want: "\r\n",
    persists: true,
  },
];

for (const row of cases) {
  const { name, request: wire, head, body = [], trailers: last, want, persists } = row;
  const title = name.startsWith("threat") ? name : `server machine: ${name}`;
  void test(title, () => {
    const machine = receive(wire);
    machine.sendHead(aResponse(head));
    for (const piece of body) assert.equal(machine.writer.piece(Buffer.from(piece)), true);
    machine.sendEnd(last);
    const status = `HTTP/1.1 ${head.status ?? 200} OK\r\n`;
    assert.equal(machine.writer.takeText(), status + want);
    assert.equal(machine.persists, persists);
  });
}

/** A machine that has read one request to its end. */
function receive(wire: string): ServerMachine {
  const machine = new ServerMachine(clientLimits);
  machine.reader.receive(Buffer.from(wire, "latin1"));
  for (let event = machine.next(); event !== readEvent.need; event = machine.next());
  return machine;
}

function answer(machine: ServerMachine): void {
  machine.sendHead(aResponse());
  machine.sendEnd(undefined);
}

void test("server machine: interim heads go to HTTP/1.1", () => {
  const machine = receive(get());
  machine.sendHead(aResponse({ status: 103, reason: "Early Hints", fields }));
  assert.equal(machine.hasSentHead, false);
  answer(machine);
  const interim = "HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n";
  assert.equal(machine.writer.takeText(), `${interim}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`);
});

void test("threat 68: HTTP/1.0 gets no interim heads", () => {
  const machine = receive(get10);
  machine.sendHead(aResponse({ status: 100, reason: "Continue" }));
  assert.equal(machine.writer.textLength, 0);
});

void test("server machine: an answer to what was no request closes", () => {
  const machine = new ServerMachine(clientLimits);
  machine.sendHead(aResponse({ status: 400, reason: "Bad Request" }));
  machine.sendEnd(undefined);
  const want = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  assert.equal(machine.writer.takeText(), want);
  assert.equal(machine.persists, false);
});

void test("server machine: told to close, it says so", () => {
  const machine = receive(get());
  machine.closeAfterThis();
  answer(machine);
  assert.match(machine.writer.takeText(), /\r\nConnection: close\r\n/);
  assert.equal(machine.persists, false);
});

void test("threat 50: a final status instead of 100 closes, since the body may come or not", () => {
  const machine = receive(post("Content-Length: 5", "Expect: 100-continue"));
  answer(machine);
  assert.match(machine.writer.takeText(), /\r\nConnection: close\r\n/);
});

void test("threat 50: behind a 100 the connection stays", () => {
  const machine = receive(post("Content-Length: 5", "Expect: 100-continue"));
  machine.sendHead(aResponse({ status: 100, reason: "Continue" }));
  answer(machine);
  assert.doesNotMatch(machine.writer.takeText(), /Connection/);
});

void test("threat 32: what is pipelined waits for the answer before it", () => {
  const machine = receive(get() + request("GET /2 HTTP/1.1", "Host: b"));
  assert.equal(machine.head.target, "/");
  assert.equal(machine.next(), readEvent.need);
  answer(machine);
  machine.restart();
  assert.equal(machine.next(), readEvent.head);
  assert.equal(machine.head.target, "/2");
});

void test("threat 134: bytes behind an upgrade belong to the tunnel after 101, or to HTTP", () => {
  const wire = get("Connection: upgrade", "Upgrade: websocket");
  const tunnel = receive(`${wire}raw bytes`);
  assert.equal(tunnel.reader.pendingBytes, 9);
  tunnel.sendHead(aResponse({ status: 101, reason: "Switching Protocols", upgrade: "websocket" }));
  const head =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  assert.equal(tunnel.writer.takeText(), head);
  assert.equal(tunnel.next(), readEvent.piece);
  assert.equal(tunnel.reader.piece.toString(), "raw bytes");
  assert.deepEqual([tunnel.isTunnel, tunnel.persists, tunnel.endsWithClose], [true, false, true]);
  tunnel.writer.piece(Buffer.from("back"));
  assert.equal(tunnel.writer.takeText(), "back");

  const refused = receive(wire + get());
  answer(refused);
  refused.restart();
  assert.equal(refused.next(), readEvent.head);
});

void test("threat 60: a client cannot say that its connection is https", () => {
  for (const target of ["https://a.example/", "HTTPS://a.example", "http://a.example/"]) {
    assert.equal(receive(request(`GET ${target} HTTP/1.1`, "Host: a.example")).head.scheme, "http");
  }
});

void test("server machine: only a body that ends with the connection is cut by a reset", () => {
  const chunked = receive(get());
  chunked.sendHead(aResponse(stream));
  assert.equal(chunked.endsWithClose, false);
  const old = receive(get10);
  old.sendHead(aResponse(stream));
  assert.equal(old.endsWithClose, true);
  old.sendEnd(undefined);
  assert.equal(old.endsWithClose, false);
});

const mistakes: readonly (readonly [string, (machine: ServerMachine) => void])[] = [
  ["two final heads", (machine) => [machine.sendHead(aResponse()), machine.sendHead(aResponse())]],
  ["an end before its head", (machine) => machine.sendEnd(undefined)],
  ["two ends", (machine) => [answer(machine), machine.sendEnd(undefined)]],
  ["the next request before the answer", (machine) => machine.restart()],
  ["a 101 that nobody asked for", (machine) => machine.sendHead(aResponse({ status: 101 }))],
  [
    "a sized body that is short",
    (machine) => [machine.sendHead(aResponse(sized)), machine.sendEnd(undefined)],
  ],
  [
    "a sized body that is long",
    (machine) => [machine.sendHead(aResponse(sized)), machine.writer.piece(Buffer.alloc(6))],
  ],
  [
    "a body where there is none",
    (machine) => [machine.sendHead(aResponse()), machine.writer.piece(Buffer.alloc(1))],
  ],
];

for (const [name, mistake] of mistakes) {
  void test(`server machine: ${name} is our mistake`, () => {
    assert.throws(() => mistake(receive(get())), AssertionFailed);
  });
}

void test("server machine: a head before its event is our mistake", () => {
  assert.throws(() => new ServerMachine(clientLimits).head, AssertionFailed);
});

void test("server machine: no next request behind one that closes", () => {
  const machine = receive(get("Connection: close"));
  answer(machine);
  assert.throws(() => machine.restart(), AssertionFailed);
});
