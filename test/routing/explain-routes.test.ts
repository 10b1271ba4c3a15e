/** What is said of routes agrees with what the router does, whatever the routes and the request. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { explainRoutes, explainSite, misfit } from "../../src/routing/explain-routes.ts";
import type { RouteMatch } from "../../src/routing/options.ts";
import { createRouter } from "../../src/routing/router.ts";
import { requestOf } from "./request-of.ts";
import { site } from "./site-of.ts";

const path = fc.constantFrom("/", "/*", "/a", "/a/*", "/a/:x", "/a/:x/*", "/a/b", "/a/b/*", "/:x");
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 1 });

const value = fc.record({ name: fc.constantFrom("x-a", "x-b"), value: maybe(fc.constant("1")) });
const parameter = fc.record({ name: fc.constantFrom("p", "q"), value: maybe(fc.constant("1")) });

const match: fc.Arbitrary<RouteMatch> = fc.record({
  path: maybe(path),
  host: maybe(fc.constantFrom("a.example", "*.example", "*", "b.a.example")),
  methods: fc.subarray(["GET", "POST"]),
  fields: fc.uniqueArray(value, { maxLength: 2, selector: ({ name }) => name }),
  query: fc.uniqueArray(parameter, { maxLength: 2, selector: ({ name }) => name }),
});

const request = fc
  .record({
    authority: fc.constantFrom("a.example", "b.a.example", "c.example", "other"),
    method: fc.constantFrom("GET", "POST", "PUT"),
    target: fc.constantFrom("/", "/a", "/a/", "/a/b", "/a/c", "/a/b/c", "/a//", "/z", "*"),
    query: fc.constantFrom("", "?p", "?p=1", "?q=1&p=2", "?q=&q=1"),
    fields: fc.subarray([
      ["X-A", "1"],
      ["x-b", "2"],
    ] as const),
  })
  .map(({ target, query, ...words }) => requestOf({ ...words, target: target + query }));

void test("explained routes: a condition that does not fit is named, and none where all fit", () => {
  fc.assert(
    fc.property(match, request, (wanted, head) => {
      const router = createRouter([{ host: "*", routes: [{ match: wanted, route: "it" }] }]);
      assert.equal(misfit(wanted, head) === undefined, router.match(head) === "it");
    }),
    { numRuns: 3_000 },
  );
});

void test("explained routes: whoever fits is taken, or has one before it", () => {
  fc.assert(
    fc.property(fc.array(match, { maxLength: 6 }), request, (matches, head) => {
      const routes = matches.map((one, at) => ({ match: one, route: at }));
      const options = { host: "*", routes };
      const taken = createRouter([options]).match(head);
      const verdicts = explainRoutes(options, head, taken);
      assert.deepEqual(
        verdicts.map(({ route }) => route),
        [...matches.keys()],
      );
      for (const { route, outcome, reason } of verdicts) {
        assert.equal(outcome === "taken", route === taken);
        assert.equal(outcome === "misfit", misfit(matches[route]!, head) !== undefined);
        assert.equal(reason === "", outcome === "taken");
      }
      assert.equal(
        taken === undefined,
        verdicts.every(({ outcome }) => outcome === "misfit"),
      );
    }),
    { numRuns: 3_000 },
  );
});

const hosts: Record<string, string> = {
  "a.example": "a.example by name",
  "a.example.": "a.example by name",
  "b.example": "*.example by wildcard",
  "example.org": "* by any",
};

for (const [asked, want] of Object.entries(hosts)) {
  void test(`explained site: ${asked}`, () => {
    const sites = ["*", "*.example", "a.example"].map((host) => site(host, "/"));
    const found = explainSite(sites, asked);
    assert.equal(found && `${found.site.host} by ${found.by}`, want);
  });
}

void test("explained site: none", () => {
  assert.equal(explainSite([site("a.example", "/")], "b.example"), undefined);
});
