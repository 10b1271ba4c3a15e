/** Sites and routes: what is inherited, what an action becomes, what changes on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { RespondAction, RoutePlan } from "../../src/exchange/plan.ts";
import { writeTemplate } from "../../src/rewriting/template.ts";
import { planOf, routeOf } from "./config-of.ts";

/** The rules of one direction, one line each. */
function rulesOf(route: RoutePlan, direction: "request" | "response"): string[] {
  const subject = { head: {} as never, clientIp: "192.0.2.1" };
  return (route.fieldRules?.[direction] ?? []).map(({ kind, name, value }) =>
    `${kind} ${name} ${value === undefined ? "" : writeTemplate(value, subject)}`.trim(),
  );
}

function respondOf(yaml: string): RespondAction {
  const { action } = routeOf(
    planOf(`sites: { x.example: { respond: ${yaml} } }`),
    "http://x.example/",
  );
  assert.equal(action.type, "respond");
  return action as RespondAction;
}

void test("a route's conditions choose it, and its name says which it is", () => {
  const plan = planOf(`
sites:
  X.Example:
    routes:
      - { path: /api/*, proxy: ":1" }
      - { path: /api/*, method: [POST, PUT], proxy: ":2" }
      - { path: /find, query: { q: "1", page: true }, proxy: ":3" }
      - { header: { x-debug: true }, proxy: ":4" }
    proxy: ":5"
  "*.wild.example":
    routes: [{ host: a.wild.example, proxy: ":6" }, { proxy: ":7" }]
  münchen.example: ":8"`);
  const named = (url: string, method?: string): string => routeOf(plan, url, method).name;
  assert.equal(named("http://x.example/api/x"), "x.example /api/*");
  assert.equal(named("http://x.example/api/x", "PUT"), "x.example POST,PUT /api/*");
  assert.equal(named("http://x.example/find?page=&q=1"), "x.example /find");
  assert.equal(named("http://x.example/find?q=1"), "x.example");
  assert.equal(named("http://a.wild.example/"), "*.wild.example (a.wild.example)");
  assert.equal(named("http://b.wild.example/"), "*.wild.example");
  assert.equal(named("http://xn--mnchen-3ya.example/"), "xn--mnchen-3ya.example");
});

void test("a route without an action does what its site does", () => {
  const plan = planOf(`
sites: { x.example: { proxy: ":1", routes: [{ path: /up, limits: { body: 1MB } }] } }`);
  const route = routeOf(plan, "http://x.example/up");
  assert.equal(route.action.type, "proxy");
  assert.equal(route.bodyBytesMax, 1_000_000);
  assert.equal(routeOf(plan, "http://x.example/").bodyBytesMax, 0);
});

void test("limits, headers and prefixes: the nearest wins, key by key", () => {
  const plan = planOf(`
defaults:
  limits: { body: 10MB }
  headers: { response: { set: { x-far: "1", x-frame-options: DENY }, remove: server } }
sites:
  x.example:
    strip: /app/
    headers: { request: { default: { x-ip: $ip } }, response: { add: { X-Far: [a, b] } } }
    routes:
      - { path: /app/free, limits: { body: off }, proxy: ":1" }
      - { path: /old/*, replace: { from: /old, to: /new/ }, proxy: ":1" }
      - { headers: { response: { remove: [x-far, x-b], set: { x-c: "" } } }, proxy: ":1" }
  y.example: ":2"`);
  const free = routeOf(plan, "http://x.example/app/free");
  assert.equal(free.bodyBytesMax, 0);
  assert.deepEqual(free.mapping, { publicPrefix: "/app", internalPrefix: "" });
  assert.deepEqual(rulesOf(free, "request"), ["default x-ip 192.0.2.1"]);
  assert.deepEqual(rulesOf(free, "response"), [
    "remove server",
    "set x-frame-options DENY",
    "add X-Far a",
    "add X-Far b",
  ]);
  const old = routeOf(plan, "http://x.example/old/a");
  assert.equal(old.bodyBytesMax, 10_000_000);
  assert.deepEqual(old.mapping, { publicPrefix: "/old", internalPrefix: "/new" });
  assert.deepEqual(rulesOf(routeOf(plan, "http://x.example/"), "response"), [
    "remove server",
    "set x-frame-options DENY",
    "remove x-far",
    "remove x-b",
    "set x-c",
  ]);
  assert.equal(routeOf(plan, "http://y.example/").mapping, undefined);
});

void test("without rules there are none", () => {
  const plan = planOf("sites: { x.example: ':1' }");
  assert.equal(routeOf(plan, "http://x.example/").fieldRules, undefined);
});

/** The template as its parts: text, or the placeholder's name. */
const redirects: readonly (readonly [yaml: string, status: number, parts: readonly string[]])[] = [
  ["https://example.com$uri", 308, ["https://example.com", "$uri"]],
  ["{ to: /new/$path, status: 301 }", 301, ["/new/", "$path"]],
  ["https://$host:8443$uri", 308, ["https://", "$host", ":8443", "$uri"]],
  ["$scheme://$host/x", 308, ["$scheme", "://", "$host", "/x"]],
  ["$path", 308, ["$path"]],
  ["/login?next=$header.x-a", 308, ["/login?next=", "$header"]],
  ["/", 308, ["/"]],
];

for (const [yaml, status, parts] of redirects) {
  void test(`redirect: ${yaml}`, () => {
    const quoted = yaml.startsWith("{") ? yaml : JSON.stringify(yaml);
    const plan = planOf(`sites: { x.example: { redirect: ${quoted} } }`);
    const { action } = routeOf(plan, "http://x.example/");
    assert.ok(action.type === "redirect");
    assert.equal(action.status, status);
    const shown = action.location.map((part) =>
      typeof part === "string" ? part : `$${part.kind}`,
    );
    assert.deepEqual(shown, parts);
  });
}

const answers: readonly (readonly [
  yaml: string,
  status: number,
  fields: readonly (readonly [string, string])[],
  body: string,
])[] = [
  ["hello", 200, [["Content-Type", "text/plain; charset=utf-8"]], "hello"],
  ["404", 404, [], ""],
  ["{}", 200, [], ""],
  ["{ status: 204 }", 204, [], ""],
  ["{ status: 503, body: '' }", 503, [], ""],
  [
    "{ headers: { content-type: application/json, X-A: é }, body: '{}' }",
    200,
    [
      ["content-type", "application/json"],
      ["X-A", "Ã©"],
    ],
    "{}",
  ],
];

for (const [yaml, status, fields, body] of answers) {
  void test(`respond: ${yaml}`, () => {
    const action = respondOf(yaml);
    assert.equal(action.status, status);
    assert.deepEqual(action.fields, fields);
    assert.equal(action.body.toString(), body);
  });
}

void test("respond: a file beside the config, with its type", () => {
  const action = respondOf("{ status: 503, file: sorry.html }");
  assert.deepEqual(action.fields, [["Content-Type", "text/html; charset=utf-8"]]);
  assert.match(action.body.toString(), /back soon/);
});
