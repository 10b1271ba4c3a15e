/** What a look-up costs, in steps: never in time. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { SiteOptions } from "../../src/routing/options.ts";
import { createRouter } from "../../src/routing/router.ts";
import { requestOf } from "./request-of.ts";
import { site } from "./site-of.ts";

/** Every look-up goes through `Map.prototype.get`, so its calls are the steps. */
function stepsOf(run: () => unknown): number {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the map below.
  const original = Map.prototype.get;
  let steps = 0;
  Map.prototype.get = function get(this: Map<unknown, unknown>, key: unknown): unknown {
    steps += 1;
    return original.call(this, key);
  };
  try {
    run();
  } finally {
    Map.prototype.get = original;
  }
  return steps;
}

void test("router: 10,000 sites cost a look-up what 10 cost", () => {
  const sitesOf = (count: number): SiteOptions<string>[] =>
    Array.from({ length: count }, (_, at) => {
      const name = `n${String(at).padStart(5, "0")}.example.com`;
      return [site(`a${at % 10}.${name}`, "/x/*"), site(`*.${name}`, "/x/*")];
    }).flat();
  const few = createRouter(sitesOf(10));
  const many = createRouter(sitesOf(10_000));
  for (const authority of [
    "a3.n00003.example.com",
    "z.n00003.example.com",
    "a.b.n00003.example.com",
    "no.where",
  ]) {
    const head = requestOf({ authority, target: "/x/y" });
    const steps = stepsOf(() => few.match(head));
    assert.ok(steps > 0 && steps < 10, `${steps} steps for ${authority}`);
    assert.equal(
      stepsOf(() => many.match(head)),
      steps,
      authority,
    );
    assert.equal(many.match(head), few.match(head));
  }
});

void test("router: 1,000 routes cost a look-up what 10 cost", () => {
  const routesOf = (count: number): string[] =>
    Array.from({ length: count }, (_, at) => [`/a${at}`, `/p${at}/*`, `/u${at}/:id/x`]).flat();
  const few = createRouter([site("*", ...routesOf(10))]);
  const many = createRouter([site("*", ...routesOf(1_000))]);
  for (const target of ["/a3", "/p3/x/y", "/u3/7/x", "/none/of/them"]) {
    const head = requestOf({ target });
    assert.equal(
      stepsOf(() => many.match(head)),
      stepsOf(() => few.match(head)),
      target,
    );
    assert.equal(many.match(head), few.match(head));
  }
});

void test("router: neither 8,000 slashes nor 120 labels cost more than the config is deep", () => {
  const router = createRouter([site("*.example.com", "/a/b/*", "/a/:x/c"), site("*", {})]);
  const deep = requestOf({ authority: "a.example.com", target: "/a/b" + "/".repeat(8_000) });
  assert.ok(stepsOf(() => router.match(deep)) < 10);
  const long = requestOf({ authority: "a.".repeat(120) + "example.org" });
  assert.ok(stepsOf(() => router.match(long)) < 10);
});
