/**
 * An application that knows nothing of the prefix it is served under: Foregate strips `/app` from
 * what goes in, and maps back the redirect and the cookie that come out. The browser's side of the
 * same story is in `browser.test.ts`.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { curl } from "./command.ts";
import { startDemoSite } from "./demo-site.ts";

void test("story: a login below a stripped prefix stays below it", async (t) => {
  const { url, upstreamPort } = await startDemoSite(t);
  const folder = mkdtempSync(join(tmpdir(), "foregate-story-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const jar = join(folder, "cookies.txt");
  const visit = (...words: readonly string[]): ReturnType<typeof curl> =>
    curl("--cookie", jar, "--cookie-jar", jar, ...words);

  // curl follows 303 with a GET, keeps the cookie for its path, and says where it came to.
  const where = ["--write-out", "\n%{url_effective} %{num_redirects}"];
  const login = await visit(
    "--location",
    "--data",
    "name=Ada Lovelace",
    ...where,
    `${url}/app/login`,
  );
  assert.match(login.out, /You are logged in as Ada Lovelace\./);
  assert.match(login.out, new RegExp(`\n${url}/app/account 1$`));

  const [cookie = ""] = readFileSync(jar, "utf8").match(/^.*demo_user.*$/m) ?? [];
  const [host, , path] = cookie.replace("#HttpOnly_", "").split("\t");
  assert.deepEqual({ host, path }, { host: "127.0.0.1", path: "/app" });

  // The cookie goes nowhere else, and the application's own address is never seen.
  assert.match((await visit(`${url}/account`)).out, /not logged in/);
  assert.doesNotMatch(login.out, new RegExp(`(?:href|src|action)="[^"]*:${upstreamPort}`));

  // Not followed: curl 7.88 reads its jar again on a redirect, and gets the old cookie back.
  const logout = await visit("--include", "--data", "", `${url}/app/logout`);
  assert.match(logout.out, /^location: \/app\/login\r$/im);
  assert.match((await visit(`${url}/app/account`)).out, /not logged in/);
});

void test("story: what the mapping changes is the prefix, and nothing beside it", async (t) => {
  const { url } = await startDemoSite(t);
  const { out } = await curl("--include", `${url}/app/login?name=Ada`);
  assert.match(out, /^HTTP\/1\.1 303 See Other\r\n/);
  assert.match(out, new RegExp(`^location: ${url}/app/account\r$`, "im"));
  assert.match(
    out,
    /^set-cookie: demo_user=Ada; Path=\/app; HttpOnly; SameSite=Lax; Max-Age=3600\r$/im,
  );
  const without = await curl("--include", `${url}/login?name=Ada`);
  assert.match(without.out, new RegExp(`^location: ${url}/account\r$`, "im"));
  assert.match(without.out, /^set-cookie: demo_user=Ada; Path=\/; /im);
});
