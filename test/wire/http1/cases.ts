/**
 * Tables of wires and of what is made of them; every row is run at every split. A row that gives
 * one word wants that failure and nothing before it.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { FailureCode } from "../../../src/base/failure.ts";
import {
  readRequests,
  readResponse,
  sameAtEverySplit,
  type Drive,
  type Transcript,
} from "./transcript.ts";

export interface WireCase {
  /** The id in the list of threats that the row stands for. */
  readonly threat?: number;
  readonly name: string;
  readonly wire: string;
  readonly want: FailureCode | Transcript;
}

export function checkRequests(cases: readonly WireCase[], drive: Drive = readOne): void {
  for (const row of cases) check("request", row, drive);
}

export function checkResponses(cases: readonly WireCase[], drive: Drive = readAnswer): void {
  for (const row of cases) check("response", row, drive);
}

/** A request with these field lines behind its Host, each without its CRLF. */
export function get(...lines: readonly string[]): string {
  return request("GET / HTTP/1.1", "Host: a.example", ...lines);
}

export function post(...lines: readonly string[]): string {
  return request("POST / HTTP/1.1", "Host: a.example", ...lines);
}

/** Lines and the empty one. */
export function request(...lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** An answer with these field lines. */
export function ok(...lines: readonly string[]): string {
  return request("HTTP/1.1 200 OK", ...lines);
}

function check(kind: string, { threat, name, wire, want }: WireCase, drive: Drive): void {
  const title = threat === undefined ? `${kind}: ${name}` : `threat ${threat}: ${kind}: ${name}`;
  void test(title, () => {
    const found = sameAtEverySplit(wire, drive);
    assert.deepEqual(found, typeof want === "string" ? [`failure ${want}`] : want);
  });
}

// Drives have optional parameters of their own, which a table does not fill.
const readOne: Drive = (pieces) => readRequests(pieces);
const readAnswer: Drive = (pieces) => readResponse(pieces);
