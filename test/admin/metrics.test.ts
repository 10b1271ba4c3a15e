/** The metrics listener as scrapers, probes and strangers see it. */

import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer, Socket, type AddressInfo, type Server } from "node:net";
import { test, type TestContext } from "node:test";

import { Budget } from "../../src/base/budget.ts";
import { endInTime, MetricsServer } from "../../src/admin/metrics-server.ts";
import { runObserved } from "../../src/admin/run-observed.ts";
import { newCounters } from "../../src/observe/counters.ts";
import { ExchangeStats, methodNames } from "../../src/observe/exchange-stats.ts";
import { rowsMax } from "../../src/observe/label-rows.ts";
import { startWorker } from "../../src/worker.ts";
import { ask, scrape, startObservedProxy } from "../support/observed-proxy.ts";
import { planOf } from "../support/plan.ts";
import { readMetrics } from "../support/read-metrics.ts";
import { connectClient } from "../support/scripted-client.ts";
import { within } from "../support/within.ts";

const hello = { sites: { "*": { respond: "hello" } } };

async function listeningOn(t: TestContext, server: Server, address = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, address, resolve));
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const buffers = { memory: new Budget(1_000_000), disk: new Budget(0) };

void test("metrics: both forms, each with its type", async (t) => {
  const { metricsPort: port } = await startObservedProxy(t, hello);
  const plain = await ask({ port });
  assert.equal(plain.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const open = await ask({ port, headers: { accept: "application/openmetrics-text" } });
  const openType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  assert.equal(open.headers["content-type"], openType);
  const inPlain = readMetrics(plain.text, "prometheus");
  const inOpen = readMetrics(open.text, "openmetrics");
  assert.deepEqual(
    [...inOpen.values()].map(({ name, type }) => {
      if (type === "counter") return `${name}_total`;
      return type === "info" ? `${name}_info` : name;
    }),
    [...inPlain.keys()],
  );
  const build = inPlain.get("foregate_build_info")?.samples[0];
  assert.equal(build?.labels.get("version"), "1.2.3");
});

void test("threat 168: metrics: what a probe and a stranger are told", async (t) => {
  const { metricsPort: port } = await startObservedProxy(t, hello);
  const cases = [
    { path: "/livez", status: 200, text: /^ok\n$/ },
    { path: "/livez?verbose", status: 200, text: /^ok\n$/ },
    { path: "/readyz", status: 200, text: /^\{"status":"ready","reason":"[^"]+"\}\n$/ },
    { path: "/", status: 404, text: /\/metrics/ },
    { path: "/metrics/x", status: 404, text: /\/metrics/ },
    { path: "/metrics", method: "POST", status: 405, text: /^Only GET and HEAD/ },
    { path: "/livez", method: "DELETE", status: 405, text: /^Only GET and HEAD/ },
    { path: "/metrics", method: "OPTIONS", status: 405, text: /^Only GET and HEAD/ },
    { path: "/metrics", host: "evil.example", status: 421, text: /^This host is not served/ },
    { path: "/livez", host: `evil.example:${port}`, status: 421, text: /^This host/ },
    { path: "/metrics", host: `localhost:${port}`, status: 200, text: /^# HELP/ },
  ];
  for (const { path, method = "GET", host, status, text } of cases) {
    const headers = { origin: "http://evil.example", ...(host === undefined ? {} : { host }) };
    const told = await ask({ port, path, method, headers });
    assert.equal(told.status, status, `${method} ${path}`);
    assert.match(told.text, text);
    assert.equal(told.headers.allow, status === 405 ? "GET, HEAD" : undefined);
    const cors = Object.keys(told.headers).filter((name) => name.startsWith("access-control-"));
    assert.deepEqual(cors, []);
    assert.equal(told.headers["cache-control"], "no-store");
  }
});

void test("metrics: HEAD is the same without a body", async (t) => {
  const { metricsPort: port } = await startObservedProxy(t, hello);
  for (const path of ["/metrics", "/livez", "/readyz", "/none"]) {
    const got = await ask({ port, path });
    const head = await ask({ port, path, method: "HEAD" });
    assert.equal(head.text, "");
    assert.equal(head.status, got.status);
    for (const name of ["content-type", "cache-control"]) {
      assert.equal(head.headers[name], got.headers[name]);
    }
  }
});

void test("metrics: a head that is too long is refused", async (t) => {
  const { metricsPort: port } = await startObservedProxy(t, hello);
  assert.equal((await ask({ port, headers: { x: "y".repeat(9_000) } })).status, 431);
});

void test("metrics: they are not on the port for clients, nor the sites on theirs", async (t) => {
  const { port, metricsPort } = await startObservedProxy(t, hello);
  for (const path of ["/metrics", "/livez", "/readyz"]) {
    assert.equal((await ask({ port, path })).text, "hello");
    const host = `127.0.0.1:${metricsPort}`;
    assert.equal((await ask({ port, path, headers: { host } })).text, "hello");
  }
  assert.equal((await ask({ port: metricsPort, path: "/hello" })).status, 404);
});

void test("metrics: a port alone is this machine only, over IPv4 and IPv6", async (t) => {
  const { metrics } = await startObservedProxy(t, { ...hello, metrics: 0 });
  const [four, six] = metrics;
  assert.equal(four?.address, "127.0.0.1");
  if (six === undefined) return t.skip("there is no IPv6 here");
  assert.deepEqual([six.address, six.port], ["::1", four?.port]);
  for (const { address, port } of metrics) {
    assert.equal((await ask({ port, address, path: "/livez" })).status, 200);
  }
});

void test("readyz: 503 from when a stop begins, until the last exchange has ended", async (t) => {
  const held = Promise.withResolvers<void>();
  const upstream = createHttpServer((_, response) => {
    response.write("begun");
    void held.promise.then(() => response.end("ended"));
  });
  const to = `127.0.0.1:${await listeningOn(t, upstream)}`;
  const proxy = await startObservedProxy(t, { sites: { "*": to } });
  const client = await connectClient(proxy.port);
  client.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.expect("begun");
  const port = proxy.metricsPort;
  assert.equal((await ask({ port, path: "/readyz" })).status, 200);
  const stopped = proxy.stop(10_000);
  const { status, text, headers } = await ask({ port, path: "/readyz" });
  assert.equal(status, 503);
  assert.equal(headers["content-type"], "application/json");
  assert.equal((JSON.parse(text) as { status: string }).status, "draining");
  assert.equal((await ask({ port, path: "/livez" })).status, 200);
  const inFlight = (await scrape(port)).get("foregate_exchanges_in_flight");
  assert.equal(inFlight?.samples[0]?.value, 1);
  held.resolve();
  await client.expect("ended");
  await stopped;
  await assert.rejects(ask({ port }), /ECONNREFUSED/);
});

void test("metrics: a scraper that reads nothing, and one that says nothing", async (t) => {
  const proxy = await startObservedProxy(t, manySites(rowsMax + 200));
  fillRows(proxy.worker.observed.stats);
  const silent = await connectClient(proxy.metricsPort, "silent scraper");
  const slow = await connectClient(proxy.metricsPort, "slow scraper");
  slow.stall();
  slow.say(`GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const told = await ask({ port: proxy.metricsPort });
  // More than the sockets of one machine take for a reader who does not read.
  assert.ok(told.text.length > 8 * 1024 * 1024, `${told.text.length} characters`);
  assert.equal((await ask({ port: proxy.port, headers: { host: "site-1.test" } })).status, 200);
  await within(proxy.stop(0), "the stop waits for no scraper", () => "", 5_000);
  slow.close();
  silent.close();
});

void test("metrics: a connection ends in time, whatever goes on there", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sockets = [0, 1].map(() => new Socket());
  for (const socket of sockets) endInTime(socket);
  t.mock.timers.tick(9_999);
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    [false, false],
  );
  t.mock.timers.tick(1);
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    [true, true],
  );
});

void test("metrics: more connections than a few are closed at once", async (t) => {
  const { metricsPort: port } = await startObservedProxy(t, hello);
  const clients = await Promise.all(Array.from({ length: 17 }, () => connectClient(port)));
  t.after(() => clients.forEach((client) => client.close()));
  const oneEnds = Promise.any(clients.map((client) => client.expectEnd()));
  // Long before the time of a connection is over.
  await within(oneEnds, "one of them ends", () => "", 5_000);
});

void test("metrics: a bug in them is told, and hurts nobody else", async (t) => {
  const { server, port, troubles } = await startServer(t);
  const bug = new TypeError("a bug");
  const labels = { routes: [["", ""]], upstreams: [] };
  const stats = new ExchangeStats({ routes: 1, upstreams: 0 });
  stats.exchangesOf = () => {
    throw bug;
  };
  server.show({ observe: () => ({ counters: newCounters(), labels, buffers, stats }) });
  await assert.rejects(ask({ port }), { code: "ECONNRESET" });
  assert.deepEqual(troubles, [bug]);
  assert.equal((await ask({ port, path: "/livez" })).status, 200);
});

void test("metrics: a scraper that leaves in the middle is no trouble", async (t) => {
  const { server, port, troubles } = await startServer(t);
  const routes = Array.from({ length: rowsMax }, (_, at) => [siteName(at), ""]);
  const labels = { routes, upstreams: [] };
  const stats = new ExchangeStats({ routes: rowsMax, upstreams: 0 });
  fillRows(stats);
  server.show({ observe: () => ({ counters: newCounters(), labels, buffers, stats }) });
  const scraper = await connectClient(port);
  scraper.say("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await scraper.expect("foregate_exchanges_total{");
  scraper.cut();
  assert.equal((await ask({ port })).status, 200);
  await server.close();
  assert.deepEqual(troubles, []);
});

void test("metrics: before there is anything to show, it is not ready", async (t) => {
  const { port } = await startServer(t);
  const { status, text } = await ask({ port, path: "/readyz" });
  assert.equal(status, 503);
  assert.match(text, /^\{"status":"starting","reason":"/);
  assert.equal((await ask({ port })).status, 503);
  assert.equal((await ask({ port, path: "/livez" })).status, 200);
});

void test("metrics: routes beyond the limit are counted as one", async (t) => {
  const proxy = await startObservedProxy(t, manySites(rowsMax + 200));
  for (const at of [0, rowsMax + 10, rowsMax + 199]) {
    await ask({ port: proxy.port, headers: { host: `site-${at}.test` } });
  }
  const exchanges = (await scrape(proxy.metricsPort)).get("foregate_exchanges_total");
  const bySite = exchanges?.samples.map(({ labels, value }) => [labels.get("site"), value]);
  assert.deepEqual(bySite, [
    [siteName(0), 1],
    ["other", 2],
  ]);
});

void test("metrics: if their port is taken, nothing has started", async (t) => {
  const taken = await listeningOn(t, createServer());
  const plan = planOf({ ...hello, metrics: `127.0.0.1:${taken}` });
  let hasStarted = false;
  const running = runObserved(plan, "1", () => {
    hasStarted = true;
    return startWorker(plan);
  });
  await assert.rejects(running, { code: "EADDRINUSE", label: `127.0.0.1:${taken}` });
  assert.equal(hasStarted, false);
});

void test("metrics: if a port for clients is taken, theirs is given back", async (t) => {
  const taken = await listeningOn(t, createServer());
  const spare = createServer();
  const free = await listeningOn(t, spare);
  await new Promise((resolve) => spare.close(resolve));
  const plan = planOf(
    { ...hello, metrics: `127.0.0.1:${free}` },
    { listeners: [{ label: "taken", host: "127.0.0.1", port: taken, socketPath: undefined }] },
  );
  const running = runObserved(plan, "1", () => startWorker(plan));
  await assert.rejects(running, { code: "EADDRINUSE", label: "taken" });
  await assert.rejects(ask({ port: free }), /ECONNREFUSED/);
});

interface LoneServer {
  readonly server: MetricsServer;
  readonly port: number;
  readonly troubles: readonly unknown[];
}

async function startServer(t: TestContext): Promise<LoneServer> {
  const troubles: unknown[] = [];
  const listener = { label: "test", host: "127.0.0.1", port: 0, socketPath: undefined };
  const server = new MetricsServer("1", [listener], (error) => void troubles.push(error));
  const [bound] = await server.listen();
  t.after(() => server.close());
  return { server, port: bound?.port ?? 0, troubles };
}

const siteName = (at: number): string => `site-${at}.test`;

function manySites(count: number): object {
  const sites = Array.from({ length: count }, (_, at) => [siteName(at), { respond: 200 }]);
  return { sites: Object.fromEntries(sites) };
}

/** Every series of every route that there can be. */
function fillRows(stats: ExchangeStats | undefined): void {
  assert.ok(stats !== undefined, "a plan with metrics counts");
  const times = { beganMs: 1, upstreamBeganMs: 2, upstreamHeadMs: 3 };
  for (let row = 0; row < stats.rows.routes; row++) {
    for (const method of methodNames) {
      for (const status of [0, 101, 200, 300, 400, 500]) {
        const bytes = { requestBytes: 1, responseBytes: 1 };
        stats.addExchange(
          { head: { method }, status, failure: undefined, ...bytes, ...times },
          row,
          4,
        );
      }
    }
  }
}
