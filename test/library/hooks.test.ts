/** Hooks of a program's own proxy: asked directly, and inside its server. */

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";

import {
  createProxy,
  type RequestFrom,
  type RequestHook,
  type ResponseHook,
} from "../../src/foregate.ts";

/** On a free port; returns it. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const upstreamPort = await listen(
  createServer(({ url, headers }, response) => {
    response.writeHead(url === "/broken" ? 503 : 200, { "X-Tenant": headers["x-tenant"] ?? "" });
    response.end("upstream");
  }),
);

/** What one hook leaves for the other: they are given the same request. */
const beganAt = new WeakMap<RequestFrom, string>();

const request: RequestHook = async (from, to) => {
  await Promise.resolve();
  beganAt.set(from, from.path);
  if (from.path === "/login") to.redirect("/in");
  to.fields.set("x-tenant", from.host.split(".", 1)[0] ?? "");
};

const response: ResponseHook = (from, to) => {
  to.fields.set("x-path", beganAt.get(from.request) ?? "unknown");
  if (from.status === 503) to.respond({ status: 503, body: "sorry" });
};

const proxy = createProxy({
  logs: { access: "off" },
  sites: { "*": { proxy: `127.0.0.1:${upstreamPort}`, hooks: { request, response } } },
});
after(() => proxy.close(0));

const hostPort = await listen(createServer(proxy.handler));

type Ask = (path: string) => Promise<Response>;

const ways: Readonly<Record<string, Ask>> = {
  fetch: (path) => proxy.fetch(new Request(`http://acme.example${path}`)),
  handler: (path) => fetch(`http://127.0.0.1:${hostPort}${path}`, { redirect: "manual" }),
};

for (const [name, ask] of Object.entries(ways)) {
  void test(`hooks by ${name}: change what passes`, async () => {
    const answer = await ask("/page");
    assert.equal(answer.headers.get("x-tenant"), name === "fetch" ? "acme" : "127");
    assert.equal(answer.headers.get("x-path"), "/page");
    assert.equal(await answer.text(), "upstream");
  });

  void test(`hooks by ${name}: answer in place of others`, async () => {
    const login = await ask("/login");
    assert.deepEqual([login.status, login.headers.get("location")], [302, "/in"]);
    const broken = await ask("/broken");
    assert.deepEqual([broken.status, await broken.text()], [503, "sorry"]);
    assert.equal(broken.headers.get("x-tenant"), null);
  });
}
