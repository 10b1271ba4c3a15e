/**
 * The demo upstream by itself, without Foregate: each kind of traffic it offers is really there.
 */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, request } from "node:http";
import { after, before, test } from "node:test";
import { crc32, inflateSync } from "node:zlib";

import { WebSocket } from "ws";

import { largePieces } from "../../demo/streams.ts";
import { startDemoUpstream, type DemoUpstream } from "../../demo/upstream.ts";

let upstream: DemoUpstream;

before(async () => {
  upstream = await startDemoUpstream();
});

after(() => upstream.close());

interface Case {
  readonly path: string;
  readonly init?: RequestInit;
  readonly status?: number;
  readonly type?: RegExp;
  readonly want: RegExp;
  readonly never?: RegExp;
}

const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
const json = { accept: "application/json" };
const form = new FormData();
form.set("title", `"><script>`);
form.set("file", new File(["hello"], "a<b.txt", { type: "text/plain" }));

const cases: readonly Case[] = [
  { path: "/", want: /directly<\/strong>, without Foregate/ },
  { path: "/", init: { headers: { via: "1.1 gate" } }, want: /<code>1\.1 gate<\/code>/ },
  { path: "/", init: { headers: { via: "<b>" } }, want: /<code>&lt;b&gt;</, never: /<b></ },
  { path: "/gallery", want: /images\/dusk\.png/ },
  { path: "/clock", want: /assets\/clock\.js/ },
  { path: "/echo", want: /assets\/echo\.js/ },
  { path: "/login", want: /action="login"/ },
  { path: "/slow?ms=26", want: /class="key"[\s\S]*<\/html>/ },
  { path: "/headers", init: { headers: { "x-a": "<i>" } }, want: /&lt;i&gt;/, never: /<i>/ },
  { path: "/headers", init: { headers: json }, type: /json/, want: /"target": "\/headers"/ },
  { path: "/healthz", type: /plain/, want: /^ok\n$/ },
  { path: "/form", want: /multipart\/form-data/, never: /Arrived/ },
  { path: "/form?q=%3Cb%3E", want: /Arrived[\s\S]*&lt;b&gt;/, never: /<b>/ },
  {
    path: "/form",
    init: { method: "POST", headers: urlencoded, body: "name=A%26B&name=%3Cp%20x%3E" },
    want: /A&amp;B[\s\S]*&lt;p x&gt;/,
  },
  {
    path: "/form",
    init: { method: "POST", body: form },
    want: /&quot;&gt;&lt;script&gt;[\s\S]*a&lt;b\.txt[\s\S]*text\/plain, 5 bytes, sha256 2cf24dba/,
  },
  {
    path: "/form",
    init: { method: "POST", headers: { "content-type": "text/plain" }, body: "hello" },
    status: 400,
    want: /is no form/,
  },
  {
    path: "/form",
    init: { method: "POST", headers: urlencoded, body: "a".repeat(9 * 1024 * 1024) },
    status: 413,
    want: /use \/upload/,
  },
  { path: "/account", status: 401, want: /not logged in/ },
  { path: "/no/such/page", status: 404, want: /href="\.\.\/\.\.\/"/ },
  { path: "/assets/../upstream.ts", status: 404, want: /no such page/ },
  { path: "/upload", status: 405, want: /GET/ },
  { path: "/assets/style.css", type: /css/, want: /prefers-color-scheme: dark/ },
  { path: "/assets/pages.css", type: /css/, want: /max-width/ },
  { path: "/assets/clock.js", type: /javascript/, want: /EventSource/ },
  { path: "/assets/echo.js", type: /javascript/, want: /WebSocket/ },
  { path: "/images/mark.svg", type: /svg/, want: /^<svg [\s\S]*<\/svg>\n$/ },
  { path: "/images/tide.svg", type: /svg/, want: /^<svg [\s\S]*<\/svg>\n$/ },
];

for (const { path, init = {}, status = 200, type = /html/, want, never } of cases) {
  void test(`demo: ${init.method ?? "GET"} ${path} answers ${status}, ${want.source}`, async () => {
    const response = await fetch(at(path), init);
    const text = await response.text();
    assert.equal(response.status, status);
    assert.match(response.headers.get("content-type") ?? "", type);
    assert.match(text, want);
    if (never !== undefined) assert.doesNotMatch(text, never);
  });
}

void test("demo: pages ask nothing of the outside", async () => {
  for (const path of ["/", "/gallery", "/form", "/clock", "/echo", "/headers", "/login"]) {
    const text = await (await fetch(at(path))).text();
    assert.doesNotMatch(text, /(?:href|src|action)="(?:\/|https?:)/, path);
  }
});

void test("demo: each picture in the gallery exists, and comes once", async () => {
  const page = await (await fetch(at("/gallery"))).text();
  const names = Array.from(page.matchAll(/src="(images\/[^"]+)"/g), (match) => match[1] ?? "");
  assert.equal(new Set(names).size, 7);
  for (const name of names) {
    const first = await fetch(at(`/${name}`));
    await first.arrayBuffer();
    assert.equal(first.status, 200, name);
    const etag = first.headers.get("etag") ?? "";
    const again = await fetch(at(`/${name}`), { headers: { "if-none-match": etag } });
    assert.equal(again.status, 304, name);
  }
});

void test("demo: a PNG is whole", async () => {
  const bytes = Buffer.from(await (await fetch(at("/images/marble.png"))).arrayBuffer());
  assert.equal(bytes.toString("latin1", 0, 8), "\x89PNG\r\n\x1a\n");
  const found: string[] = [];
  const pixels: Buffer[] = [];
  for (let offset = 8; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    const body = bytes.subarray(offset + 4, offset + 8 + length);
    assert.equal(bytes.readUInt32BE(offset + 8 + length), crc32(body));
    found.push(body.toString("latin1", 0, 4));
    if (found.at(-1) === "IDAT") pixels.push(body.subarray(4));
    offset += length + 12;
  }
  assert.deepEqual(found, ["IHDR", "IDAT", "IEND"]);
  assert.equal(inflateSync(Buffer.concat(pixels)).length, 480 * (480 * 3 + 1));
});

void test("demo: the clock counts, and goes on where a client left it", async () => {
  assert.deepEqual(await ticks({}), [1, 2, 3]);
  assert.deepEqual(await ticks({ "last-event-id": "7" }), [8, 9, 10]);
});

void test("demo: the slow page comes in pieces", async () => {
  const outgoing = get(at("/slow?ms=26"));
  const [response] = await once(outgoing, "response");
  let pieces = 0;
  response.on("data", () => (pieces += 1));
  await once(response, "end");
  // One for each stone at least; Node may join what is written in one turn.
  assert.ok(pieces >= 13, `${pieces} pieces`);
});

void test("demo: HEAD of what never ends, ends", async () => {
  for (const path of ["/clock/events", "/slow?ms=60000", "/large?bytes=1000000000"]) {
    const response = await fetch(at(path), { method: "HEAD" });
    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), "", path);
  }
});

void test("demo: the WebSocket says back text and bytes, and has one address", async () => {
  const webSocket = new WebSocket(`ws://127.0.0.1:${upstream.port}/echo/ws`);
  await once(webSocket, "open");
  webSocket.send("grüß dich");
  assert.deepEqual(await once(webSocket, "message"), [Buffer.from("grüß dich"), false]);
  const bytes = randomBytes(200_000);
  webSocket.send(bytes);
  assert.deepEqual(await once(webSocket, "message"), [bytes, true]);
  webSocket.close(1000);
  assert.equal((await once(webSocket, "close"))[0], 1000);

  const elsewhere = new WebSocket(`ws://127.0.0.1:${upstream.port}/elsewhere`);
  const [error] = await once(elsewhere, "error");
  assert.match(String(error), /404/);
});

const logins: readonly { readonly path: string; readonly init: RequestInit }[] = [
  { path: "/login", init: { method: "POST", headers: urlencoded, body: "name=%C3%85da" } },
  { path: "/login?name=%C3%85da", init: {} },
];

for (const { path, init } of logins) {
  void test(`demo: ${init.method ?? "GET"} ${path} sets a cookie and redirects`, async () => {
    const response = await fetch(at(path), { ...init, redirect: "manual" });
    assert.equal(response.status, 303);
    assert.equal(response.headers.get("location"), at("/account"));
    const cookie = response.headers.getSetCookie()[0] ?? "";
    assert.match(cookie, /^demo_user=%C3%85da; Path=\/;/);
    const headers = { cookie: `other=1; ${cookie.split(";", 1)[0]}` };
    const account = await fetch(at("/account"), { headers });
    assert.match(await account.text(), /logged in as Åda\./);

    const logout = await fetch(at("/logout"), { method: "POST", redirect: "manual" });
    assert.equal(logout.headers.get("location"), "/login");
    assert.match(logout.headers.getSetCookie()[0] ?? "", /^demo_user=; .*Max-Age=0/);
  });
}

void test("demo: a large file has its length, and the same bytes for everyone", async () => {
  const bytes = 1_000_001;
  const response = await fetch(at(`/large?bytes=${bytes}`));
  assert.equal(response.headers.get("content-length"), String(bytes));
  const body = Buffer.from(await response.arrayBuffer());
  assert.deepEqual(body, Buffer.concat([...largePieces(bytes)]));
  assert.notDeepEqual(body.subarray(0, 65_536), body.subarray(65_536, 131_072));
});

void test("demo: a client that leaves a large file disturbs nobody", async () => {
  const outgoing = get(at("/large?bytes=1000000000"));
  const [response] = await once(outgoing, "response");
  await once(response, "data");
  outgoing.destroy();
  assert.equal((await fetch(at("/healthz"))).status, 200);
});

for (const method of ["POST", "PUT"]) {
  void test(`demo: an upload by ${method} is counted and hashed`, async () => {
    const body = randomBytes(3_000_000);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const response = await fetch(at("/upload"), { method, body: new Uint8Array(body) });
    const answer: unknown = await response.json();
    assert.partialDeepStrictEqual(answer, { bytes: body.length, sha256 });
  });
}

void test("demo: a cookie of 16 KB arrives", async () => {
  const cookie = `a=${"b".repeat(16_000)}`;
  const response = await fetch(at("/headers"), { headers: { ...json, cookie } });
  assert.ok((await response.text()).includes(cookie));
});

void test("demo: closing ends what is open", async () => {
  const other = await startDemoUpstream({ port: 0 });
  const webSocket = new WebSocket(`ws://127.0.0.1:${other.port}/echo/ws`);
  await once(webSocket, "open");
  const [events] = await once(get(`http://127.0.0.1:${other.port}/clock/events`), "response");
  const cut = once(events, "error");
  const upload = request(`http://127.0.0.1:${other.port}/upload`, { method: "POST" });
  upload.write("half");
  const broken = once(upload, "error");
  const closed = once(webSocket, "close");
  events.resume();
  await other.close();
  await Promise.all([closed, broken, cut]);
  await other.close();
});

function at(path: string): string {
  return `http://127.0.0.1:${upstream.port}${path}`;
}

/** The numbers of the first three events of the clock. */
async function ticks(headers: Readonly<Record<string, string>>): Promise<readonly number[]> {
  const outgoing = get(at("/clock/events?ms=10"), { headers });
  const [response] = await once(outgoing, "response");
  assert.equal(response.headers["content-type"], "text/event-stream");
  let text = "";
  for await (const piece of response) {
    text += String(piece);
    if (text.split("event: tick").length > 3 && text.endsWith("\n\n")) break;
  }
  outgoing.destroy();
  const numbers = Array.from(text.matchAll(/^data: \{"count":(\d+),/gm), (match) =>
    Number(match[1]),
  );
  return numbers.slice(0, 3);
}
