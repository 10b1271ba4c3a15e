/**
 * Warnings: what is said of a config that can be started, and above all when nothing is said. How
 * it is said stands in `test/cli/pictures.md`.
 */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readConfig } from "../../src/config/load.ts";
import { isError } from "../../src/config/problems.ts";

const folder = import.meta.dirname;

/** `FG1201 sites["x.example"].routes[1]`. */
function warningsOf(config: string): string[] {
  const { problems } = readConfig(Buffer.from(config), "foregate.yaml", folder);
  assert.deepEqual(problems.filter(isError), []);
  return problems.map(({ code, path }) => `${code} ${path}`);
}

function routesOf(...routes: readonly string[]): string {
  const list = routes.map((route) => `{ ${route}, respond: ok }`);
  return `sites: { x.example: { routes: [${list.join(", ")}] } }`;
}

/** The routes, and which of them are never taken. */
const neverTaken: readonly (readonly [
  name: string,
  routes: readonly string[],
  want: readonly number[],
])[] = [
  ["other paths", ["path: /a", "path: /b"], []],
  ["an exact path before its prefix", ["path: /a", "path: /a/*"], []],
  ["a prefix before a path within it", ["path: /a/*", "path: /a/b"], []],
  ["one more condition", ["path: /a", "path: /a, method: GET"], []],
  ["one condition fewer", ["path: /a, method: GET", "path: /a"], []],
  ["one of two methods, behind", ["path: /a, method: [GET, PUT]", "path: /a, method: GET"], [1]],
  ["one of two methods, before", ["path: /a, method: GET", "path: /a, method: [GET, PUT]"], []],
  ["methods in another order", ["method: [GET, PUT]", "method: [PUT, GET]"], [1]],
  ["other methods", ["method: GET", "method: PUT"], []],
  ["a field with a value, behind", ["header: x-a", "header: { x-a: b }"], [1]],
  ["a field with a value, before", ["header: { x-a: b }", "header: x-a"], []],
  ["other values", ["header: { x-a: b }", "header: { x-a: c }"], []],
  ["a field's name in capitals", ["header: { X-A: b }", "header: { x-a: b }, path: /"], []],
  ["a query in another order", ["query: [a, b]", "query: [b, a]"], [1]],
  ["a method and a query are one each", ["query: a", "method: GET"], []],
  ["other names of parameters", ["path: /u/:id/*", "path: /u/:name/*"], [1]],
  ["a parameter and a rest", ["path: /u/:id", "path: /u/*"], []],
  ["the host of the site", ["host: x.example, path: /a", "path: /a"], []],
  [
    "any host is no host",
    ["path: /a, method: [GET, PUT]", "host: '*', path: /a, method: PUT"],
    [1],
  ],
  ["every path, and none", ["path: /*", "method: OPTIONS"], []],
];

for (const [name, routes, want] of neverTaken) {
  const isAny = routes.some((route) => route.includes("'*'"));
  void test(`never taken: ${name}`, () => {
    const config = isAny ? routesOf(...routes).replace("x.example", '"*"') : routesOf(...routes);
    const site = isAny ? '["*"]' : '["x.example"]';
    const paths = want.map((at) => `FG1201 sites${site}.routes[${at}]`);
    assert.deepEqual(warningsOf(config), paths);
  });
}

void test("never taken: a site with very many routes is read quickly", () => {
  const routes = Array.from({ length: 5_000 }, (_, at) => `header: { x-tenant: t${at} }`);
  assert.deepEqual(warningsOf(routesOf(...routes)), []);
});

const listens: readonly (readonly [listen: string, isOverlap: boolean])[] = [
  ["[80, 81]", false],
  ['[80, "127.0.0.1:80"]', true],
  ['["[::1]:80", 80]', true],
  ['["[::]:80", "10.0.0.1:80"]', true],
  ['["0.0.0.0:80", "10.0.0.1:80"]', true],
  ['["0.0.0.0:80", "[::1]:80"]', false],
  ['["0.0.0.0:80", "[::]:80"]', true],
  ['["[::1]:80", "[0:0:0:0:0:0:0:1]:80"]', true],
  ['["127.0.0.1:80", "127.0.0.2:80"]', false],
  ['["localhost:80", "127.0.0.1:80"]', false],
  ['["localhost:80", 80]', true],
  ['[80, "unix:/run/80"]', false],
  ['["fd:3", "fd:4", 80]', false],
  ['[0, "127.0.0.1:0", 0]', false],
];

for (const [listen, isOverlap] of listens) {
  void test(`listen: ${listen}: ${isOverlap ? "overlap" : "apart"}`, () => {
    const want = isOverlap ? ["FG1202 listen[1]"] : [];
    assert.deepEqual(warningsOf(`listen: ${listen}\nsites: { "*": ":1" }`), want);
  });
}

/** The value of site "*", and where the client chooses. */
const clientHosts: readonly (readonly [site: string, want: readonly string[]])[] = [
  ["{ redirect: https://$host$uri }", ["redirect"]],
  ["{ redirect: { to: 'https://${host}/' } }", ["redirect.to"]],
  ["{ redirect: https://a.example$uri }", []],
  ["{ redirect: https://a.example/$$host }", []],
  [
    "{ proxy: ':1', headers: { request: { set: { x-a: $header.host } } } }",
    ["headers.request.set.x-a"],
  ],
  ["{ proxy: ':1', headers: { response: { remove: host, default: { x-a: $path } } } }", []],
  ["{ routes: [{ host: a.example, redirect: https://$host/x }, { proxy: ':1' }] }", []],
  ["{ routes: [{ path: /a, redirect: https://$host/x }] }", ["routes[0].redirect"]],
  [
    "{ headers: { request: { set: { x-a: $host } } }, routes: [{ host: a.example, proxy: ':1' }] }",
    [],
  ],
];

for (const [site, want] of clientHosts) {
  void test(`any host: ${site}`, () => {
    const paths = want.map((path) => `FG1203 sites["*"].${path}`);
    assert.deepEqual(warningsOf(`sites: { "*": ${site} }`), paths);
  });
}

void test("a host of one's own is no host of the client's", () => {
  assert.deepEqual(warningsOf("sites: { '*.x.example': { redirect: https://$host/x } }"), []);
  assert.deepEqual(warningsOf("sites: { x.example: { redirect: https://$host/x } }"), []);
});

/** Port 80 is listened on. The value of site `a.example`, and whether it leads to itself. */
const loops: readonly (readonly [site: string, isLoop: boolean])[] = [
  ["redirect: $uri", true],
  ["redirect: $path", true],
  ["redirect: /", true],
  ["redirect: /x", true],
  ["redirect: http://A.example/x", true],
  ["redirect: http://a.example:80$uri", true],
  ["redirect: $scheme://$host$uri", true],
  ["redirect: http://a.example:81/", false],
  ["redirect: https://a.example$uri", false],
  ["redirect: http://b.example$uri", false],
  ["redirect: https://$host$uri", false],
  ["redirect: /x$uri", false],
  ["routes: [{ path: /a, redirect: /a }]", true],
  ["routes: [{ path: /a, redirect: /a/ }]", false],
  ["routes: [{ path: /a/*, redirect: /a/b }]", true],
  ["routes: [{ path: /a/*, redirect: /a/b }, { path: /a/b, respond: ok }]", false],
  ["routes: [{ path: /a/:id, redirect: /a/b/c }]", false],
  ["routes: [{ path: /a/:id, redirect: /a/b }]", true],
  ["routes: [{ path: /a/*, redirect: '/a/../a/b' }]", true],
  ["routes: [{ path: /a, redirect: '/a?seen=1' }]", true],
  ["routes: [{ path: /a, redirect: '/a?seen=1' }, { path: /a, query: seen, respond: ok }]", false],
  ["routes: [{ path: /a, query: { x: '1' }, redirect: /a }]", false],
  ["routes: [{ path: /a, query: { x: '1' }, redirect: $uri }]", true],
  ["routes: [{ path: /a, header: x-old, redirect: /a }]", false],
  ["routes: [{ path: /a, method: POST, redirect: { to: /a, status: 303 } }]", false],
  ["routes: [{ path: /a, method: POST, redirect: /a }]", true],
  [
    "routes: [{ path: /a, redirect: /a, headers: { response: { add: { set-cookie: a } } } }]",
    false,
  ],
  ["routes: [{ path: /a, redirect: /$cookie.where }]", false],
  ["redirect: /login, routes: [{ path: /login, respond: ok }]", false],
  ["redirect: /login, routes: [{ path: /login, respond: ok }, { path: /b/* }]", false],
];

for (const [site, isLoop] of loops) {
  void test(`redirect: ${site}: ${isLoop ? "to itself" : "elsewhere"}`, () => {
    const codes = warningsOf(`listen: 80\nsites: { a.example: { ${site} } }`).map(
      (warning) => warning.split(" ")[0],
    );
    assert.deepEqual(codes, isLoop ? ["FG1204"] : []);
  });
}

void test("redirects of any host, and of every name below one", () => {
  const warned = (host: string, target: string): boolean =>
    warningsOf(`listen: 80\nsites: { '${host}': { redirect: "${target}" } }`).includes(
      `FG1204 sites["${host}"].redirect`,
    );
  assert.ok(warned("*", "/x"));
  assert.ok(warned("*.a.example", "http://www.a.example/x"));
  assert.ok(!warned("*.a.example", "http://a.example/x"));
});

void test("a pool is used by name only, and unused without a doubt", () => {
  const pools = "pools: { a: ':1', b: ':2', c: ':3' }\n";
  assert.deepEqual(warningsOf(`${pools}sites: { x.example: a, y.example: { proxy: { to: b } } }`), [
    "FG1205 pools.c",
  ]);
  const wrong = readConfig(Buffer.from(`${pools}sites: { x.example: { prxy: a } }`), "f", folder);
  assert.ok(wrong.problems.every(isError), "a mistyped key may have been what uses it");
});

/** Configs on pages that people copy from; others show wrong ones, or single keys. */
const others = /^docs\/(?:errors|config-\w+)\.md$/;
const pages = ["README.md", ...globSync("docs/*.md")].filter((page) => !others.test(page));

void test("no example is warned of", () => {
  const root = join(folder, "../..");
  for (const page of pages) {
    const text = readFileSync(join(root, page), "utf8");
    for (const [, config = ""] of text.matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm)) {
      assert.deepEqual(warningsOf(config), [], page);
    }
  }
});

void test("the demo's config is not warned of", () => {
  const source = readFileSync(join(folder, "../../demo/start.ts"), "utf8");
  const config = /return `(# Written by the demo[^`]*)`/.exec(source)?.[1] ?? "";
  assert.deepEqual(warningsOf(config.replaceAll(/\$\{\w+\}/g, "1")), []);
});
