/**
 * Chunked bodies as one chunk: how many a message has depends on how many reads its bytes came in,
 * which is nobody's business.
 */

import assert from "node:assert/strict";

/** All data in one chunk, then the last one; a body that is cut short stays so. */
export function inOneChunk(body: string): string {
  let data = "";
  for (let at = 0; ;) {
    const lineEnd = body.indexOf("\r\n", at);
    if (lineEnd < 0) return chunkOf(data);
    const size = body.slice(at, lineEnd);
    assert.match(size, /^[0-9a-f]+$/, "a chunk's size is all that its line says");
    const bytes = Number.parseInt(size, 16);
    const start = lineEnd + 2;
    if (bytes === 0) return `${chunkOf(data)}${data === "" ? "" : "\r\n"}0\r\n${body.slice(start)}`;
    data += body.slice(start, start + bytes);
    at = start + bytes + 2;
  }
}

function chunkOf(data: string): string {
  return data === "" ? "" : `${data.length.toString(16)}\r\n${data}`;
}
