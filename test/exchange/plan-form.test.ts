/**
 * A plan that was written and built is the same plan. Its sites are made when somebody asks for
 * them; what they share is one object all the same.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { atOnce } from "../../src/base/in-turns.ts";
import { placeFunction } from "../../src/code/function-label.ts";
import { compileValue } from "../../src/config/load.ts";
import { buildPlan, readPlan, writePlan, type PlanParts } from "../../src/exchange/plan-form.ts";
import type { Plan, RoutePlan } from "../../src/exchange/plan.ts";
import { bareRequest } from "../../src/http/head.ts";

function partsOf(value: object): PlanParts {
  const { plan, siteOptions, problems } = compileValue(value, "test");
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return { plan, siteOptions };
}

const none = (): never => assert.fail("it has no functions");

const routeAt = ({ router }: Plan, host: string, path = "/"): RoutePlan | undefined =>
  router.match(bareRequest({ method: "GET", target: path, host }));

const manyRoutes = Array.from({ length: 250 }, (_, at) => ({
  path: `/route-${at}`,
  respond: String(at),
}));

const parts = partsOf({
  metrics: 9_090,
  defaults: { limits: { bandwidth: { client: "1MB/s" } }, access: { allow: ["10.0.0.0/8"] } },
  pools: { shop: ["10.0.0.1:80", "10.0.0.2:80"] },
  sites: {
    "a.test": { proxy: "shop" },
    "*.b.test": { routes: [{ path: "/x/*", respond: "x" }, { proxy: "shop" }] },
    "many.test": { routes: manyRoutes },
    "*": { respond: "anything" },
  },
});

void test("plan form: every site has its routes", () => {
  const built = atOnce(buildPlan(writePlan(parts)));
  const asked = [
    ["a.test", "/"],
    ["www.b.test", "/x/y"],
    ["www.b.test", "/z"],
    ["b.test", "/"],
    ...[0, 99, 100, 199, 249].map((at) => ["many.test", `/route-${at}`]),
    ["many.test", "/route-250"],
    ["other.test", "/"],
  ] as const;
  for (const [host, path] of [...asked, ...asked]) {
    const route = routeAt(built, host!, path);
    assert.deepEqual(route, routeAt(parts.plan, host!, path), `${host}${path}`);
  }
  assert.ok(routeAt(built, "many.test", "/route-249") !== undefined);
});

void test("plan form: what two sites have is one object", () => {
  const built = atOnce(buildPlan(writePlan(parts)));
  const [one, other, part] = [
    routeAt(built, "a.test"),
    routeAt(built, "www.b.test"),
    routeAt(built, "many.test", "/route-200"),
  ];
  assert.ok(one?.bandwidth !== undefined);
  assert.equal(one.bandwidth, other?.bandwidth);
  assert.equal(one.bandwidth, part?.bandwidth);
  assert.equal(one, routeAt(built, "a.test"));
});

void test("plan form: hosts that are one site have the routes of both", () => {
  const { plan, siteOptions } = parts;
  const [{ routes } = { routes: [] }] = siteOptions;
  const [rule] = routes;
  const ruleAt = (path: string): (typeof routes)[number] => ({
    match: { ...rule!.match, path },
    route: { ...rule!.route, name: path },
  });
  const sites = [
    { host: "Twice.test", routes: [ruleAt("/one")] },
    { host: "twice.test.", routes: [ruleAt("/two")] },
  ];
  const built = atOnce(buildPlan(writePlan({ plan, siteOptions: sites })));
  assert.equal(routeAt(built, "twice.test", "/one")?.name, "/one");
  assert.equal(routeAt(built, "twice.test", "/two")?.name, "/two");
});

void test("plan form: functions are looked for when it is built, and not later", () => {
  const run = (): undefined => undefined;
  placeFunction(run, { label: "foregate.config.ts:1:1", steps: ["hooks"] });
  const hooked = partsOf({ sites: { "*": { proxy: "10.0.0.1:80", hooks: { request: run } } } });
  const form = writePlan(hooked);
  const missing = (): never => {
    throw new Error("it is gone");
  };
  assert.throws(() => atOnce(buildPlan(form, missing)), /it is gone/);
  const built = atOnce(buildPlan(form, () => run));
  assert.equal(routeAt(built, "x.test")?.hooks?.request?.run, run);
});

void test("plan form: whoever shows it reads all of it", () => {
  const read = atOnce(readPlan(writePlan(parts), none));
  assert.deepEqual(read.siteOptions, parts.siteOptions);
  assert.deepEqual(read.plan.metrics, parts.plan.metrics);
  assert.deepEqual(read.plan.pools, parts.plan.pools);
});
