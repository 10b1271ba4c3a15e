/** `hooks` in a config: the nearest place wins, key by key, and what is said of them to people. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { explainedLines } from "../../src/cli/explain.ts";
import { effectiveConfig } from "../../src/config/effective.ts";
import { compileValue, type LoadedConfig } from "../../src/config/load.ts";
import type { RoutePlan } from "../../src/exchange/plan.ts";
import { functionLabel } from "../../src/code/function-label.ts";
import { routeOf } from "./config-of.ts";

function far(): void {}
function near(): void {}

interface Case {
  readonly name: string;
  readonly defaults?: unknown;
  readonly site?: unknown;
  readonly route?: unknown;
  /** The request's hook and the response's. */
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "none", want: "none" },
  { name: "of defaults", defaults: { request: far }, want: "far -" },
  { name: "of a site", site: { response: near }, want: "- near" },
  { name: "of a route", route: { request: near, response: far }, want: "near far" },
  {
    name: "the nearest wins, and others stay",
    defaults: { request: far, response: far },
    route: { response: near },
    want: "far near",
  },
  {
    name: "off for one",
    site: { request: far, response: far },
    route: { request: "off" },
    want: "- far",
  },
  { name: "off for both", site: { request: far }, route: false, want: "none" },
  { name: "off for the only one", site: { request: far }, route: { request: false }, want: "none" },
  {
    name: "with a flag",
    route: { request: { run: near, cacheable: true } },
    want: "near(cacheable) -",
  },
  { name: "without its flag", route: { request: { run: near } }, want: "near -" },
  { name: "without a name", route: { request: (() => () => {})() }, want: "hook -" },
];

for (const { name, want, ...where } of cases) {
  void test(`hooks in a config: ${name}`, () => {
    const { plan } = load(configWith(where));
    assert.equal(shown(routeOf(plan!, "http://a.example/x").hooks), want);
  });
}

void test("hooks in a config: they are for what is passed on", () => {
  const { plan } = load({
    defaults: { hooks: { request: far } },
    sites: {
      "a.example": {
        proxy: ":1",
        routes: [
          { path: "/own", respond: "own" },
          { path: "/off", hooks: "off", respond: "own" },
        ],
      },
    },
  });
  assert.equal(shown(routeOf(plan!, "http://a.example/own").hooks), "none");
  assert.equal(shown(routeOf(plan!, "http://a.example/off").hooks), "none");
  assert.equal(shown(routeOf(plan!, "http://a.example/").hooks), "far -");
});

const hooks = { request: far };
const idle: Readonly<Record<string, unknown>> = {
  'sites["a.example"].hooks': { hooks, respond: "own" },
  'sites["a.example"].routes[0].hooks': {
    proxy: ":1",
    routes: [{ path: "/own", hooks, redirect: "/x" }],
  },
};

for (const [path, site] of Object.entries(idle)) {
  void test(`hooks in a config: ${path} would never run`, () => {
    const { problems } = compileValue({ sites: { "a.example": site } }, "test");
    assert.deepEqual(
      problems.map(({ code, path: at }) => `${code} ${at}`),
      [`FG1010 ${path}`],
    );
  });
}

void test("hooks in a config: printed by their names, which are no config any more", () => {
  const { plan, siteOptions, poolNames, events, workers, admin } = load(
    configWith({ site: { request: far, response: { run: near, cacheable: true } } }),
  );
  const printed = effectiveConfig(plan!, siteOptions, {
    poolNames,
    events,
    workers,
    admin,
    hidesSecrets: false,
  });
  const text = JSON.stringify(printed);
  assert.ok(
    text.includes(
      '"hooks":{"request":{"$fn":"far"},"response":{"run":{"$fn":"near"},"cacheable":true}}',
    ),
    text,
  );
  const { problems } = compileValue(JSON.parse(text), "test");
  assert.ok(problems.some(({ help }) => help?.startsWith("hooks are code") === true));
});

void test("hooks in a config: explained where they run", () => {
  const question = { text: "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", peerIp: "192.0.2.1" };
  const linesOf = (where: Omit<Case, "name" | "want">): string[] =>
    explainedLines(question, load(configWith(where))).filter((line) => line.includes("may change"));
  assert.deepEqual(linesOf({}), []);
  assert.deepEqual(linesOf({ site: { request: far, response: near } }), [
    "hooks     request: far, may change what is sent, or answer",
    "          response: near, may change the answer",
  ]);
});

function configWith({ defaults, site, route }: Omit<Case, "name" | "want">): unknown {
  const at = (given: unknown): object => (given === undefined ? {} : { hooks: given });
  return {
    defaults: at(defaults),
    sites: { "a.example": { ...at(site), routes: [{ proxy: ":1", ...at(route) }] } },
  };
}

function load(config: unknown): LoadedConfig {
  const loaded = compileValue(config, "test");
  assert.deepEqual(loaded.problems, []);
  return loaded;
}

function shown(found: RoutePlan["hooks"]): string {
  if (found === undefined) return "none";
  const each = [found.request, found.response].map((hook) =>
    hook === undefined ? "-" : `${functionLabel(hook.run)}${hook.cacheable ? "(cacheable)" : ""}`,
  );
  return each.join(" ");
}
