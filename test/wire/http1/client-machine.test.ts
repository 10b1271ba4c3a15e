/** The client's side of a connection: what is sent, when it may serve again, upgrades. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AssertionFailed } from "../../../src/base/assert.ts";
import { Failure } from "../../../src/base/failure.ts";
import { Fields } from "../../../src/http/fields.ts";
import { ClientMachine } from "../../../src/wire/http1/client-machine.ts";
import { readEvent } from "../../../src/wire/http1/message-reader.ts";
import { checkResponses, ok, request, type WireCase } from "./cases.ts";
import { aRequest } from "./heads.ts";
import { readResponse, type Drive } from "./transcript.ts";

const switching = (...lines: readonly string[]): string =>
  request("HTTP/1.1 101 Switching Protocols", "Connection: upgrade", ...lines);
const bad = "bad-response";

const asking: Drive = (pieces) => readResponse(pieces, aRequest({ upgrade: "websocket" }));

const unasked: readonly WireCase[] = [
  {
    threat: 82,
    name: "101 that nobody asked for",
    wire: switching("Upgrade: websocket"),
    want: bad,
  },
  { threat: 82, name: "101 without Upgrade", wire: switching(), want: bad },
  {
    threat: 82,
    name: "101 behind a 100",
    wire: request("HTTP/1.1 100 Continue") + switching("Upgrade: websocket"),
    want: ['100 "Continue" HTTP/1.1 none', `failure ${bad}`],
  },
];

const asked: readonly WireCase[] = [
  {
    threat: 82,
    name: "101 to what was asked for: then every byte belongs to the tunnel",
    wire: `${switching("Upgrade: WebSocket", "Content-Length: 5")}HTTP/1.1 200 OK\r\n\r\n`,
    want: [
      '101 "Switching Protocols" HTTP/1.1 none upgrade=websocket',
      'body "HTTP/1.1 200 OK\\r\\n\\r\\n"',
      "end",
    ],
  },
  { threat: 82, name: "101 to something else", wire: switching("Upgrade: h2c"), want: bad },
  { threat: 82, name: "101 to nothing", wire: switching(), want: bad },
  {
    threat: 82,
    name: "101 to two protocols",
    wire: switching("Upgrade: h2c", "Upgrade: websocket"),
    want: bad,
  },
  {
    threat: 135,
    name: "a refusal is an answer like any other",
    wire: request("HTTP/1.1 426 Upgrade Required", "Content-Length: 0"),
    want: ['426 "Upgrade Required" HTTP/1.1 none:0', "end", "reusable"],
  },
];

checkResponses(unasked);
checkResponses(asked, asking);

function receive(machine: ClientMachine, wire: string): number[] {
  machine.reader.receive(Buffer.from(wire, "latin1"));
  const events: number[] = [];
  for (let event = machine.next(); event !== readEvent.need; event = machine.next()) {
    events.push(event);
  }
  return events;
}

void test("threat 80: bytes before any request are no response", () => {
  const machine = new ClientMachine();
  assert.throws(() => receive(machine, ok("Content-Length: 0")), Failure);
});

void test("threat 80: a connection with bytes left over does not serve again", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest());
  machine.sendEnd(undefined);
  receive(machine, ok("Content-Length: 0"));
  assert.equal(machine.canServeAgain, true);
  receive(machine, ok("Content-Length: 0"));
  assert.equal(machine.canServeAgain, false);
});

void test("threat 82: a 101 before the request is out is refused", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest({ upgrade: "websocket" }));
  assert.throws(() => receive(machine, switching("Upgrade: websocket")), Failure);
});

void test("threat 52: an answer before the request is out leaves no connection", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest({ method: "POST", body: "sized", contentLength: 5 }));
  receive(machine, ok("Content-Length: 0"));
  assert.equal(machine.hasFinalHead, true);
  assert.equal(machine.canServeAgain, false);
  machine.writer.piece(Buffer.from("hello"));
  machine.sendEnd(undefined);
  assert.equal(machine.canServeAgain, true);
});

void test("client machine: a fresh connection has served nothing yet", () => {
  assert.equal(new ClientMachine().canServeAgain, false);
});

void test("client machine: one exchange after another", () => {
  const machine = new ClientMachine();
  for (let count = 0; count < 3; count++) {
    machine.sendHead(aRequest({ target: `/${count}` }));
    assert.equal(machine.canServeAgain, false);
    machine.sendEnd(undefined);
    assert.equal(machine.writer.takeText(), `GET /${count} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    const { head, piece, end } = readEvent;
    assert.deepEqual(receive(machine, `${ok("Content-Length: 2")}hi`), [head, piece, end]);
    assert.equal(machine.canServeAgain, true);
  }
});

void test("client machine: interim heads are counted for each request by itself", () => {
  const machine = new ClientMachine();
  for (let count = 0; count < 3; count++) {
    machine.sendHead(aRequest());
    machine.sendEnd(undefined);
    receive(machine, request("HTTP/1.1 103 Early Hints").repeat(20) + ok("Content-Length: 0"));
    assert.equal(machine.canServeAgain, true);
  }
});

void test("client machine: the method of the request decides, not that of the one before", () => {
  const machine = new ClientMachine();
  for (const [method, body] of [
    ["HEAD", ""],
    ["GET", "hello"],
    ["HEAD", ""],
  ] as const) {
    machine.sendHead(aRequest({ method }));
    machine.sendEnd(undefined);
    receive(machine, ok("Content-Length: 5") + body);
    assert.equal(machine.canServeAgain, true, method);
  }
});

void test("client machine: a tunnel sends pieces as they are, and never serves again", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest({ upgrade: "websocket" }));
  machine.sendEnd(undefined);
  machine.writer.takeText();
  receive(machine, switching("Upgrade: websocket"));
  machine.writer.piece(Buffer.from("raw"));
  assert.equal(machine.writer.takeText(), "raw");
  machine.sendEnd(undefined);
  assert.equal(machine.writer.takeText(), "");
  assert.equal(machine.canServeAgain, false);
});

void test("client machine: a request ends once", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest());
  machine.sendEnd(undefined);
  assert.throws(() => machine.sendEnd(undefined), AssertionFailed);
});

void test("client machine: a head before its event is our mistake", () => {
  assert.throws(() => new ClientMachine().head, AssertionFailed);
});

void test("client machine: trailers of a chunked request", () => {
  const machine = new ClientMachine();
  machine.sendHead(aRequest({ method: "POST", body: "stream" }));
  machine.writer.piece(Buffer.from("hi"));
  machine.sendEnd(Fields.of([["Digest", "d"]]));
  const head = "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n";
  assert.equal(machine.writer.takeText(), `${head}2\r\nhi\r\n0\r\nDigest: d\r\n\r\n`);
});
