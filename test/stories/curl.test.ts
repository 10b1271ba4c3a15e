/**
 * curl as a client: what it can be asked to do differently from a browser, and how it sees the
 * answer. Foregate runs as its own program, before the demo and before an upstream that records.
 */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { startRecorder, valueOf, type Recorder } from "../support/recorder.ts";
import { curl } from "./command.ts";
import { startDemoSite } from "./demo-site.ts";
import { everythingTo, startForegate } from "./foregate-program.ts";
import { listening } from "./listening.ts";

async function beforeRecorder(
  t: TestContext,
  answer?: () => string,
): Promise<{ recorder: Recorder; url: string }> {
  const recorder = await startRecorder(answer);
  t.after(() => recorder.close());
  const { url } = await startForegate(t, everythingTo(recorder.upstream.port));
  return { recorder, url };
}

void test("story: curl --http1.0 gets an answer that 1.0 can read, and is left", async (t) => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const { recorder, url } = await beforeRecorder(t, () => chunked);
  const { code, out } = await curl("--include", "--http1.0", `${url}/old`);
  assert.equal(code, 0);
  assert.match(out, /^HTTP\/1\.[01] 200 OK\r\n/);
  assert.doesNotMatch(out, /transfer-encoding/i);
  assert.match(out, /\r\n\r\nhello$/);
  assert.equal(recorder.last.line, "GET /old HTTP/1.1");
});

void test("story: curl --http1.0 keeps a connection alive when it asks to", async (t) => {
  const { recorder, url } = await beforeRecorder(t);
  const keep = ["--http1.0", "--header", "Connection: keep-alive"];
  const { out } = await curl("--verbose", "--stderr", "-", ...keep, `${url}/1`, `${url}/2`);
  assert.equal(recorder.requests.length, 2);
  assert.match(out, /Re-using existing connection/);
});

void test("story: curl -T waits for 100 Continue, and the upload arrives whole", async (t) => {
  const { url } = await startDemoSite(t);
  const folder = mkdtempSync(join(tmpdir(), "foregate-story-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "upload.bin");
  const bytes = randomBytes(3_000_001);
  writeFileSync(file, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");

  for (const framing of [[], ["--header", "Transfer-Encoding: chunked"]]) {
    // Without an answer it would go on by itself only after a minute.
    const wait = ["--expect100-timeout", "60", "--header", "Expect: 100-continue"];
    const words = ["--verbose", "--stderr", "-", ...wait, ...framing, "-T", file];
    const { code, out } = await curl(...words, `${url}/upload`);
    assert.equal(code, 0, out);
    assert.match(out, /< HTTP\/1\.1 100 Continue/);
    assert.match(out, new RegExp(`"bytes": 3000001,[^}]*"sha256": "${sha256}"`));
  }
});

void test("story: curl --raw sees chunks and the trailers behind them", async (t) => {
  const { port } = await listening(
    t,
    createServer((_, response) => {
      response.setHeader("Trailer", "X-Sum");
      response.write("one");
      response.addTrailers({ "X-Sum": "42" });
      response.end("two");
    }),
  );
  const { url } = await startForegate(t, everythingTo(port));
  const { code, out } = await curl("--raw", "--header", "TE: trailers", `${url}/`);
  assert.equal(code, 0);
  // Two chunks may become one on the way (RFC 9112 §7.1), the trailers stay where they are.
  assert.match(out, /^[36]\r\none(?:\r\n3\r\n)?two\r\n0\r\nX-Sum: 42\r\n\r\n$/);
});

void test("story: curl --head gets the head of what GET would get, and nothing more", async (t) => {
  const { url } = await startDemoSite(t);
  const { code, out } = await curl("--head", `${url}/large?bytes=1000000000000`, `${url}/healthz`);
  assert.equal(code, 0);
  assert.match(out, /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 1000000000000\r\n/i);
  assert.match(out, /content-length: 3\r\n/i);
  assert.match(out, /\r\n\r\n$/);
});

void test("story: curl --range is passed on, and so is what it gets", async (t) => {
  const part =
    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\ncde";
  const { recorder, url } = await beforeRecorder(t, () => part);
  const { out } = await curl("--include", "--range", "2-4", `${url}/file`);
  assert.equal(valueOf(recorder.last.fields, "range"), "bytes=2-4");
  assert.match(out, /^HTTP\/1\.1 206 Partial Content\r\n/);
  assert.match(out, /content-range: bytes 2-4\/10\r\n/i);
  assert.match(out, /\r\n\r\ncde$/);
});

const targets: readonly string[] = [
  "/a/../b",
  "/a/./b//c/",
  "/%2e%2e/%2F%00?",
  "/a;b=c/d,e?x=[1]&y={2}|^`&x=%zz",
  "/?a=1?b=2&&;",
];

void test("story: what curl --path-as-is asks for arrives byte by byte", async (t) => {
  const { recorder, url } = await beforeRecorder(t);
  for (const target of targets) {
    const { code, out } = await curl("--path-as-is", "--globoff", `${url}${target}`);
    assert.deepEqual({ code, out }, { code: 0, out: "ok" });
    assert.equal(recorder.last.line, `GET ${target} HTTP/1.1`);
  }
});
