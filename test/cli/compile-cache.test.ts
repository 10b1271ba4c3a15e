/**
 * Where compiled code is kept: for root, a service and a user, and not just anywhere. And that one
 * command takes what another has kept.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { compileCacheFolder } from "../../src/cli/compile-cache.ts";
import { Foregate, foregate } from "./foregate.ts";

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

const skip = process.versions["bun"] !== undefined && "Bun keeps none";

const config = `listen: "127.0.0.1:0"
workers: 1
admin: off
sites: { "*": { respond: "here" } }
`;

// V8 takes nothing that was compiled under other flags.
void test("compiled code is kept: a check takes what a start has kept", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "foregate-test-"));
  const environment = { NODE_COMPILE_CACHE: folder, NODE_DEBUG_NATIVE: "COMPILE_CACHE" };
  const around = { environment, input: config };
  const program = new Foregate(["run", "-c", "-"], around);
  try {
    await program.says(/ready in/);
    program.signal("SIGTERM");
    await program.outcome();
    const { stderr } = await foregate(["check", "-c", "-"], around);
    assert.doesNotMatch(stderr, /was rejected/);
    assert.match(stderr, /was accepted/);
  } finally {
    await program.kill();
    rmSync(folder, { recursive: true });
  }
});
