/**
 * A gigabyte down and a gigabyte up: every byte arrives, and Foregate holds few of them.
 * The demo upstream makes and checks the bytes; both sides run in this process, Foregate does not.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { get, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { json } from "node:stream/consumers";
import { before, test, type TestContext } from "node:test";

import { largePieces } from "../../demo/streams.ts";
import { startDemoSite } from "./demo-site.ts";
import type { ForegateProgram } from "./foregate-program.ts";

const bytesCount = 1_000_000_000;

/**
 * Node with the code of Foregate, before the first request, is the half of it; bytes that wait for
 * a client may take an eighth of the budget, 32 MiB of 256, and free blocks as much again.
 */
const residentBytesMax = 320 * 1024 * 1024;

let wanted = "";

before(() => {
  const hash = createHash("sha256");
  for (const piece of largePieces(bytesCount)) hash.update(piece);
  wanted = hash.digest("hex");
});

void test("story: a gigabyte is downloaded whole, in bounded memory", async (t) => {
  const { url, foregate } = await startDemoSite(t);
  const asked = get(`${url}/large?bytes=${bytesCount}`, { agent: false });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  assert.equal(response.headers["content-length"], String(bytesCount));
  const hash = createHash("sha256");
  await pipeline(response, hash);
  assert.equal(hash.digest("hex"), wanted);
  checkMemory(t, foregate);
});

void test("story: a gigabyte is uploaded whole, in bounded memory", async (t) => {
  const { url, foregate } = await startDemoSite(t);
  const headers = { "content-length": bytesCount };
  const sent = request(`${url}/upload`, { agent: false, method: "PUT", headers });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(largePieces(bytesCount), { objectMode: false }), sent);
  const [response] = await answered;
  const { bytes, sha256 } = (await json(response)) as { bytes: number; sha256: string };
  assert.deepEqual({ bytes, sha256 }, { bytes: bytesCount, sha256: wanted });
  checkMemory(t, foregate);
});

function checkMemory(t: TestContext, { residentBytesPeak }: ForegateProgram): void {
  if (residentBytesPeak === undefined) {
    t.diagnostic("memory is not looked at: this machine has no /proc");
    return;
  }
  t.diagnostic(`at most ${Math.round(residentBytesPeak / 1e6)} MB resident`);
  const peak = `${residentBytesPeak} bytes resident`;
  assert.ok(residentBytesPeak > 0 && residentBytesPeak < residentBytesMax, peak);
}
