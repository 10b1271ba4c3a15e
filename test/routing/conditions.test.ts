/** Which of several routes is taken: methods, fields, query parameters, and their order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { ValueCondition } from "../../src/routing/options.ts";
import { createRouter } from "../../src/routing/router.ts";
import { requestOf, type RequestWords } from "./request-of.ts";
import { site, type RouteWords } from "./site-of.ts";

interface ConditionCase {
  readonly name: string;
  readonly routes: readonly RouteWords[];
  readonly sent: RequestWords;
  readonly want: string | undefined;
}

const condition = (name: string, value?: string): ValueCondition => ({ name, value });

const conditionCases: readonly ConditionCase[] = [
  {
    name: "method",
    routes: [{ methods: ["POST", "PUT"] }],
    sent: { method: "PUT" },
    want: "POST,PUT",
  },
  {
    name: "method in another case",
    routes: [{ methods: ["GET"] }],
    sent: { method: "get" },
    want: undefined,
  },
  {
    name: "more conditions first",
    routes: [{}, { methods: ["GET"] }, { methods: ["GET"], query: [condition("a")] }],
    sent: { target: "/?a" },
    want: "GET a",
  },
  {
    name: "of equals the first that was written",
    routes: [{ query: [condition("a")] }, { query: [condition("b")] }],
    sent: { target: "/?b&a" },
    want: "a",
  },
  {
    name: "the path counts more than conditions",
    routes: [{ path: "/*", methods: ["GET"], query: [condition("a")] }, "/x"],
    sent: { target: "/x?a" },
    want: "/x",
  },
  {
    name: "the next path if conditions do not fit",
    routes: [{ path: "/x", methods: ["POST"] }, "/*"],
    sent: { target: "/x" },
    want: "/*",
  },
  {
    name: "the host counts more than the path",
    routes: ["/x", { host: "a.example.com", path: "/*" }, { host: "*.example.com", path: "/x" }],
    sent: { authority: "a.example.com", target: "/x" },
    want: "a.example.com /*",
  },
  {
    name: "the next host if no path fits",
    routes: ["/x", { host: "a.example.com", path: "/y" }, { host: "*.example.com", path: "/x" }],
    sent: { authority: "a.example.com", target: "/x" },
    want: "*.example.com /x",
  },
  {
    name: "no host if none fits",
    routes: ["/x", { host: "a.example.com", path: "/x" }],
    sent: { authority: "b.example.com", target: "/x" },
    want: "/x",
  },
  {
    name: "a known field by its value",
    routes: [{ fields: [condition("accept", "text/html")] }],
    sent: {
      fields: [
        ["Accept", "x"],
        ["ACCEPT", "text/html"],
      ],
    },
    want: "accept=text/html",
  },
  {
    name: "another field by its being there",
    routes: [{ fields: [condition("x-canary")] }],
    sent: { fields: [["X-Canary", ""]] },
    want: "x-canary",
  },
  {
    name: "a field with another value",
    routes: [{ fields: [condition("x-canary", "1")] }],
    sent: { fields: [["X-Canary", "10"]] },
    want: undefined,
  },
  {
    name: "Host as a field",
    routes: [{ fields: [condition("host", "example.com:81")] }],
    sent: { authority: "example.com:81" },
    want: "host=example.com:81",
  },
  {
    name: "names of Object.prototype are ordinary (threat 35)",
    routes: [{ fields: [condition("__proto__")] }, { query: [condition("constructor")] }],
    sent: {},
    want: undefined,
  },
];

for (const { name, routes, sent, want } of conditionCases) {
  void test(`router: conditions: ${name}`, () => {
    const router = createRouter([site("*", ...routes)]);
    const found = router.match(requestOf(sent));
    assert.equal(found, want === undefined ? undefined : `* ${want}`);
  });
}

const queryCases: readonly (readonly [target: string, name: string, value?: string])[] = [
  ["/?a=1", "a", "1"],
  ["/?b&a=1", "a", "1"],
  ["/?a", "a"],
  ["/?a", "a", ""],
  ["/?a=", "a", ""],
  ["/?a=1&a=2", "a", "1"],
  ["/?a=b=c", "a", "b=c"],
  ["/?a=x?y", "a", "x?y"],
  ["/?%61=1", "%61", "1"],
  ["/?__proto__=1", "__proto__", "1"],
];
const queryMisses: typeof queryCases = [
  ["/", "a"],
  ["/a", "a"],
  ["/?", "a"],
  ["/?ab=1", "a"],
  ["/?ba=1", "a"],
  ["/?b=a", "a"],
  ["/?a=2&a=1", "a", "1"],
  ["/?a=12", "a", "1"],
  ["/?%61=1", "a", "1"],
  ["/?A=1", "a"],
  ["/?a=%31", "a", "1"],
];

void test("router: query parameters are compared as sent, the first of a name counts", () => {
  for (const [target, name, value] of queryCases) {
    const router = createRouter([site("*", { query: [condition(name, value)] })]);
    assert.notEqual(router.match(requestOf({ target })), undefined, `${target} ${name}=${value}`);
  }
  for (const [target, name, value] of queryMisses) {
    const router = createRouter([site("*", { query: [condition(name, value)] })]);
    assert.equal(router.match(requestOf({ target })), undefined, `${target} ${name}=${value}`);
  }
});
