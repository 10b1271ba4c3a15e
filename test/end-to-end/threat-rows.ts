/**
 * Rows of hostile requests: the bytes go through a real door to an upstream that records what it
 * gets, once in one piece and once byte by byte, and both sides are looked at.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { plainText } from "../support/recorder.ts";
import { show, type WireEnd } from "../support/wire-end.ts";

export interface ThreatRow {
  readonly threat: number;
  readonly name: string;
  /** One character a byte. */
  readonly bytes: string;
  /** The statuses of all answers, in order; one that is 400 or more closes the connection. */
  readonly answers: readonly number[];
  /** All that the upstream gets, without what every request gets from the proxy; [] by default. */
  readonly upstream?: readonly string[];
  /** The upstream may get the beginning of a request that never becomes whole. */
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
  await recorded({ config: row.config }, async ({ recorder, proxy, client }) => {
    await client.sayPieces(row.bytes, pieceBytes);
    await expectAnswers(row.answers, client);
    await proxy.settled();
    const { requests, upstream } = recorder;
    assert.deepEqual(requests.map(plainText), row.upstream ?? [], "what the upstream got");
    const rest = upstream.received.slice(requests.map(({ raw }) => raw).join("").length);
    // A part that never becomes whole is what the recorder does not count among its requests.
    if (row.isCutShort !== true) assert.equal(rest, "", "the upstream gets no part of a request");
  });
}

async function expectAnswers(answers: readonly number[], client: WireEnd): Promise<void> {
  for (const status of answers) await client.expect(`HTTP/1.1 ${status} `);
  const last = answers.at(-1) ?? 0;
  // A refusal ends the connection by itself; after anything else it waits for more.
  if (last < 400) client.end();
  await client.expectEnd();
  const statuses = [...client.received.matchAll(statusPattern)].map((found) => Number(found[1]));
  assert.deepEqual(statuses, answers, show(client.received));
}

/** A head of a GET with these lines. */
export const get = (lines = "", target = "/"): string =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;

/** A head of a POST with these lines. */
export const post = (lines: string, body = ""): string =>
  `POST / HTTP/1.1\r\nHost: x\r\n${lines}\r\n${body}`;
