/** Requests through a real door change exactly the series that are theirs, and no other. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";

import { scrape, startObservedProxy, type ObservedProxy } from "../support/observed-proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { until } from "../support/within.ts";

/** What the process says of itself changes at all times, and so does how long something takes. */
const restless = /^(?:process_|foregate_event_loop_|foregate_heap_|\w+_seconds_(?:bucket|sum)\{)/;

type Series = Readonly<Record<string, number>>;

async function seriesOf(port: number): Promise<Series> {
  const samples = [...(await scrape(port)).values()].flatMap((family) => family.samples);
  const calm = samples.filter(({ series }) => !restless.test(series));
  return Object.fromEntries(calm.map(({ series, value }) => [series, value]));
}

function changes(before: Series, after: Series): Series {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differences = names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]);
  return Object.fromEntries(differences.filter(([, difference]) => difference !== 0));
}

async function startUpstream(t: TestContext): Promise<number> {
  const upstream = createServer((request, response) => {
    request.resume().once("end", () => {
      response.writeHead(request.url === "/api/missing" ? 404 : 200, { "content-length": 5 });
      response.end("hello");
    });
  });
  await new Promise<void>((resolve) => void upstream.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    upstream.close();
    upstream.closeAllConnections();
  });
  return (upstream.address() as AddressInfo).port;
}

const local = 'site="a.test",route="a.test"';
const api = 'site="a.test",route="a.test /api/*"';
const dead = 'site="dead.test",route="dead.test"';
const nowhere = 'site="",route=""';
const upstream = 'pool="api",upstream="UPSTREAM"';

interface Case {
  readonly name: string;
  readonly request: string;
  readonly status: number;
  readonly want: Series;
}

const cases: readonly Case[] = [
  {
    name: "an answer from the config",
    request: "GET / HTTP/1.1\r\nHost: a.test\r\n",
    status: 202,
    want: {
      [`foregate_exchanges_total{${local},method="GET",status="2xx"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${local}}`]: 1,
      [`foregate_response_body_bytes_total{${local}}`]: 2,
    },
  },
  {
    name: "a method of somebody's invention",
    request: "BREW /?a HTTP/1.1\r\nHost: a.test\r\n",
    status: 202,
    want: {
      [`foregate_exchanges_total{${local},method="other",status="2xx"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${local}}`]: 1,
      [`foregate_response_body_bytes_total{${local}}`]: 2,
    },
  },
  {
    name: "an upstream's answer",
    request: "POST /api/x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n",
    status: 200,
    want: {
      [`foregate_exchanges_total{${api},method="POST",status="2xx"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${api}}`]: 1,
      [`foregate_exchange_head_seconds_count{${api}}`]: 1,
      [`foregate_request_body_bytes_total{${api}}`]: 3,
      [`foregate_response_body_bytes_total{${api}}`]: 5,
      [`foregate_upstream_exchanges_total{${upstream},status="2xx"}`]: 1,
      [`foregate_upstream_duration_seconds_count{${upstream}}`]: 1,
      [`foregate_upstream_head_seconds_count{${upstream}}`]: 1,
      [`foregate_upstream_connections{${upstream},state="idle"}`]: 1,
      foregate_upstream_dials_total: 1,
    },
  },
  {
    name: "an upstream's refusal is no failure",
    request: "GET /api/missing HTTP/1.1\r\nHost: a.test\r\n",
    status: 404,
    want: {
      [`foregate_exchanges_total{${api},method="GET",status="4xx"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${api}}`]: 1,
      [`foregate_exchange_head_seconds_count{${api}}`]: 1,
      [`foregate_response_body_bytes_total{${api}}`]: 5,
      [`foregate_upstream_exchanges_total{${upstream},status="4xx"}`]: 1,
      [`foregate_upstream_duration_seconds_count{${upstream}}`]: 1,
      [`foregate_upstream_head_seconds_count{${upstream}}`]: 1,
      [`foregate_upstream_connections{${upstream},state="idle"}`]: 1,
      foregate_upstream_dials_total: 1,
    },
  },
  {
    name: "a body that is too long",
    request: "PUT /api/x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 11\r\n",
    status: 413,
    want: {
      [`foregate_exchanges_total{${api},method="PUT",status="4xx"}`]: 1,
      [`foregate_exchange_failures_total{${api},code="body-too-large"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${api}}`]: 1,
    },
  },
  {
    name: "no site",
    request: "GET / HTTP/1.1\r\nHost: b.test\r\n",
    status: 404,
    want: {
      [`foregate_exchanges_total{${nowhere},method="GET",status="4xx"}`]: 1,
      [`foregate_exchange_failures_total{${nowhere},code="no-route"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${nowhere}}`]: 1,
    },
  },
  {
    name: "no request at all",
    request: "GET  / HTTP/1.1\r\nHost: a.test\r\n",
    status: 400,
    want: {
      [`foregate_exchanges_total{${nowhere},method="other",status="4xx"}`]: 1,
      [`foregate_exchange_failures_total{${nowhere},code="bad-request"}`]: 1,
      [`foregate_exchange_duration_seconds_count{${nowhere}}`]: 1,
    },
  },
];

/** How long our own error pages are is for other tests. */
const sizeOfPage = /^foregate_response_body_bytes_total\{/;

for (const { name, request, status, want } of cases) {
  void test(`series: ${name}`, async (t) => {
    const port = await startUpstream(t);
    const proxy = await startObservedProxy(t, configFor(port));
    const before = await seriesOf(proxy.metricsPort);
    const body = "x".repeat(Number(/Content-Length: (\d+)/.exec(request)?.[1] ?? 0));
    const said = `${request}Connection: close\r\n\r\n${body}`;
    await exchange(proxy, said, status);
    const after = changes(before, await seriesOf(proxy.metricsPort));
    const wanted = Object.entries(want).map(([series, value]) => [
      series.replace("UPSTREAM", `127.0.0.1:${port}`),
      value,
    ]);
    assert.deepEqual(withoutPages(after, want), {
      ...Object.fromEntries(wanted),
      foregate_client_connections_accepted_total: 1,
      foregate_client_received_bytes_total: said.length,
    });
  });
}

function withoutPages(series: Series, want: Series): Series {
  const isFailure = Object.keys(want).some((name) => name.startsWith("foregate_exchange_failures"));
  const kept = Object.entries(series).filter(([name]) => !(isFailure && sizeOfPage.test(name)));
  return Object.fromEntries(kept);
}

/** When it is over, nobody has the connection any more. */
async function exchange(proxy: ObservedProxy, said: string, status: number): Promise<void> {
  const client = await connectClient(proxy.port);
  client.say(said);
  await client.expect(`HTTP/1.1 ${status} `);
  await client.expectEnd();
  client.close();
  const { counters } = proxy.worker;
  const isOver = (): boolean =>
    counters.exchangesInFlight === 0 && counters.connectionsActive === 0;
  await until(isOver, "the exchange is over");
}

function configFor(port: number): object {
  return {
    pools: { api: [`127.0.0.1:${port}`], dead: ["127.0.0.1:1"] },
    sites: {
      "a.test": {
        respond: { status: 202, body: "ok" },
        routes: [
          { path: "/api/*", proxy: "api", limits: { body: "10B" } },
          { header: { "x-other": true }, respond: 204 },
        ],
      },
      "dead.test": "dead",
    },
  };
}

void test("series: routes that are called the same are one", async (t) => {
  const proxy = await startObservedProxy(t, configFor(1));
  await exchange(proxy, "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n", 202);
  const other = "X-Other: 1\r\nConnection: close\r\n\r\n";
  await exchange(proxy, `GET / HTTP/1.1\r\nHost: a.test\r\n${other}`, 204);
  const series = await seriesOf(proxy.metricsPort);
  assert.equal(series[`foregate_exchanges_total{${local},method="GET",status="2xx"}`], 2);
});

void test("series: a dead upstream, and a connection that is used again", async (t) => {
  const proxy = await startObservedProxy(t, configFor(await startUpstream(t)));
  const before = await seriesOf(proxy.metricsPort);
  await exchange(proxy, "GET / HTTP/1.1\r\nHost: dead.test\r\nConnection: close\r\n\r\n", 502);
  const refused = await seriesOf(proxy.metricsPort);
  const pool = 'pool="dead",upstream="127.0.0.1:1"';
  const seen = changes(before, refused);
  assert.equal(seen[`foregate_exchange_failures_total{${dead},code="connect-refused"}`], 1);
  assert.equal(seen[`foregate_upstream_exchanges_total{${pool},status="5xx"}`], 1);
  assert.equal(seen[`foregate_upstream_duration_seconds_count{${pool}}`], 1);
  assert.equal(seen[`foregate_upstream_head_seconds_count{${pool}}`], undefined);
  assert.equal(seen["foregate_upstream_dials_total"], 1);
  for (let at = 0; at < 2; at++) {
    await exchange(proxy, "GET /api/ HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n", 200);
  }
  const reused = changes(refused, await seriesOf(proxy.metricsPort));
  assert.equal(reused["foregate_upstream_dials_total"], 1);
  assert.equal(reused["foregate_upstream_reuses_total"], 1);
});
