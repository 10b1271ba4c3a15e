/**
 * Rows of hostile requests: the bytes go through a real door to an upstream that records what it
 * gets, once in one piece and once byte by byte, and both sides are looked at.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startProxy, type Proxy } from "../support/proxy.ts";
import { plainText, startRecorder, type Recorder } from "../support/recorder.ts";
import { connectClient } from "../support/scripted-client.ts";
import { show } from "../support/wire-end.ts";
import { thenAlways } from "../support/within.ts";

export interface ThreatRow {
  readonly threat: number;
  readonly name: string;
  /** One character a byte. */
  readonly bytes: string;
  /** The statuses of all answers, in order; one that is 400 or more closes the connection. */
  readonly answers: readonly number[];
  /** All that the upstream gets, without what every request gets from the proxy; [] by default. */
  readonly upstream?: readonly string[];
  /** The upstream gets the beginning of a request that never becomes whole. */
  readonly isCutShort?: boolean;
  /** By default everything goes to the recorder. */
  readonly config?: (to: string) => unknown;
  /** Too long to be sent byte by byte. */
  readonly isLong?: boolean;
}

const statusPattern = /HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g;

export function testThreats(rows: readonly ThreatRow[]): void {
  for (const row of rows) {
    void test(`threat ${row.threat}: ${row.name}`, async () => {
      await tryRow(row, row.bytes.length);
      await tryRow(row, row.isLong === true ? 4_093 : 1);
    });
  }
}

async function tryRow(row: ThreatRow, pieceBytes: number): Promise<void> {
  const recorder = await startRecorder();
  const config = row.config?.(recorder.address) ?? { sites: { "*": recorder.address } };
  const proxy = await startProxy({ config });
  await thenAlways(
    () => speak(row, pieceBytes, { recorder, proxy }),
    async () => {
      await recorder.close();
      await proxy.close();
    },
  );
}

interface House {
  readonly recorder: Recorder;
  readonly proxy: Proxy;
}

async function speak(row: ThreatRow, pieceBytes: number, house: House): Promise<void> {
  const { recorder, proxy } = house;
  const client = await connectClient(proxy.port);
  try {
    await client.sayPieces(row.bytes, pieceBytes);
    for (const status of row.answers) await client.expect(`HTTP/1.1 ${status} `);
    const last = row.answers.at(-1) ?? 0;
    // A refusal ends the connection by itself; after anything else it must wait for more.
    if (last < 400 && last !== 0) client.end();
    await client.expectEnd();
    const statuses = [...client.received.matchAll(statusPattern)].map((found) => Number(found[1]));
    assert.deepEqual(statuses, row.answers, show(client.received));
    await proxy.settled();
  } finally {
    client.close();
  }
  const { requests, upstream } = recorder;
  assert.deepEqual(requests.map(plainText), row.upstream ?? [], "what the upstream got");
  const rest = upstream.received.slice(requests.map(({ raw }) => raw).join("").length);
  if (row.isCutShort === true) assert.notEqual(rest, "", "the upstream gets a part of it");
  else assert.equal(rest, "", "the upstream gets no part of a request");
}

/** A head of a GET with these lines. */
export const get = (lines = "", target = "/"): string =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;

/** A head of a POST with these lines. */
export const post = (lines: string, body = ""): string =>
  `POST / HTTP/1.1\r\nHost: x\r\n${lines}\r\n${body}`;
