/** A site that is being worked on: who is told so, in which words, and who gets in. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { createProxy } from "../../src/foregate.ts";
import { listening } from "../stories/listening.ts";
import { recorded } from "../support/recorded.ts";
import { connectClient } from "../support/scripted-client.ts";
import { turns } from "../support/within.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-maintenance-"));
after(() => rmSync(folder, { recursive: true }));
const page = join(folder, "sorry.html");
writeFileSync(page, "<h1>Back at noon</h1> ({{request_id}})\n");

interface Case {
  readonly name: string;
  /** What stands beside `proxy` in the site. */
  readonly site: object;
  readonly defaults?: object;
  readonly request?: string;
  /** Fields of the request. */
  readonly fields?: readonly string[];
  /** What stands in the answer, and what does not. */
  readonly want: readonly RegExp[];
  readonly not?: RegExp;
}

const closed = /^HTTP\/1\.1 503 Service Unavailable\r\n/;
const open = /^HTTP\/1\.1 200 OK\r\n/;
const ours = { maintenance: true };
const html = "Accept: text/html";

const cases: readonly Case[] = [
  {
    name: "programs get a problem, and nobody may keep it",
    site: ours,
    want: [
      closed,
      /\r\nCache-Control: no-store\r\n/,
      /\r\nContent-Type: application\/problem\+json\r\n/,
      /\r\nProxy-Status: foregate; error=proxy_internal_response\r\n/,
      /"detail":"This site is being worked on\. Please come back later\."/,
    ],
    not: /Retry-After|Connection: close/i,
  },
  {
    name: "people get a page",
    site: ours,
    fields: [html],
    want: [
      closed,
      /\r\nContent-Type: text\/html; charset=utf-8\r\n/,
      /<p>This site is being worked/,
    ],
  },
  {
    name: "people get the operator's page",
    site: { ...ours, errors: { 503: page } },
    fields: [html, "X-Request-Id: q7"],
    want: [closed, /\r\nCache-Control: no-store\r\n/, /<h1>Back at noon<\/h1> \(q7\)/],
  },
  {
    name: "when to come back, in whole seconds",
    site: { maintenance: { retryAfter: "1h1500ms" } },
    want: [closed, /\r\nRetry-After: 3602\r\n/],
  },
  {
    name: "an address that may pass",
    site: { maintenance: { allow: ["127.0.0.0/8"] } },
    want: [open],
  },
  {
    name: "an address behind a trusted peer",
    site: { maintenance: { allow: "127.0.0.0/8" } },
    fields: ["X-Forwarded-For: 192.0.2.1"],
    want: [closed],
  },
  {
    name: "who has no access learns nothing of it",
    site: { ...ours, access: { allow: "192.0.2.1" } },
    want: [/^HTTP\/1\.1 403 /],
  },
  { name: "every site", site: {}, defaults: ours, want: [closed] },
  { name: "every site but one", site: { maintenance: "off" }, defaults: ours, want: [open] },
  {
    name: "the nearest says all",
    site: { maintenance: true },
    defaults: { maintenance: { allow: "127.0.0.1", retryAfter: "1m" } },
    want: [closed],
    not: /Retry-After/i,
  },
  {
    name: "a route that stays open",
    site: { ...ours, routes: [{ path: "/status", maintenance: false }] },
    request: "GET /status",
    want: [open],
  },
  {
    name: "a WebSocket",
    site: ours,
    fields: ["Connection: Upgrade", "Upgrade: websocket"],
    want: [closed],
    not: /Upgrade|Connection: close/i,
  },
];

for (const { name, site, defaults = {}, request = "GET /", fields = [], want, not } of cases) {
  void test(`maintenance: ${name}`, async () => {
    const config = (to: string): unknown => ({
      trust: ["127.0.0.0/8"],
      defaults,
      sites: { "*": { proxy: to, ...site } },
    });
    await recorded({ config }, async ({ client, recorder }) => {
      client.say([`${request} HTTP/1.1`, "Host: x", ...fields, "", ""].join("\r\n"));
      const isOpen = want.includes(open);
      await client.expect(isOpen ? "\r\n\r\nok" : "\r\n\r\n");
      await client.expectMatch(isOpen ? /^/ : /\n$/);
      for (const pattern of want) assert.match(client.received, pattern);
      if (not !== undefined) assert.doesNotMatch(client.received, not);
      assert.equal(recorder.requests.length, isOpen ? 1 : 0);
    });
  });
}

void test("maintenance: a body is read to its end, and the connection goes on", async () => {
  const config = (to: string): unknown => ({
    sites: { "*": { proxy: to, routes: [{ path: "/closed/*", maintenance: true }] } },
  });
  await recorded({ config }, async ({ client, recorder }) => {
    client.say("POST /closed/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    await client.expect("HTTP/1.1 503 ");
    client.say("hello");
    client.say("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.expect("\r\n\r\nok");
    assert.equal(recorder.last.line, "GET /open HTTP/1.1");
    client.say("GET /closed/y HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.expect("HTTP/1.1 503 ");
  });
});

void test("maintenance: a site without a route for a path is closed there, too", async () => {
  const config = (to: string): unknown => ({
    sites: { "*": { maintenance: true, routes: [{ path: "/app", proxy: to }] } },
  });
  await recorded({ config }, async ({ client }) => {
    client.say("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.expect("HTTP/1.1 503 ");
  });
});

void test("maintenance: a file switches it, without a reload, on a kept connection", async () => {
  const file = join(folder, "on");
  const config = (to: string): unknown => ({
    sites: { "*": { proxy: to, maintenance: { while: file } } },
  });
  await recorded({ config, scriptsTime: true }, async ({ client, proxy }) => {
    const statusNow = async (): Promise<string> => {
      client.say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
      const [, status = ""] = /HTTP\/1\.1 (\d+)/.exec(await client.expect("\r\n\r\n")) ?? [];
      return status;
    };
    const untilStatus = async (wanted: string): Promise<void> => {
      await proxy.pass(1_100);
      for (let asked = 0; (await statusNow()) !== wanted; asked++) {
        assert.ok(asked < 1_000, `the file is seen within ${asked} requests`);
        await turns();
      }
    };
    assert.equal(await statusNow(), "200");
    writeFileSync(file, "");
    assert.equal(await statusNow(), "200", "an exchange looks at no file");
    await untilStatus("503");
    rmSync(file);
    assert.equal(await statusNow(), "503");
    await untilStatus("200");
    assert.equal(proxy.worker.counters.connectionsAccepted, 1);
  });
});

void test("maintenance: a file that is there at the start lets no request through", async () => {
  const file = join(folder, "at-start");
  writeFileSync(file, "");
  const config = (to: string): unknown => ({
    sites: { "*": { proxy: to, maintenance: { while: file } } },
  });
  await recorded({ config }, async ({ client }) => {
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.expect("HTTP/1.1 503 ");
  });
});

void test("maintenance: guests are told; what no route takes stays the host's", async (t) => {
  const proxy = createProxy({
    logs: { access: "off" },
    sites: { "*": { maintenance: true, routes: [{ path: "/app/*", respond: "app" }] } },
  });
  t.after(() => proxy.close(0));
  const server = createServer((request, response) =>
    proxy.handler(request, response, () => response.end("the host's own")),
  );
  server.on("upgrade", (request, socket, head) => {
    if (!proxy.upgrade(request, socket, head)) socket.destroy();
  });
  const { port } = await listening(t, server);
  const client = await connectClient(port);
  client.say("GET /app/x HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.expect("HTTP/1.1 503 ");
  client.say("GET /else HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.expect("the host's own");
  client.close();
  const upgraded = await connectClient(port);
  upgraded.say(
    "GET /app/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  await upgraded.expect("HTTP/1.1 503 ");
  upgraded.close();
  const other = await connectClient(port);
  other.say("GET /else HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await other.expectGone();
  const fetched = await proxy.fetch(new Request("http://x/app/"));
  assert.equal(fetched.status, 503);
});
