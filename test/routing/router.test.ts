/** Which route is taken: hosts and paths. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createRouter } from "../../src/routing/router.ts";
import { requestOf } from "./request-of.ts";
import { site } from "./site-of.ts";

interface HostCase {
  readonly name: string;
  readonly sites: readonly string[];
  readonly sent: Record<string, string | undefined>;
}

const hostCases: readonly HostCase[] = [
  {
    name: "exact before wildcard before any",
    sites: ["*", "*.example.com", "example.com", "a.example.com"],
    sent: {
      "example.com": "example.com",
      "a.example.com": "a.example.com",
      "b.example.com": "*.example.com",
      "b.a.example.com": "*.example.com",
      "example.org": "*",
      "badexample.com": "*",
      "": "*",
    },
  },
  {
    name: "the longest wildcard",
    sites: ["*.com", "*.b.example.com", "*.example.com"],
    sent: {
      "x.b.example.com": "*.b.example.com",
      "b.example.com": "*.example.com",
      "x.y.b.example.com": "*.b.example.com",
      "example.com": "*.com",
      com: undefined,
      "example.org": undefined,
    },
  },
  {
    name: "case and the last dot do not matter",
    sites: ["Example.COM.", "*.Sub.Example.com"],
    sent: {
      "example.com": "Example.COM.",
      "example.com.": "Example.COM.",
      "example.com..": undefined,
      "a.sub.example.com.": "*.Sub.Example.com",
    },
  },
  {
    name: "addresses are names",
    sites: ["127.0.0.1", "[::1]"],
    sent: { "127.0.0.1": "127.0.0.1", "[::1]": "[::1]", "127.0.0.2": undefined },
  },
  {
    name: "names of Object.prototype are ordinary (threat 35)",
    sites: ["constructor"],
    sent: {
      constructor: "constructor",
      __proto__: undefined,
      tostring: undefined,
      "__proto__.constructor": undefined,
    },
  },
];

for (const { name, sites, sent } of hostCases) {
  void test(`router: hosts: ${name}`, () => {
    for (const written of [sites, sites.toReversed()]) {
      const router = createRouter(written.map((host) => site(host, {})));
      for (const [authority, want] of Object.entries(sent)) {
        assert.equal(router.match(requestOf({ authority })), want, authority);
      }
    }
  });
}

interface PathCase {
  readonly name: string;
  readonly paths: readonly string[];
  readonly sent: Record<string, string | undefined>;
}

const pathCases: readonly PathCase[] = [
  {
    name: "exact",
    paths: ["/x", "/", "/x/y/"],
    sent: {
      "/x": "/x",
      "/x?a=b": "/x",
      "/x?/x/y/": "/x",
      "/": "/",
      "/?": "/",
      "/x/": undefined,
      "/x/y": undefined,
      "/x/y/": "/x/y/",
      "/X": undefined,
      "//x": undefined,
    },
  },
  {
    name: "prefix, and the prefix itself",
    paths: ["/x/*"],
    sent: {
      "/x": "/x/*",
      "/x/": "/x/*",
      "/x?y": "/x/*",
      "/x/y/z": "/x/*",
      "/x//": "/x/*",
      "/xy": undefined,
      "/": undefined,
      "/y?/x/": undefined,
    },
  },
  {
    name: "exact before prefix, longer prefix before shorter",
    paths: ["/*", "/a/*", "/a/b/*", "/a/b", "/a/b/c/d"],
    sent: {
      "/a/b": "/a/b",
      "/a/b/": "/a/b/*",
      "/a/b/c": "/a/b/*",
      "/a/b/c/d": "/a/b/c/d",
      "/a/b/c/d/e": "/a/b/*",
      "/a": "/a/*",
      "/a/bc": "/a/*",
      "/": "/*",
      "//a/b": "/*",
    },
  },
  {
    name: "a pattern's parameter is one segment, not empty",
    paths: ["/u/:id", "/u/:id/posts/*"],
    sent: {
      "/u/1": "/u/:id",
      "/u/": undefined,
      "/u": undefined,
      "/u/1/": undefined,
      "/u/1/posts": "/u/:id/posts/*",
      "/u/1/posts/2/3": "/u/:id/posts/*",
      "/u//posts": undefined,
    },
  },
  {
    name: "a longer prefix before a pattern, a pattern before the prefix that it refines",
    paths: ["/api/:version/*", "/api/v1/*", "/u/*", "/u/:id", "/u/me", "/*"],
    sent: {
      "/api/v1/x": "/api/v1/*",
      "/api/v2/x": "/api/:version/*",
      "/u/me": "/u/me",
      "/u/7": "/u/:id",
      "/u/7/x": "/u/*",
      "/api": "/*",
    },
  },
  {
    name: "where the longer way ends, the shorter one is tried",
    paths: ["/a/b/c", "/a/:x/d", "/:y/b/e", "/*"],
    sent: { "/a/b/c": "/a/b/c", "/a/b/d": "/a/:x/d", "/a/b/e": "/:y/b/e", "/a/b/f": "/*" },
  },
  {
    name: "nothing is decoded or normalised (threat 65)",
    paths: ["/admin/*", "/a%2Fb", "/a/../b"],
    sent: {
      "/%61dmin/x": undefined,
      "/ADMIN/x": undefined,
      "//admin/x": undefined,
      "/./admin/x": undefined,
      "/x/../admin/x": undefined,
      "/admin;x/y": undefined,
      "/admin%2Fx": undefined,
      "/admin\\x": undefined,
      "/admin%00": undefined,
      "/%c0%adadmin": undefined,
      "/a%2Fb": "/a%2Fb",
      "/a%2fb": undefined,
      "/a/b": undefined,
      "/a/../b": "/a/../b",
    },
  },
  {
    name: "names of Object.prototype are ordinary (threat 35)",
    paths: ["/constructor", "/toString/*"],
    sent: {
      "/constructor": "/constructor",
      "/toString/valueOf": "/toString/*",
      "/__proto__": undefined,
      "/constructor/prototype": undefined,
      "/hasOwnProperty": undefined,
    },
  },
  {
    name: "a colon within a segment is a colon",
    paths: ["/a:b"],
    sent: { "/a:b": "/a:b", "/ax": undefined },
  },
];

for (const { name, paths, sent } of pathCases) {
  void test(`router: paths: ${name}`, () => {
    for (const written of [paths, paths.toReversed()]) {
      const router = createRouter([site("*", ...written)]);
      for (const [target, want] of Object.entries(sent)) {
        const found = router.match(requestOf({ target }));
        assert.equal(found, want === undefined ? undefined : `* ${want}`, target);
      }
    }
  });
}

void test("router: `*` and an authority as the target fit only a route without a path", () => {
  const router = createRouter([site("a", "/*", "/"), site("b", "/*", {})]);
  for (const target of ["*", "example.com:443", ""]) {
    assert.equal(router.match(requestOf({ authority: "a", method: "OPTIONS", target })), undefined);
    assert.equal(router.match(requestOf({ authority: "b", method: "OPTIONS", target })), "b");
  }
  assert.equal(router.match(requestOf({ authority: "b" })), "b /*");
});

void test("router: a site whose routes do not fit is not helped out by another (threat 65)", () => {
  const router = createRouter([
    site("a.example.com", "/x"),
    site("*.example.com", {}),
    site("*", {}),
  ]);
  assert.equal(router.match(requestOf({ authority: "a.example.com", target: "/y" })), undefined);
});
