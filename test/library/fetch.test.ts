/** Asked directly, without a connection: what a caller in the same program gets. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";

import { createProxy } from "../../src/foregate.ts";
import { Pattern } from "../contract/pattern.ts";
import { until } from "../support/within.ts";

const longBytes = 40 * 50_000;
let sentBytes = 0;
let closedEarly = 0;

const upstream = createServer((request, response) => {
  const { method, url = "", headers } = request;
  response.on("close", () => {
    if (!response.writableFinished) closedEarly += 1;
  });
  if (url === "/echo") request.pipe(response);
  else if (url === "/half") {
    response.writeHead(200, { "Content-Length": 100 });
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  } else if (url === "/long") {
    const pattern = new Pattern(4);
    sentBytes = 0;
    const go = (): void => {
      while (sentBytes < longBytes) {
        sentBytes += 50_000;
        if (!response.write(Buffer.from(pattern.next(50_000)))) {
          response.once("drain", go);
          return;
        }
      }
      response.end();
    };
    go();
  } else if (url === "/silent") response.writeHead(200).flushHeaders();
  else if (url !== "/never") {
    const text = JSON.stringify({ method, url, headers });
    response.writeHead(200, { "Content-Length": text.length }).end(text);
  }
});
await new Promise<void>((resolve) => void upstream.listen(0, "127.0.0.1", resolve));
const { port } = upstream.address() as AddressInfo;

const proxy = createProxy({
  logs: { access: "off" },
  sites: {
    "a.example": `127.0.0.1:${port}`,
    "b.example": { redirect: "https://a.example$uri" },
    "dead.example": "127.0.0.1:1",
  },
});
after(async () => {
  await proxy.close(0);
  upstream.closeAllConnections();
  upstream.close();
});

const ask = (url: string, init?: RequestInit): Promise<Response> =>
  proxy.fetch(new Request(url, init));

void test("fetch: a page", async () => {
  const answer = await ask("https://a.example/x?y=%20", { headers: { accept: "a/b" } });
  const got = (await answer.json()) as { url: string; headers: Record<string, string> };
  assert.equal(answer.status, 200);
  assert.equal(got.url, "/x?y=%20");
  assert.equal(got.headers["host"], "a.example");
  assert.equal(got.headers["accept"], "a/b");
  assert.equal(got.headers["x-forwarded-proto"], "https");
  assert.equal(got.headers["x-forwarded-for"], undefined);
});

void test("fetch: answers of our own", async () => {
  const redirect = await ask("http://b.example/p");
  assert.deepEqual(
    [redirect.status, redirect.headers.get("location")],
    [308, "https://a.example/p"],
  );
  assert.equal((await ask("http://c.example/")).status, 404);
  assert.equal((await ask("http://dead.example/")).status, 502);
});

void test("fetch: HEAD tells the length and has no body", async () => {
  const answer = await ask("http://a.example/x", { method: "HEAD" });
  assert.ok(Number(answer.headers.get("content-length")) > 0);
  assert.equal(await answer.text(), "");
});

void test("fetch: a body goes and comes", async () => {
  const body = "0123456789".repeat(100_000);
  const answer = await ask("http://a.example/echo", { method: "POST", body });
  assert.equal(await answer.text(), body);
});

void test("fetch: a body that comes in pieces goes out as it comes", async () => {
  const pieces = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const piece of ["one ", "two ", "three"]) {
        controller.enqueue(Buffer.from(piece));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      controller.close();
    },
  });
  const init = { method: "POST", body: pieces, duplex: "half" } as RequestInit;
  assert.equal(await (await ask("http://a.example/echo", init)).text(), "one two three");
});

void test("fetch: a caller that reads nothing stalls the upstream, and loses nothing", async () => {
  const answer = await ask("http://a.example/long");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const pattern = new Pattern(4);
  for await (const piece of answer.body ?? []) pattern.check(Buffer.from(piece));
  assert.equal(pattern.position, longBytes);
});

void test("fetch: half an answer is an error", async () => {
  const answer = await ask("http://a.example/half");
  assert.equal(answer.status, 200);
  await assert.rejects(answer.text(), /broke|closed|truncated|connection/i);
});

const leaves: Record<string, (url: string, abort: AbortController) => Promise<void>> = {
  async "before the head"(url, abort) {
    const asked = ask(`${url}/never`, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await assert.rejects(asked, /enough/);
  },
  async "before it was asked"(url, abort) {
    abort.abort(new Error("enough"));
    await assert.rejects(ask(`${url}/never`, { signal: abort.signal }), /enough/);
  },
  async "in the middle of the body"(url, abort) {
    const answer = await ask(`${url}/silent`, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await assert.rejects(answer.text(), /enough/);
  },
  async "by cancelling the body"(url) {
    const answer = await ask(`${url}/silent`);
    await answer.body?.cancel();
  },
};

for (const [when, leave] of Object.entries(leaves)) {
  void test(`fetch: a caller that gives up ${when}`, async () => {
    const before = closedEarly;
    await leave("http://a.example", new AbortController());
    if (when === "before it was asked") return;
    await until(() => closedEarly > before, "the upstream is told");
  });
}

void test("fetch: a request whose body was read is none any more", async () => {
  const request = new Request("http://a.example/echo", { method: "POST", body: "once" });
  await request.text();
  await assert.rejects(proxy.fetch(request), TypeError);
});

void test("fetch: what cannot be a request is refused", async () => {
  const answer = await ask(`http://a.example/${"x".repeat(20_000)}`);
  assert.equal(answer.status, 414);
});
