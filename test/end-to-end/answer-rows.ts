/**
 * Rows of answers, good and bad: an upstream says the bytes, once in one piece and once byte by
 * byte; what the client gets is looked at, and whether the connection is used again. After that a
 * second exchange must go as if nothing had been.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { inOneChunk } from "../support/chunks.ts";
import { startProxy, type Proxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startScriptedUpstream, type ScriptedUpstream } from "../support/scripted-upstream.ts";
import { show, type WireEnd } from "../support/wire-end.ts";
import { thenAlways } from "../support/within.ts";

export interface AnswerRow {
  readonly threat: number;
  readonly name: string;
  /** GET by default. */
  readonly method?: string;
  /** Lines of the request; HTTP/1.1 and Host by themselves. */
  readonly lines?: string;
  readonly version?: "1.0" | "1.1";
  /** What the upstream says, and what it does then; it stays by default. */
  readonly says: string;
  readonly leaves?: "end" | "cut";
  /** A status; or all that the client gets, without Via and Date. */
  readonly client: number | string;
  /** What the client gets is cut short, visibly; `client` says how far it came. */
  readonly isCut?: boolean;
  /** The upstream's connection serves the second exchange as well; by default it is closed. */
  readonly isReused?: boolean;
  /** The client's connection ends in order with the answer. */
  readonly endsClient?: boolean;
  /** Too long to be said byte by byte. */
  readonly isLong?: boolean;
}

const second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond";

export function testAnswers(rows: readonly AnswerRow[]): void {
  for (const row of rows) {
    void test(`threat ${row.threat}: ${row.name}`, async () => {
      await tryRow(row, row.says.length);
      await tryRow(row, row.isLong === true ? 4_093 : 1);
    });
  }
}

async function tryRow(row: AnswerRow, pieceBytes: number): Promise<void> {
  const upstream = await startScriptedUpstream();
  const proxy = await startProxy({ to: upstream.address });
  const client = await connectClient(proxy.port);
  await thenAlways(
    async () => {
      await firstExchange(row, { upstream, client, pieceBytes });
      await secondExchange(row, { upstream, client, proxy });
    },
    async () => {
      client.close();
      await upstream.close();
      await proxy.close();
    },
  );
}

interface First {
  readonly upstream: ScriptedUpstream;
  readonly client: WireEnd;
  readonly pieceBytes: number;
}

async function firstExchange(
  row: AnswerRow,
  { upstream, client, pieceBytes }: First,
): Promise<void> {
  const { method = "GET", version = "1.1", lines = "" } = row;
  client.say(`${method} / HTTP/${version}\r\nHost: x\r\n${lines}\r\n`);
  const connection = await upstream.nextConnection();
  await connection.expect("\r\n\r\n");
  await connection.sayPieces(row.says, Math.max(1, pieceBytes));
  if (row.leaves === "end") connection.end();
  else if (row.leaves === "cut") connection.cut();
  await expectAnswer(row, client);
  if (row.isReused !== true && row.leaves !== "cut") await connection.expectGone();
}

async function expectAnswer(row: AnswerRow, client: WireEnd): Promise<void> {
  const { client: wanted } = row;
  if (typeof wanted === "number") {
    await client.expect(`HTTP/1.1 ${wanted} `);
    await client.expect("}\n");
    return;
  }
  const isOver = row.isCut === true || row.endsClient === true;
  if (isOver) await client.expectGone();
  await plainEquals(wanted, client);
  if (row.isCut === true) {
    assert.doesNotMatch(client.received, /\r\n0\r\n\r\n$/, "a cut answer has no last chunk");
  }
}

/** Waits for the text, for lines that the proxy adds make what comes longer than it. */
async function plainEquals(wanted: string, client: WireEnd): Promise<void> {
  while (plainAnswer(client.received).length < wanted.length && !client.isEnded) {
    await client.expectBytes(client.rest.length + 1);
  }
  assert.equal(plainAnswer(client.received), wanted, show(client.received));
}

const chunkedHead = /^[^]*\r\nTransfer-Encoding: chunked\r\n(?:[^\r]+\r\n)*\r\n/;

/** Without the fields that every answer gets from the proxy, and with all chunks in one. */
export function plainAnswer(text: string): string {
  const plain = text.replaceAll(/^(?:Via|Date): [^\r]*\r\n/gm, "");
  const head = chunkedHead.exec(plain)?.[0];
  return head === undefined ? plain : head + inOneChunk(plain.slice(head.length));
}

interface Second {
  readonly upstream: ScriptedUpstream;
  readonly client: WireEnd;
  readonly proxy: Proxy;
}

async function secondExchange(row: AnswerRow, { upstream, client, proxy }: Second): Promise<void> {
  const isOver = row.isCut === true || row.endsClient === true;
  const other = isOver ? await connectClient(proxy.port, "second client") : client;
  other.say("GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const first = upstream.connections[0];
  const connection = row.isReused === true && first ? first : await upstream.nextConnection();
  await connection.expect("GET /second ");
  connection.say(second);
  await other.expect("\r\n\r\nsecond");
  assert.equal(upstream.connections.length, row.isReused === true ? 1 : 2, "connections made");
  if (other !== client) other.close();
}
