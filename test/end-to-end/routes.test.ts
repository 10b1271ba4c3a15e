/** What a config says about routes, as clients and upstreams see it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { plainText, valuesOf } from "../support/recorder.ts";
import {
  accept,
  close,
  expect,
  expectEnd,
  look,
  say,
  scenario,
  signal,
  wait,
} from "../support/scenario.ts";
import { plainAnswer } from "./answer-rows.ts";

const get = (path = "/", lines = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

interface MappedCase {
  readonly name: string;
  readonly mapping: unknown;
  readonly path: string;
  /** What the upstream gets. */
  readonly target: string;
  readonly says: string;
  readonly client: string;
}

const strip = { strip: "/app" };

const mapped: readonly MappedCase[] = [
  {
    name: "a path, a location and a cookie's path",
    mapping: strip,
    path: "/app/login?next=/app/x",
    target: "/login?next=/app/x",
    says: "Location: /home\r\nSet-Cookie: id=1; Path=/; HttpOnly\r\n",
    client: "Location: /app/home\r\nSet-Cookie: id=1; Path=/app; HttpOnly\r\n",
  },
  {
    name: "the prefix alone",
    mapping: strip,
    path: "/app",
    target: "/",
    says: "Content-Location: /\r\n",
    client: "Content-Location: /app/\r\n",
  },
  {
    name: "what only begins like the prefix is not under it",
    mapping: strip,
    path: "/apple",
    target: "/apple",
    says: "",
    client: "",
  },
  {
    name: "one prefix for another",
    mapping: { replace: { from: "/app", to: "/v2/x" } },
    path: "/app/a%2fb",
    target: "/v2/x/a%2fb",
    says: 'Link: </v2/x/next>; rel="next"\r\nRefresh: 5; url=/v2/x/again\r\n',
    client: 'Link: </app/next>; rel="next"\r\nRefresh: 5; url=/app/again\r\n',
  },
  {
    name: "other servers stay other servers",
    mapping: strip,
    path: "/app/",
    target: "/",
    says: "Location: https://elsewhere.test/x\r\nSet-Cookie: a=1; Domain=elsewhere.test\r\n",
    client: "Location: https://elsewhere.test/x\r\nSet-Cookie: a=1; Domain=elsewhere.test\r\n",
  },
];

for (const { name, mapping, path, target, says, client: wanted } of mapped) {
  void test(`mapped: ${name}`, async () => {
    const answer = (): string => `HTTP/1.1 302 Found\r\n${says}Content-Length: 0\r\n\r\n`;
    const config = (proxy: string): unknown => ({
      sites: { "*": { proxy, ...(mapping as object) } },
    });
    await recorded({ config, answer }, async ({ client, recorder }) => {
      client.say(get(path));
      await client.expect("\r\n\r\n");
      assert.equal(recorder.last.line, `GET ${target} HTTP/1.1`);
      const head = `HTTP/1.1 302 Found\r\n${wanted}Content-Length: 0\r\n\r\n`;
      assert.equal(plainAnswer(client.received), head);
    });
  });
}

void test("mapped: an upstream's own name becomes the public one", async () => {
  const config = (to: string): unknown => ({
    sites: { "*": { proxy: `http://${to}/base`, ...strip } },
  });
  let upstream = "";
  const answer = (): string =>
    `HTTP/1.1 302 Found\r\nLocation: http://${upstream}/base/x\r\nContent-Length: 0\r\n\r\n`;
  await recorded({ config, answer }, async ({ client, recorder }) => {
    upstream = recorder.address;
    client.say(get("/app/page"));
    await client.expect("\r\n\r\n");
    assert.equal(recorder.last.line, "GET /base/page HTTP/1.1");
    assert.match(client.received, /^Location: http:\/\/x\/app\/x\r$/m);
    assert.deepEqual(valuesOf(recorder.last.fields, "x-forwarded-prefix"), ["/app"]);
  });
});

void test("mapped: a hint's links, too", async () => {
  const answer = (): string =>
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + ok;
  const config = (proxy: string): unknown => ({ sites: { "*": { proxy, ...strip } } });
  await recorded({ config, answer }, async ({ client }) => {
    client.say(get("/app/"));
    await client.expect("Link: </app/a.css>; rel=preload\r\n");
    await client.expect("\r\n\r\nok");
  });
});

interface LocalCase {
  readonly name: string;
  readonly action: object;
  readonly request: string;
  readonly client: string;
}

const locals: readonly LocalCase[] = [
  {
    name: "a redirect to another host with path and query",
    action: { redirect: "https://example.com$uri" },
    request: get("/a?b=c"),
    client:
      "HTTP/1.1 308 Permanent Redirect\r\nLocation: https://example.com/a?b=c\r\n" +
      "Content-Length: 0\r\n\r\n",
  },
  {
    name: "a redirect is never an open one",
    action: { redirect: "$uri" },
    request: get("//evil.test/x"),
    client:
      "HTTP/1.1 308 Permanent Redirect\r\nLocation: /evil.test/x\r\nContent-Length: 0\r\n\r\n",
  },
  {
    name: "a redirect with its status",
    action: { redirect: { to: "/there", status: 302 } },
    request: get(),
    client: "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n",
  },
  {
    name: "a response with fields and body",
    action: {
      respond: { status: 418, headers: { "X-Tea": "yes", "Content-Type": "text/x" }, body: "pot" },
    },
    request: get(),
    client: "HTTP/1.1 418 \r\nX-Tea: yes\r\nContent-Type: text/x\r\nContent-Length: 3\r\n\r\npot",
  },
  {
    name: "HEAD gets the same head and no body",
    action: { respond: { status: 200, headers: { "Content-Type": "text/x" }, body: "hello" } },
    request: "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
    client: "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\n",
  },
  {
    name: "204 has no length",
    action: { respond: { status: 204 } },
    request: get(),
    client: "HTTP/1.1 204 No Content\r\n\r\n",
  },
];

for (const { name, action, request, client: wanted } of locals) {
  void test(`our own answer: ${name}`, async () => {
    await recorded({ config: () => ({ sites: { "*": action } }) }, async ({ client, recorder }) => {
      client.say(request);
      client.say(request);
      for (const _ of "12") await client.expect("\r\n\r\n");
      client.end();
      await client.expectEnd();
      assert.equal(plainAnswer(client.received), wanted + wanted);
      assert.match(client.received, /^Date: .* GMT\r$/m);
      assert.equal(recorder.upstream.connections.length, 0);
    });
  });
}

void test("field rules on both sides", async () => {
  const config = (proxy: string): unknown => ({
    sites: {
      "*": {
        proxy,
        headers: {
          request: {
            set: { "X-Set": "$host $method $ip" },
            add: { "X-Add": "two" },
            remove: ["X-Gone"],
            default: { "X-There": "no", "X-New": "yes" },
          },
          response: { set: { "X-Frame-Options": "DENY" }, remove: ["Server"] },
        },
      },
    },
  });
  const answer = (): string =>
    "HTTP/1.1 200 OK\r\nServer: x\r\nX-Frame-Options: ALLOW\r\nContent-Length: 2\r\n\r\nok";
  await recorded({ config, answer }, async ({ client, recorder }) => {
    client.say(
      get("/", "X-Set: mine\r\nX-Add: one\r\nX-Gone: 1\r\nx-gone: 2\r\nX-There: there\r\n"),
    );
    await client.expect("\r\n\r\nok");
    assert.equal(
      plainText(recorder.last),
      get(
        "/",
        "X-Set: x GET 127.0.0.1\r\nX-Add: one\r\nX-There: there\r\nX-Add: two\r\nX-New: yes\r\n",
      ),
    );
    assert.equal(
      plainAnswer(client.received),
      "HTTP/1.1 200 OK\r\nX-Frame-Options: DENY\r\nContent-Length: 2\r\n\r\nok",
    );
  });
});

const hosts = [
  { rule: "internal.test:8080", upstream: "internal.test:8080", why: "a name" },
  { rule: "$header.x-to", upstream: "x", why: "an empty one changes nothing" },
  { rule: "a b", upstream: "x", why: "neither does what is no host" },
] as const;

for (const { rule, upstream, why } of hosts) {
  void test(`a rule for Host: ${why}`, async () => {
    const headers = { request: { set: { Host: rule } } };
    const config = (proxy: string): unknown => ({ sites: { "*": { proxy, headers } } });
    await recorded({ config, answer: () => ok }, async ({ client, recorder }) => {
      client.say(get());
      await client.expect("\r\n\r\nok");
      assert.deepEqual(valuesOf(recorder.last.fields, "host"), [upstream]);
      assert.deepEqual(valuesOf(recorder.last.fields, "x-forwarded-host"), ["x"]);
    });
  });
}

void test("an error is a page for people and JSON for programs", async () => {
  const config = (proxy: string): unknown => ({ sites: { y: proxy } });
  await recorded({ config }, async ({ client }) => {
    client.say(get("/<b>", "Accept: text/html,*/*\r\n"));
    const page = await client.expect("</html>\n");
    assert.match(page, /^HTTP\/1\.1 404 Not Found\r\nContent-Type: text\/html; charset=utf-8\r\n/);
    assert.match(page, /^Proxy-Status: foregate; error=http_request_error\r$/m);
    assert.match(page, /^Cache-Control: no-store\r$/m);
    assert.doesNotMatch(page, /<b>\r|127\.0\.0\.1/);
    client.say(get("/", "X-Request-Id: seen-1\r\n"));
    const json = await client.expect("}\n");
    assert.match(json, /^Content-Type: application\/problem\+json\r$/m);
    const body = JSON.parse(json.slice(json.indexOf("{"))) as Record<string, unknown>;
    assert.equal(body["status"], 404);
    assert.equal(body["requestId"], "seen-1");
    client.say("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await client.expect("Content-Length: ");
    assert.match(await client.expectEnd(), /^\d+\r\nConnection: close\r\n\r\n$/);
  });
});

void test("pages of the operator's for people, by status, the nearest first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "foregate-errors-"));
  const page = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const config = (): unknown => ({
    errors: {
      "404": page("404.html", "nothing here: {{request_id}}\n"),
      "5xx": page("5.html", "five\n"),
    },
    sites: {
      x: {
        errors: { "502": page("502.html", "dead\n") },
        routes: [
          { path: "/dead", proxy: "127.0.0.1:1" },
          { path: "/usual", errors: "off", proxy: "127.0.0.1:1" },
          { path: "/full", limits: { body: "1B" }, proxy: "127.0.0.1:1" },
        ],
      },
    },
  });
  const asked = {
    "/dead": "dead\n",
    "/none": "nothing here: my-id\n",
    "/usual": "</html>\n",
  };
  try {
    await recorded({ config }, async ({ client }) => {
      for (const [path, want] of Object.entries(asked)) {
        client.say(get(path, "Accept: text/html\r\nX-Request-Id: my-id\r\n"));
        await client.expect(`\r\n\r\n`);
        await client.expect(want === "</html>\n" ? "</small>" : want);
      }
      client.say(get("/dead", "Accept: application/json\r\n"));
      await client.expect('"status":502');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

scenario("upstreams take turns", {
  config: ({ a, b }) => ({ pools: { p: { to: [a, b] } }, sites: { "*": { proxy: "p" } } }),
  client: Array.from({ length: 4 }, () => [say(get()), expect("\r\n\r\nok")]).flat(),
  a: [expect("GET / "), say(ok), expect("GET / "), say(ok)],
  b: [expect("GET / "), say(ok), expect("GET / "), say(ok)],
  check: (_, { a, b }) => {
    assert.equal(a.connections.length, 1);
    assert.equal(b.connections.length, 1);
  },
});

scenario("routes of one site go to different upstreams", {
  config: ({ a, b }) => ({
    sites: {
      x: { routes: [{ path: "/b/*", proxy: b }, { proxy: a }] },
      "*": { respond: { status: 421 } },
    },
  }),
  client: [
    say(get("/b/1")),
    expect("\r\n\r\nok"),
    say(get("/a")),
    expect("\r\n\r\nok"),
    say("GET / HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"),
    expect("HTTP/1.1 421 "),
    expectEnd(),
  ],
  a: [expect("GET /a "), say(ok)],
  b: [expect("GET /b/1 "), say(ok)],
});

scenario("keep-alive can be turned off", {
  config: ({ a }) => ({ sites: { "*": { proxy: { to: a, keepAlive: "off" } } } }),
  client: [say(get()), expect("ok"), wait("closed"), say(get()), expect("ok")],
  a: [
    expect("GET / "),
    say(ok),
    async ({ wire }) => void (await (await wire()).expectGone()),
    signal("closed"),
    accept(),
    expect("GET / "),
    say(ok),
    look(() => undefined),
    close(),
  ],
});
