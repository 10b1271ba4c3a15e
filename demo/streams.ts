/**
 * The demo's answers that take their time: events, the slow page, bodies of any size both ways.
 *
 * None of them holds more than a few pieces, and each of them ends when its client goes away.
 */

import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { frame } from "./frame.ts";
import { html } from "./html.ts";
import { numberFromQuery, sendJson, type Visit } from "./visit.ts";

/** One event a second, or as `?ms=` says. A client that comes back goes on counting. */
export function clockEvents(visit: Visit): void {
  const { request, response } = visit;
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  let count = Number(/^\d{1,9}$/.exec(String(request.headers["last-event-id"]))?.[0] ?? 0);
  const tell = (): void => {
    count += 1;
    const data = JSON.stringify({ count, time: new Date().toISOString() });
    response.write(`id: ${count}\nevent: tick\ndata: ${data}\n\n`);
  };
  const everyMs = Math.max(numberFromQuery(visit, "ms", { fallback: 1000, max: 600_000 }), 10);
  response.write("retry: 1000\n\n");
  tell();
  const timer = setInterval(tell, everyMs);
  response.once("close", () => clearInterval(timer));
}

/** An arch: first two pillars, then the stones of the curve from both sides, the keystone last. */
const stones: readonly string[] = [
  ...[0, 1, 2].map((row) => pillarStone(40, row)),
  ...[0, 1, 2].map((row) => pillarStone(300, row)),
  ...[0, 6, 1, 5, 2, 4, 3].map(curveStone),
];

export async function slowPage(visit: Visit): Promise<void> {
  const { request, response } = visit;
  const totalMs = numberFromQuery(visit, "ms", { fallback: 3000, max: 600_000 });
  const lead = `${stones.length} stones in ${totalMs} ms: each one is a piece of the response.`;
  const { top, bottom } = frame(visit, { title: "Slow page", lead });

  // No Content-Length: pieces go out as they are made.
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const open = html`<svg class="arch" viewBox="0 0 400 330" role="img" aria-label="An arch"> `;
  response.write(top.text + open.text);
  for (const [at, path] of stones.entries()) {
    await sleep(totalMs / stones.length);
    if (response.destroyed) return;
    const stone = html`<path class="${at === stones.length - 1 ? "key" : "stone"}" d="${path}" /> `;
    response.write(stone.text);
  }
  const again = html`</svg>\n<p class="note">Standing.
<a href="slow?ms=${totalMs}">Build it again</a>,
or <a href="slow?ms=10000">in ten seconds</a>.</p>\n`;
  response.end(again.text + bottom.text);
}

function pillarStone(x: number, row: number): string {
  return `M${x} ${310 - row * 40}h60v-37h-60z`;
}

/** One of seven wedges of the half circle, counted from the left. */
function curveStone(wedge: number): string {
  const point = (part: number, radius: number): string => {
    const angle = Math.PI * (1 - part / 7);
    const x = 200 + radius * Math.cos(angle);
    const y = 190 - radius * Math.sin(angle);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  // The joints are as wide as those of the pillars: 3 units, less at the inner side.
  const from = wedge + 0.03;
  const to = wedge + 0.97;
  const outer = `M${point(from, 160)}A160 160 0 0 1 ${point(to, 160)}`;
  return `${outer}L${point(to, 100)}A100 100 0 0 0 ${point(from, 100)}z`;
}

const pieceBytes = 64 * 1024;

/** Far more than anybody waits for, and exact as a double. */
const largeBytesMax = 2 ** 40;

/** N bytes that are the same for everyone, so that whoever loads them can check them. */
export async function largeFile(visit: Visit): Promise<void> {
  const { request, response } = visit;
  const bytes = numberFromQuery(visit, "bytes", { fallback: 1_000_000, max: largeBytesMax });
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": bytes,
    "Content-Disposition": `attachment; filename="${bytes}.bin"`,
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(Readable.from(largePieces(bytes), { objectMode: false }), response);
}

/**
 * Each piece is the same noise with its number written over the first eight bytes: two pieces
 * swapped, lost or doubled change the hash. A piece is a new buffer, for the socket keeps it.
 */
export function* largePieces(bytes: number): Generator<Buffer> {
  const noise = noiseBytes();
  for (let at = 0; at < bytes; at += pieceBytes) {
    const piece = Buffer.from(noise);
    piece.writeBigUInt64BE(BigInt(at / pieceBytes));
    yield piece.subarray(0, Math.min(pieceBytes, bytes - at));
  }
}

/** Marsaglia's xorshift32: noise that no encoder makes smaller, without a table. */
function noiseBytes(): Buffer {
  const noise = Buffer.alloc(pieceBytes);
  let state = 0x9e3779b9;
  for (let at = 0; at < pieceBytes; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    noise.writeInt32LE(state | 0, at);
  }
  return noise;
}

/** Counts and hashes a body of any size as it comes. */
export async function takeUpload(visit: Visit): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  let pieces = 0;
  for await (const piece of visit.request as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
    pieces += 1;
  }
  sendJson(visit, { bytes, pieces, sha256: hash.digest("hex") });
}
