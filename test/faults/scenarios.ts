/**
 * What is said while something goes wrong: conversations of a client, the proxy and one or
 * two upstreams. Without a fault each ends with all answers whole.
 */

import { createHash } from "node:crypto";

import type { RawMessage } from "./raw-message.ts";
import type { ToyClient, Wanted } from "./toy-client.ts";
import type { ServerScript, ToyServerConnection } from "./toy-server.ts";

export interface Scenario {
  readonly name: string;
  /** How many upstreams the pool has; they have the same script. */
  readonly upstreamCount?: number;
  readonly server: ServerScript;
  /** Says what the client says, and says no more once `isUsable` is false. */
  client(client: ToyClient): Promise<void>;
  /** Bodies of requests are collected before an upstream is asked. */
  readonly collects?: boolean;
  /** A FIN of an upstream in place of bytes may look like the end: nothing in the bytes tells. */
  readonly endsByClose?: boolean;
}

const longText = "The quick brown fox jumps over the lazy dog. ";
/** Longer than what sockets and queues take at once. */
const longBody = Buffer.from(longText.repeat(4_000));
const shortBody = Buffer.from("short and whole");
/** What the body would do if it were taken for a request. */
const evilBody = Buffer.from("GET /evil HTTP/1.1\r\nHost: evil\r\n\r\n".repeat(600));

const longAnswer: Wanted = { status: 200, body: longBody };
const shortAnswer: Wanted = { status: 200, body: shortBody };

const host = "Host: test\r\n";

const streaming: readonly Scenario[] = [
  {
    name: "GET, sized",
    server: answering((connection) => connection.send(sized(longBody))),
    client: (client) => ask(client, `GET /sized HTTP/1.1\r\n${host}\r\n`, longAnswer),
  },
  {
    name: "GET, chunked in many pieces",
    server: answering((connection) => void connection.sendSlowly(chunkedParts(longBody))),
    client: (client) => ask(client, `GET /chunked HTTP/1.1\r\n${host}\r\n`, longAnswer),
  },
  {
    name: "HEAD",
    server: answering((connection) =>
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
    ),
    client: (client) =>
      ask(client, `HEAD / HTTP/1.1\r\n${host}\r\n`, {
        status: 200,
        body: Buffer.alloc(0),
        method: "HEAD",
      }),
  },
  {
    name: "POST, sized",
    server: answering(sayReceipt),
    client: (client) =>
      ask(client, postHead("/post", longBody.length), receiptOf(longBody), longBody),
  },
  {
    name: "POST, chunked, with Expect",
    server: {
      onHead(_head, connection) {
        connection.send("HTTP/1.1 100 Continue\r\n\r\n");
        return false;
      },
      onRequest: (request, connection) => sayReceipt(connection, request),
    },
    async client(client) {
      client.send(
        `POST /expect HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n` +
          "Expect: 100-continue\r\n\r\n",
      );
      if (await client.hasContinue()) client.send(...chunkedParts(longBody).slice(1));
      await client.answer(receiptOf(longBody));
    },
  },
  {
    name: "PUT, said again when its kept-alive connection dies",
    server: dyingOnReuse("PUT"),
    async client(client) {
      await ask(client, `GET /first HTTP/1.1\r\n${host}\r\n`, shortAnswer);
      if (!client.isUsable) return;
      const body = longBody.subarray(0, 30_000);
      await ask(client, putHead("/again", body.length), receiptOf(body), body);
    },
  },
  {
    name: "two requests pipelined",
    server: answering((connection, { startLine }) =>
      connection.send(startLine.includes("/long") ? sized(longBody) : sized(shortBody)),
    ),
    async client(client) {
      client.send(`GET /long HTTP/1.1\r\n${host}\r\nGET /short HTTP/1.1\r\n${host}\r\n`);
      await client.answer(longAnswer);
      await client.answer(shortAnswer);
    },
  },
  {
    name: "two requests on one connection",
    server: answering((connection, { startLine }) =>
      startLine.startsWith("POST")
        ? sayReceipt(connection, { body: shortBody })
        : connection.send(sized(shortBody)),
    ),
    async client(client) {
      await ask(client, `GET /one HTTP/1.1\r\n${host}\r\n`, shortAnswer);
      if (!client.isUsable) return;
      await ask(client, postHead("/two", shortBody.length), receiptOf(shortBody), shortBody);
    },
  },
  {
    name: "a client of HTTP/1.0, whose answer ends with the connection",
    server: answering((connection) => void connection.sendSlowly(chunkedParts(longBody))),
    client: (client) => ask(client, `GET /old HTTP/1.0\r\n${host}\r\n`, longAnswer),
  },
  {
    name: "an upstream whose answer ends with the connection",
    endsByClose: true,
    server: answering((connection) => {
      connection.send("HTTP/1.0 200 OK\r\n\r\n", longBody);
      connection.end();
    }),
    client: (client) => ask(client, `GET /close HTTP/1.1\r\n${host}\r\n`, longAnswer),
  },
  {
    name: "an upgrade, and an echo through the tunnel",
    endsByClose: true,
    server: {
      onRequest(_request, connection) {
        connection.isTunnel = true;
        connection.send(switching);
      },
      onTunnel: (bytes, connection) => connection.send(bytes),
    },
    async client(client) {
      client.send(`GET /ws HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      const verdict = await client.answer({ status: 101, body: Buffer.alloc(0) });
      if (verdict !== "whole") return;
      client.send(longBody);
      const part = await client.tunnelPart(longBody.length);
      client.end();
      const echo = Buffer.concat([part, await client.tunnelBytes()]);
      if (!longBody.subarray(0, echo.length).equals(echo)) client.violations.push("a wrong echo");
      if (echo.length < longBody.length && client.ending === undefined) {
        client.violations.push("a short echo on a connection that goes on");
      }
    },
  },
  {
    name: "an early answer to a body that would be a request, then another request",
    server: {
      onHead({ startLine }, connection) {
        if (!startLine.startsWith("POST")) return false;
        connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 15\r\n\r\n", shortBody);
        return true;
      },
      onRequest: (_request, connection) => connection.send(sized(shortBody)),
    },
    async client(client) {
      client.send(postHead("/early", evilBody.length), evilBody.subarray(0, 1_000));
      const verdict = await client.answer({ status: 403, body: shortBody });
      if (verdict === "broken") return;
      client.send(evilBody.subarray(1_000));
      if (!client.isUsable) return;
      await ask(client, `GET /after HTTP/1.1\r\n${host}\r\n`, shortAnswer);
    },
  },
  {
    name: "two upstreams, the other one when the first fails",
    upstreamCount: 2,
    server: answering((connection) => connection.send(sized(shortBody))),
    async client(client) {
      for (let count = 0; count < 3 && client.isUsable; count++) {
        await ask(client, `GET /${count} HTTP/1.1\r\n${host}\r\n`, shortAnswer);
      }
    },
  },
];

const collected = new Set(["POST, sized", "POST, chunked, with Expect"]);

const worthCollecting: readonly Scenario[] = [
  ...streaming.filter(({ name }) => collected.has(name) || name.startsWith("PUT, said again")),
  {
    name: "POST to two upstreams",
    upstreamCount: 2,
    server: answering(sayReceipt),
    client: (client) =>
      ask(client, postHead("/post", longBody.length), receiptOf(longBody), longBody),
  },
];

const collecting: readonly Scenario[] = worthCollecting.map((scenario) => ({
  ...scenario,
  name: `${scenario.name}, collected`,
  collects: true,
}));

export const scenarios: readonly Scenario[] = [...streaming, ...collecting];

const switching =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

async function ask(client: ToyClient, head: string, want: Wanted, body?: Buffer): Promise<void> {
  client.send(head);
  if (body !== undefined) client.send(body);
  await client.answer(want);
}

function answering(
  answer: (connection: ToyServerConnection, request: RawMessage) => void,
): ServerScript {
  return { onRequest: (request, connection) => answer(connection, request) };
}

/** Answers `method` only on a connection that is new. */
function dyingOnReuse(method: string): ServerScript {
  return answering((connection, request) => {
    if (!request.startLine.startsWith(method)) connection.send(sized(shortBody));
    else if (connection.servedCount > 0) connection.cut();
    else sayReceipt(connection, request);
  });
}

function postHead(path: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\n${host}Content-Length: ${length}\r\n\r\n`;
}

function putHead(path: string, length: number): string {
  return `PUT ${path} HTTP/1.1\r\n${host}Content-Length: ${length}\r\n\r\n`;
}

function sized(body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** The head, some chunks of different sizes, and the end, apart. */
function chunkedParts(body: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")];
  let bytes = 1;
  for (let at = 0; at < body.length; at += bytes, bytes = Math.min(bytes * 9, 70_000)) {
    const piece = body.subarray(at, at + bytes);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return parts;
}

/** Says what came of the request's body, so that the client sees whether it was whole. */
function sayReceipt(connection: ToyServerConnection, request: { readonly body: Buffer }): void {
  connection.send(sized(receipt(request.body)));
}

function receiptOf(body: Buffer): Wanted {
  return { status: 200, body: receipt(body) };
}

function receipt(body: Buffer): Buffer {
  return Buffer.from(`${body.length} ${createHash("sha1").update(body).digest("hex")}`);
}
