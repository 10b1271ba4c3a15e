/** Config texts, and the parts of the plan that they become. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { readConfig } from "../../src/config/load.ts";
import type { Plan, ProxyAction } from "../../src/exchange/plan.ts";
import { clientLimits, clientTimeouts } from "../../src/limits/options.ts";
import {
  accessLogDefaults,
  eventLogDefaults,
  redactionDefaults,
} from "../../src/observe/options.ts";
import { keepAlive, upstreamTimeouts } from "../../src/upstream/options.ts";
import { planOf, routeOf } from "./config-of.ts";

const accessFiles = "{ allow: { file: addresses.txt }, basic: { users: users } }";

const anySite = '\nsites: { "*": ":1" }\n';

interface Case {
  readonly name: string;
  readonly config: string;
  readonly part: (plan: Plan) => unknown;
  readonly want: unknown;
}

const tcp = (label: string, host: string | undefined, port: number): object => ({
  label,
  host,
  port,
  socketPath: undefined,
});

const passed = (name: string): object => ({ ...tcp(`fd:${name}`, undefined, 0), passed: name });

const listenCases: readonly (readonly [listen: string, want: readonly object[]])[] = [
  ["8080", [tcp(":8080", undefined, 8080)]],
  ["'8080'", [tcp(":8080", undefined, 8080)]],
  ["0", [tcp(":0", undefined, 0)]],
  [":81", [tcp(":81", undefined, 81)]],
  ["'*:81'", [tcp("*:81", undefined, 81)]],
  ["127.0.0.1:80", [tcp("127.0.0.1:80", "127.0.0.1", 80)]],
  ["'[::1]:80'", [tcp("[::1]:80", "::1", 80)]],
  ["localhost:80", [tcp("localhost:80", "localhost", 80)]],
  ["[80, 127.0.0.2:81]", [tcp(":80", undefined, 80), tcp("127.0.0.2:81", "127.0.0.2", 81)]],
  ["{ ':80': {}, 81: }", [tcp(":81", undefined, 81), tcp(":80", undefined, 80)]],
  [
    "unix:/run/x.sock",
    [{ label: "unix:/run/x.sock", host: undefined, port: 0, socketPath: "/run/x.sock" }],
  ],
  ["[ fd:3, 'fd:foregate.socket' ]", [passed("3"), passed("foregate.socket")]],
];

for (const [listen, want] of listenCases) {
  void test(`listen: ${listen}`, () => {
    assert.deepEqual(planOf(`listen: ${listen}${anySite}`).listeners, want);
  });
}

const eventCases: readonly (readonly [logs: string, want: object])[] = [
  ["access: off", eventLogDefaults],
  ["level: debug", { level: "debug", file: undefined, format: undefined }],
  [
    "events: { file: e.log, format: logfmt }",
    { level: "info", file: join(import.meta.dirname, "e.log"), format: "logfmt" },
  ],
];

for (const [logs, want] of eventCases) {
  void test(`events: ${logs}`, () => {
    const text = `logs: { ${logs} }${anySite}`;
    const { events } = readConfig(Buffer.from(text), "foregate.yaml", import.meta.dirname);
    assert.deepEqual(events, want);
  });
}

const loopback = (port: number): readonly object[] => [
  tcp(`127.0.0.1:${port}`, "127.0.0.1", port),
  tcp(`[::1]:${port}`, "::1", port),
];

const metricsCases: readonly (readonly [metrics: string, want: readonly object[] | undefined])[] = [
  ["9090", loopback(9090)],
  ["'9090'", loopback(9090)],
  ["0", loopback(0)],
  ["':9090'", [tcp(":9090", undefined, 9090)]],
  ["127.0.0.2:8080", [tcp("127.0.0.2:8080", "127.0.0.2", 8080)]],
  ["m.internal:1", [tcp("m.internal:1", "m.internal", 1)]],
  [
    "unix:/run/m.sock",
    [{ label: "unix:/run/m.sock", host: undefined, port: 0, socketPath: "/run/m.sock" }],
  ],
  ["off", undefined],
  ["false", undefined],
];

for (const [metrics, want] of metricsCases) {
  void test(`metrics: ${metrics}`, () => {
    const plan = planOf(`listen: ["127.0.0.1:8080", 0]\nmetrics: ${metrics}${anySite}`);
    assert.deepEqual(plan.metrics?.listeners, want);
  });
}

void test("metrics: a row for each route, and one for those that are called the same", () => {
  const plan = planOf(`
metrics: 9090
sites:
  a.test:
    proxy: ":1"
    routes: [{ path: /x, respond: 200 }, { header: { x: "1" }, respond: 200 }]
  b.test: ":1"
`);
  const want = [
    ["", ""],
    ["a.test", "a.test /x"],
    ["a.test", "a.test"],
    ["b.test", "b.test"],
  ];
  assert.deepEqual(plan.metrics?.routes, want);
  const urls = ["http://a.test/x", "http://a.test/", "http://b.test/x"];
  assert.deepEqual(
    urls.map((url) => routeOf(plan, url).row),
    [1, 2, 3],
  );
});

/** The address, port, socket and base path. */
const upstreamCases: readonly (readonly [to: string, want: readonly unknown[]])[] = [
  [":3000", ["localhost", 3000, undefined, ""]],
  ["localhost:3000", ["localhost", 3000, undefined, ""]],
  ["10.0.0.1:80", ["10.0.0.1", 80, undefined, ""]],
  ["'[::1]:80'", ["::1", 80, undefined, ""]],
  ["my_app.internal:80", ["my_app.internal", 80, undefined, ""]],
  ["http://app", ["app", 80, undefined, ""]],
  ["http://App:8080/", ["app", 8080, undefined, ""]],
  ["http://app:8080/base/x/", ["app", 8080, undefined, "/base/x"]],
  ["HTTP://app/%7Ea", ["app", 80, undefined, "/%7Ea"]],
  ["unix:/run/app.sock", ["", 0, "/run/app.sock", ""]],
];

for (const [to, want] of upstreamCases) {
  void test(`upstream: ${to}`, () => {
    const [pool] = planOf(`sites: { x.example: ${to} }`).pools;
    const [first] = pool?.upstreams ?? [];
    assert.deepEqual([first?.host, first?.port, first?.socketPath, first?.basePath], want);
  });
}

const proxyOf = (plan: Plan, url = "http://x.example/"): ProxyAction => {
  const { action } = routeOf(plan, url);
  assert.equal(action.type, "proxy");
  return action as ProxyAction;
};

const poolNames = (plan: Plan): string[] => plan.pools.map(({ name }) => name);

const cases: readonly Case[] = [
  {
    name: "without listen, plain HTTP on :8080",
    config: anySite,
    part: (plan) => plan.listeners,
    want: [tcp(":8080", undefined, 8080)],
  },
  {
    name: "defaults of everything else",
    config: anySite,
    part: ({ limits, timeouts, drainMs, forwarded, accessLog, trust }) => [
      limits === undefined ? 0 : { ...limits },
      { ...timeouts },
      drainMs,
      forwarded,
      accessLog,
      trust.empty,
    ],
    want: [clientLimits, clientTimeouts, 30_000, { rfc7239: false }, accessLogDefaults, true],
  },
  {
    name: "JSON is read as well",
    config: '{\n\t"listen": 81,\n\t"sites": { "*": "localhost:1" }\n}',
    part: (plan) => plan.listeners[0]?.port,
    want: 81,
  },
  {
    name: "trust",
    config: `trust: [10.0.0.0/8, "::1"]${anySite}`,
    part: ({ trust }) => ["10.9.9.9", "::1", "11.0.0.1"].map((ip) => trust.has(ip)),
    want: [true, true, false],
  },
  {
    name: "trust one address",
    config: `trust: 192.0.2.1${anySite}`,
    part: ({ trust }) => trust.has("192.0.2.1"),
    want: true,
  },
  {
    name: "access from files, by address and by name",
    config: `sites: { "*": { respond: ok, access: ${accessFiles} } }`,
    part: (plan) => {
      const { allow, basic } = routeOf(plan, "http://x/").access ?? {};
      const addresses = ["10.9.9.9", "fd00::1", "192.0.2.7", "192.0.2.8"];
      return {
        allowed: addresses.map((ip) => allow?.has(ip)),
        users: [...(basic?.users.keys() ?? [])],
      };
    },
    want: { allowed: [true, true, true, false], users: ["alice", "bob"] },
  },
  {
    name: "access off in every form is no access at all",
    config: `defaults: { access: { deny: 10.0.0.1 } }
sites: { a: { respond: a, access: off }, b: { respond: b, access: { deny: false } }, c: ":1" }`,
    part: (plan) =>
      ["a", "b", "c"].map((host) => routeOf(plan, `http://${host}/`).access?.deny?.has("10.0.0.1")),
    want: [undefined, undefined, true],
  },
  {
    name: "a realm in UTF-8, escaped",
    config: `sites: { "*": { respond: ok, access: { basic: { users: users, realm: 'a\\"é' } } } }`,
    part: (plan) => routeOf(plan, "http://x/").access?.basic?.challenge,
    want: 'Basic realm="a\\\\\\"Ã©", charset="UTF-8"',
  },
  ...["off", "false", '"off"'].map((off) => ({
    name: `access log: ${off}`,
    config: `logs: { access: ${off} }${anySite}`,
    part: (plan: Plan) => plan.accessLog,
    want: undefined,
  })),
  {
    name: "access log in a file, beside the config",
    config: `logs: { level: debug, access: { format: json, file: access.log } }${anySite}`,
    part: (plan) => plan.accessLog,
    want: { ...accessLogDefaults, format: "json", file: `${import.meta.dirname}/access.log` },
  },
  {
    name: "access log: which exchanges, and what of them",
    config: `logs:
  access:
    format: logfmt
    fields: X-Tenant
    redact: [X-Pin, "?Ticket-Id"]
    only: { status: [404, 5xx], slowerThan: 500ms }
    sample: 12.5%${anySite}`,
    part: (plan) => plan.accessLog,
    want: {
      file: undefined,
      format: "logfmt",
      redaction: {
        fields: [...redactionDefaults.fields, "x-pin"],
        parameters: [...redactionDefaults.parameters, "ticket-id"],
      },
      fields: ["x-tenant"],
      only: {
        statuses: [
          [404, 404],
          [500, 599],
        ],
        slowerThanMs: 500,
        failed: false,
      },
      sampleShare: 0.125,
    },
  },
  ...(["[]", "off"] as const).map((redact) => ({
    name: `access log: redact ${redact}`,
    config: `logs: { access: { redact: ${redact} } }${anySite}`,
    part: (plan: Plan) => plan.accessLog?.redaction,
    want: redact === "off" ? { ...redactionDefaults, parameters: [] } : redactionDefaults,
  })),
  {
    name: "logs without access",
    config: `logs: { level: warn }${anySite}`,
    part: (plan) => plan.accessLog,
    want: accessLogDefaults,
  },
  {
    name: "limits, one by one",
    config: `limits: { connections: 0, head: 64KiB, fields: 200, field: 32KB }${anySite}`,
    part: (plan) => ({ ...plan.limits }),
    want: {
      ...clientLimits,
      connectionsMax: 0,
      headBytesMax: 65_536,
      fieldsMax: 200,
      fieldBytesMax: 32_000,
    },
  },
  {
    name: "timeouts, one by one",
    config: `timeouts: { head: 5s, tunnel: 1d, drain: 0s, bodyRate: 1KB/s }${anySite}`,
    part: (plan) => [{ ...plan.timeouts }, plan.drainMs],
    want: [{ ...clientTimeouts, headMs: 5_000, tunnelMs: 86_400_000, bodyRateMin: 1_000 }, 0],
  },
  {
    name: "forwarded, compat, workers",
    config: `forwarded: true\ncompat: "2026-11"\nworkers: auto${anySite}`,
    part: (plan) => plan.forwarded,
    want: { rfc7239: true },
  },
  {
    name: "an upstream that several routes name is one pool",
    config: "sites: { a.example: ':1', b.example: 'localhost:1', x.example: 'localhost:2' }",
    part: poolNames,
    want: ["localhost:1", "localhost:2"],
  },
  {
    name: "not with other ways to keep connections",
    config: "sites: { a.example: ':1', b.example: { proxy: { to: ':1', keepAlive: off } } }",
    part: (plan) => plan.pools.map((pool) => pool.keepAlive.idleMax),
    want: [1024, 0],
  },
  {
    name: "a pool as a map, a list, a string",
    config: `
pools:
  a: { to: ["10.0.0.1:1", { url: "10.0.0.2:1" }], balance: round-robin }
  b: [ ":1", ":2" ]
  c: ":3"
sites: { x.example: b, y.example: c }`,
    part: (plan) => [poolNames(plan), proxyOf(plan).pool, proxyOf(plan, "http://y.example/").pool],
    want: [["a", "b", "c"], 1, 2],
  },
  {
    name: "PROXY protocol, which makes another pool of the same upstream",
    config: `
pools: { a: { to: ":1", proxyProtocol: v2 }, b: { to: ":1", proxyProtocol: off } }
sites:
  a.example: { proxy: { to: ":2", proxyProtocol: v1 } }
  b.example: { proxy: { to: ":2", proxyProtocol: v1 } }
  c.example: ":2"
  d.example: { proxy: { to: ":2", proxyProtocol: off } }
  e.example: a
  f.example: b
`,
    part: (plan) => plan.pools.map((pool) => pool.proxyProtocol),
    want: [2, undefined, 1, undefined],
  },
  {
    name: "keepAlive of a pool",
    config: `
pools: { a: { to: ":1", keepAlive: { max: 5, idle: 1s, age: 1m, fresh: 0s } }, b: ":2" }
sites: { x.example: a }`,
    part: (plan) => plan.pools.map((pool) => pool.keepAlive),
    want: [{ idleMax: 5, idleMs: 1_000, ageMs: 60_000, freshMs: 0 }, keepAlive],
  },
  {
    name: "anchors and merge keys",
    config: `
pools: { a: &usual { to: ":1", timeouts: { connect: 1s } }, b: { <<: *usual, to: ":2" } }
sites: { x.example: b }`,
    part: (plan) => plan.pools.map((pool) => [pool.timeouts.connectMs, pool.upstreams[0]?.port]),
    want: [
      [1_000, 1],
      [1_000, 2],
    ],
  },
  {
    name: "websocket is upgraded to, unless it is off",
    config: `
sites:
  a.example: ":1"
  b.example: { proxy: { to: ":1", upgrade: off } }
  c.example: { proxy: { to: ":1", upgrade: [WebSocket, my/1.0] } }`,
    part: (plan) =>
      ["a", "b", "c"].map((name) => proxyOf(plan, `http://${name}.example/`).upgrades),
    want: [["websocket"], [], ["websocket", "my/1.0"]],
  },
];

for (const { name, config, part, want } of cases) {
  void test(`plan: ${name}`, () => assert.deepEqual(part(planOf(config)), want));
}

void test("plan: how long an upstream is waited for, from far to near", () => {
  const plan = planOf(`
defaults: { timeouts: { connect: 1s, firstByte: 1s, idle: 1s } }
pools: { api: { to: ":1", timeouts: { connect: 2s, firstByte: 2s } } }
sites:
  x.example:
    timeouts: { firstByte: 3s }
    routes:
      - { path: /pool, proxy: api }
      - { path: /route, proxy: api, timeouts: { idle: off } }
      - { path: /proxy, timeouts: { idle: 4s }, proxy: { to: api, timeouts: { idle: 5s } } }
  y.example: ":2"`);
  const times = (url: string): unknown => Object.values(proxyOf(plan, url).timeouts);
  assert.deepEqual(times("http://x.example/pool"), [2_000, 3_000, 1_000]);
  assert.deepEqual(times("http://x.example/route"), [2_000, 3_000, 0]);
  assert.deepEqual(times("http://x.example/proxy"), [2_000, 3_000, 5_000]);
  assert.deepEqual(times("http://y.example/"), [1_000, 1_000, 1_000]);
  assert.deepEqual(
    { ...upstreamTimeouts },
    { connectMs: 5_000, firstByteMs: 60_000, idleMs: 60_000 },
  );
});
