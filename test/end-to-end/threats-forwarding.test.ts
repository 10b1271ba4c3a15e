/** Threats in what is sent upstream (C of the list): the bytes, and what the upstream gets. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { valuesOf } from "../support/recorder.ts";
import { get, post, testThreats, type ThreatRow } from "./threat-rows.ts";

const refused = { answers: [400] } as const;

const goesAs = (threat: number, name: string, lines: string, sent: string): ThreatRow => ({
  threat,
  name,
  bytes: get(lines),
  answers: [200],
  upstream: [get(sent)],
});

/** Forwarded byte for byte. */
const path = (name: string, target: string): ThreatRow => ({
  threat: 65,
  name: `a path with ${name} goes on as it is`,
  bytes: get("", target),
  answers: [200],
  upstream: [get("", target)],
});

/** `/admin/*` is not for clients: what looks like it only to others goes on unchanged. */
const guarded = (to: string): unknown => ({
  sites: { "*": { proxy: to, routes: [{ path: "/admin/*", respond: { status: 403 } }] } },
});

const rows: readonly ThreatRow[] = [
  goesAs(57, "no body, no framing", "", ""),
  {
    threat: 57,
    name: "one length, ours, behind all other fields",
    bytes: post("content-length: 2\r\nX: y\r\n", "hi"),
    answers: [200],
    upstream: [post("X: y\r\nContent-Length: 2\r\n", "hi")],
  },
  {
    threat: 57,
    name: "one coding, ours, in our own chunks",
    bytes: post("TRANSFER-ENCODING: CHUNKED\r\nX: y\r\n", "002;e=f\r\nhi\r\n00\r\n\r\n"),
    answers: [200],
    upstream: [post("X: y\r\nTransfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n")],
  },
  {
    threat: 57,
    name: "an empty body says that it is empty",
    bytes: post("Content-Length: 0\r\n"),
    answers: [200],
    upstream: [post("Content-Length: 0\r\n")],
  },

  goesAs(
    58,
    "what Connection names ends here, and Connection too",
    "Connection: X-Hop, keep-alive, x-other\r\nX-Hop: 1\r\nx-hop: 2\r\nX-Other: 3\r\nX-Kept: 4\r\n",
    "X-Kept: 4\r\n",
  ),
  goesAs(
    58,
    "several lines of Connection are one list",
    "Connection: x-one\r\nX-One: 1\r\nConnection: x-two\r\nX-Two: 2\r\n",
    "",
  ),
  goesAs(
    58,
    "fields for one hop end here without being named",
    "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\n" +
      "Proxy-Authorization: Basic x\r\nTrailer: X\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n",
    "",
  ),
  goesAs(
    58,
    "of TE only trailers is passed on",
    "Connection: TE\r\nTE: gzip, trailers\r\n",
    "TE: trailers\r\nConnection: TE\r\n",
  ),
  goesAs(58, "an option that names no field", "Connection: x-nothing, close\r\n", ""),

  ...[
    "Content-Length",
    "Host",
    "Transfer-Encoding",
    "Authorization",
    "Cookie",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Forwarded",
    "Via",
    "Cache-Control",
    "Range",
    "Accept-Encoding",
    "Accept-Language",
    "User-Agent",
    "If-None-Match",
    "x-request-id",
  ].map((name): ThreatRow => ({
    threat: 59,
    name: `Connection names ${name}`,
    bytes: get(`Connection: close, ${name}\r\n`),
    ...refused,
  })),
  {
    threat: 59,
    name: "Connection is no list of tokens",
    bytes: get("Connection: a b\r\n"),
    ...refused,
  },

  {
    threat: 62,
    name: "Host goes on as it was sent",
    bytes: "GET / HTTP/1.1\r\nHost: Shop.Example:8080\r\n\r\n",
    answers: [200],
    upstream: ["GET / HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n"],
  },
  {
    threat: 62,
    name: "escaped line ends stay escaped, in a path and in a field made of it",
    bytes: get("", "/a%0d%0aX:%20y?q=%0D%0Ab"),
    config: (to) => ({
      sites: {
        "*": { proxy: to, headers: { request: { set: { "x-uri": "$uri", "x-q": "$query" } } } },
      },
    }),
    answers: [200],
    upstream: [
      get("x-uri: /a%0d%0aX:%20y?q=%0D%0Ab\r\nx-q: q=%0D%0Ab\r\n", "/a%0d%0aX:%20y?q=%0D%0Ab"),
    ],
  },
  {
    threat: 62,
    name: "and under a replaced prefix",
    bytes: get("", "/app/%0d%0a"),
    config: (to) => ({ sites: { "*": { proxy: to, replace: { from: "/app", to: "/x" } } } }),
    answers: [200],
    upstream: [get("X-Forwarded-Prefix: /app\r\n", "/x/%0d%0a")],
  },
  goesAs(
    63,
    "fields of one name keep their order, and unknown ones their case",
    "X-a: 1\r\nCookie: b=1\r\nX-A: 2\r\ncookie: a=2\r\nx-A: 3\r\nWeIrD: y\r\n",
    "X-a: 1\r\nCookie: b=1\r\nX-A: 2\r\ncookie: a=2\r\nx-A: 3\r\nWeIrD: y\r\n",
  ),
  {
    threat: 63,
    name: "Max-Forwards is counted down for OPTIONS",
    bytes: "OPTIONS * HTTP/1.1\r\nHost: x\r\nMax-Forwards: 2\r\n\r\n",
    answers: [200],
    upstream: ["OPTIONS * HTTP/1.1\r\nHost: x\r\nMax-Forwards: 1\r\n\r\n"],
  },
  {
    threat: 63,
    name: "at 0 the proxy answers itself",
    bytes: "OPTIONS / HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n",
    answers: [204],
  },
  goesAs(63, "of other methods it is left alone", "Max-Forwards: 0\r\n", "Max-Forwards: 0\r\n"),
  {
    threat: 64,
    name: "TRACE is refused",
    bytes: "TRACE / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nConnection: close\r\n\r\n",
    answers: [405],
  },

  path("dots", "/a/../b/./c"),
  path("escaped dots", "/%2e%2e/%2E%2E/x"),
  path("escaped slashes", "/a%2fb%5cc"),
  path("two slashes", "//a//b"),
  path("parameters", "/a;b=c/d;e"),
  path("an escaped NUL", "/a%00.png"),
  path("a backslash", "/a\\..\\b"),
  path("overlong UTF-8", "/%c0%ae%c0%ae/x"),
  path("a bad escape", "/%zz/%"),
  path("two questions", "/a?b?c=/d%0a"),
  path("nothing but a question", "/?"),
  path("brackets and quotes", `/[a]{b}|"c"<d>^\``),
  {
    threat: 65,
    name: "what a route guards is guarded",
    bytes: get("Connection: close\r\n", "/admin/x"),
    config: guarded,
    answers: [403],
  },
  ...["/%61dmin/x", "//admin/x", "/x/../admin/x", "/admin%2fx", "/Admin/x", "/admin;x/y"].map(
    (target): ThreatRow => ({
      threat: 65,
      name: `${target} is matched as it is sent on`,
      bytes: get("", target),
      config: guarded,
      answers: [200],
      upstream: [get("", target)],
    }),
  ),
  {
    threat: 69,
    name: "a request never chooses its upstream",
    bytes: "GET http://169.254.169.254/x HTTP/1.1\r\nHost: unix:/run/x.sock\r\n\r\n",
    answers: [400],
  },
  goesAs(
    69,
    "fields that name another place are data",
    "X-Accel-Redirect: /secret\r\nX-Original-URL: /admin\r\nDestination: http://y/\r\n",
    "X-Accel-Redirect: /secret\r\nX-Original-URL: /admin\r\nDestination: http://y/\r\n",
  ),
];

testThreats(rows);

interface ForwardedCase {
  readonly name: string;
  readonly trust?: readonly string[];
  readonly rfc7239?: boolean;
  readonly lines: string;
  readonly want: Readonly<Record<string, readonly string[]>>;
}

const trust = ["127.0.0.0/8", "10.0.0.0/8"];

const forwardedCases: readonly ForwardedCase[] = [
  {
    name: "what an unknown peer says of clients is replaced",
    lines:
      "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 7.7.7.7\r\nX-Forwarded-Host: evil\r\n" +
      "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /evil\r\n" +
      "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n",
    want: {
      "x-forwarded-for": ["127.0.0.1"],
      "x-forwarded-host": ["x"],
      "x-forwarded-proto": ["http"],
      "x-forwarded-port": [],
      "x-forwarded-prefix": [],
      forwarded: [],
      "x-real-ip": ["127.0.0.1"],
    },
  },
  {
    name: "what a trusted peer says is kept and added to",
    trust,
    lines:
      "X-Forwarded-For: 1.2.3.4, 10.0.0.9\r\nX-Forwarded-Host: public\r\n" +
      "X-Forwarded-Proto: https\r\nX-Real-IP: 1.2.3.4\r\n",
    want: {
      "x-forwarded-for": ["1.2.3.4, 10.0.0.9, 127.0.0.1"],
      "x-forwarded-host": ["public"],
      "x-forwarded-proto": ["https"],
      "x-real-ip": ["1.2.3.4"],
    },
  },
  {
    name: "a scheme of a trusted peer that is none is dropped",
    trust,
    lines: "X-Forwarded-Proto: https, http\r\n",
    want: { "x-forwarded-proto": ["http"], "x-forwarded-for": ["127.0.0.1"] },
  },
  {
    name: "Forwarded is written where it is asked for",
    rfc7239: true,
    lines: "Forwarded: for=6.6.6.6\r\n",
    want: { forwarded: ["for=127.0.0.1;host=x;proto=http"] },
  },
  {
    name: "the chain is read from the right",
    trust,
    lines: "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.9\r\n",
    want: { "x-client": ["1.2.3.4"] },
  },
  {
    name: "and is not read at all from an unknown peer",
    lines: "X-Forwarded-For: 6.6.6.6\r\n",
    want: { "x-client": ["127.0.0.1"] },
  },
];

for (const { name, trust: peers = [], rfc7239 = false, lines, want } of forwardedCases) {
  void test(`threat 60: ${name}`, async () => {
    const headers = { request: { set: { "x-client": "$ip" } } };
    const config = (proxy: string): unknown => ({
      trust: peers,
      forwarded: rfc7239,
      sites: { "*": { proxy, headers } },
    });
    await recorded({ config }, async ({ client, recorder }) => {
      client.say(get(lines));
      await client.expect("\r\n\r\nok");
      const { fields } = recorder.last;
      const seen = Object.keys(want).map((field) => [field, valuesOf(fields, field)]);
      assert.deepEqual(Object.fromEntries(seen), want);
    });
  });
}

void test("threat 63: Via is added, and a request that comes back is refused", async () => {
  await recorded({}, async ({ client, recorder }) => {
    client.say(get("Via: 1.0 fred, 1.1 p.example\r\n"));
    await client.expect("\r\n\r\nok");
    const [outer, own = "", ...more] = valuesOf(recorder.last.fields, "via");
    assert.equal(outer, "1.0 fred, 1.1 p.example");
    assert.match(own, /^1\.1 foregate-[0-9a-f]{8}$/);
    assert.deepEqual(more, []);
    for (const again of [`Via: ${own}\r\n`, `Via: 1.0 fred\r\nVia: 1.1 a (x), ${own}\r\n`]) {
      client.say(get(again));
      await client.expect("HTTP/1.1 508 ");
      await client.expect("}\n");
    }
    client.say(get(`Via: ${own}0\r\n`));
    await client.expect("\r\n\r\nok");
    assert.equal(recorder.requests.length, 2);
  });
});
