/** Where compiled code is kept: for root, a service and a user, and not just anywhere. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { compileCacheFolder } from "../../src/cli/compile-cache.ts";

const cases = [
  { name: "a user", around: { HOME: "/home/ada" }, want: "/home/ada/.cache/foregate/compiled" },
  {
    name: "a user with a place for caches",
    around: { HOME: "/home/ada", XDG_CACHE_HOME: "/cache" },
    want: "/cache/foregate/compiled",
  },
  {
    name: "a place that is named from somewhere",
    around: { HOME: "/home/ada", XDG_CACHE_HOME: "cache" },
    want: "/home/ada/.cache/foregate/compiled",
  },
  { name: "nobody's home", around: {}, want: undefined },
  { name: "an empty home", around: { HOME: "" }, want: undefined },
  {
    name: "root, whoever's home is set",
    around: { HOME: "/home/ada" },
    userId: 0,
    want: "/var/cache/foregate/compiled",
  },
  {
    name: "a service",
    around: { CACHE_DIRECTORY: "/var/cache/private/foregate:/other", HOME: "/" },
    userId: 0,
    want: "/var/cache/private/foregate/compiled",
  },
];

for (const { name, around, userId = 1000, want } of cases) {
  void test(`compiled code is kept: ${name}`, () => {
    assert.equal(compileCacheFolder(around, userId), want);
  });
}
