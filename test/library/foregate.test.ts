/** The package's entry: what a program that imports Foregate gets. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AddressInfo } from "node:net";

import { ConfigError, createProxy, type Config } from "../../src/foregate.ts";

void test("library: a proxy listens, serves and closes", async () => {
  const upstream = createServer((request, response) => response.end(`upstream got ${request.url}`));
  await new Promise<void>((resolve) => void upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    logs: { access: false },
    sites: { "*": `127.0.0.1:${port}` },
  });
  assert.equal(proxy.listeners.length, 0);
  await proxy.listen();
  try {
    const bound = proxy.listeners.map((listener) => listener.port);
    assert.ok(bound.length === 1 && bound[0] !== 0);
    const answer = await fetch(`http://127.0.0.1:${bound[0]}/a?b`, {
      headers: { connection: "close" },
    });
    assert.equal(await answer.text(), "upstream got /a?b");
  } finally {
    await proxy.close(100);
    upstream.close();
    upstream.closeAllConnections();
  }
  assert.equal(proxy.listeners.length, 0);
});

void test("library: metrics are there as long as the proxy is", async () => {
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    metrics: "127.0.0.1:0",
    logs: { access: false },
    sites: { "*": { respond: "hello" } },
  });
  assert.equal(proxy.metrics.length, 0);
  await proxy.listen();
  const url = (at: number | undefined): string => `http://127.0.0.1:${at}`;
  const close = { headers: { connection: "close" } };
  const metricsUrl = `${url(proxy.metrics[0]?.port)}/metrics`;
  try {
    await (await fetch(url(proxy.listeners[0]?.port), close)).text();
    const text = await (await fetch(metricsUrl, close)).text();
    assert.match(text, /^foregate_exchanges_total\{site="\*",.*,status="2xx"\} 1$/m);
  } finally {
    await proxy.close(100);
  }
  assert.equal(proxy.metrics.length, 0);
  await assert.rejects(fetch(metricsUrl, close));
});

void test("library: events go where the config says, until the proxy is closed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "foregate-library-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "events.log");
  const proxy = createProxy({
    logs: { access: false, events: { file, format: "json" } },
    sites: { "*": "127.0.0.1:1" },
  });
  assert.equal((await proxy.fetch(new Request("http://x/"))).status, 502);
  await proxy.close(100);
  const [line = "", ...others] = readFileSync(file, "utf8").split("\n");
  assert.match(line, /"message":"upstream 127\.0\.0\.1:1 is unreachable/);
  assert.deepEqual(others, [""]);
});

void test("library: a wrong config says all that is wrong and starts nothing", () => {
  // Programs in JavaScript have no types that would tell them.
  const wrong: object = { sites: { "*": { prox: ":1" } }, lisen: 1 };
  const make = (): unknown => createProxy(wrong as Config);
  assert.throws(make, (error) => {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.problems.length >= 2, error.message);
    return true;
  });
});

void test("library: another config is in force at once, a wrong one changes nothing", async () => {
  const config = (body: string): Config => ({
    listen: "127.0.0.1:0",
    logs: { access: false },
    sites: { "*": { respond: body } },
  });
  const proxy = createProxy(config("one"));
  const bodyOf = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${proxy.listeners[0]?.port}`)).text();
  await proxy.reload(config("two"));
  await proxy.listen();
  try {
    const [{ port } = { port: 0 }] = proxy.listeners;
    assert.equal(await bodyOf(), "two");
    await proxy.reload(config("three"));
    assert.equal(await bodyOf(), "three");
    await assert.rejects(proxy.reload({ ...config("four"), pools: {} }), ConfigError);
    const nowhere = { ...config("five"), listen: ["127.0.0.1:0", "192.0.2.1:80"] };
    await assert.rejects(proxy.reload(nowhere), { code: "EADDRNOTAVAIL" });
    assert.equal(await bodyOf(), "three");
    assert.deepEqual(
      proxy.listeners.map((listener) => listener.port),
      [port],
    );
  } finally {
    await proxy.close(100);
  }
});

void test("library: a guest that gets another config listens nowhere", async () => {
  const config = (body: string): Config => ({
    listen: "127.0.0.1:0",
    logs: { access: false },
    sites: { "*": { respond: body } },
  });
  const proxy = createProxy(config("one"));
  const bodyOf = async (): Promise<string> =>
    (await proxy.fetch(new Request("http://a.example/"))).text();
  assert.equal(await bodyOf(), "one");
  await proxy.reload(config("two"));
  assert.equal(await bodyOf(), "two");
  assert.equal(proxy.listeners.length, 0);
  await proxy.close();
});
