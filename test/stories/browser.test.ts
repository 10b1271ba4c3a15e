/**
 * A browser visits the demo through Foregate: Chromium, as Debian ships it. All goes through the
 * program: pages, pictures, forms, events, a WebSocket, and a login below a stripped prefix.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { browserSkipped, startBrowser, startVisit } from "./browser.ts";
import { startDemoSite } from "./demo-site.ts";

const skip = browserSkipped;

let browser: Browser | undefined;

before(async () => {
  if (skip === false) browser = await startBrowser();
});

after(() => browser?.close());

void test("story: a browser opens every page, and every picture is there", { skip }, async (t) => {
  const { url } = await startDemoSite(t);
  const { page, troubles } = await startVisit(t, browser);
  // As a person does: from the first page through the links of its navigation.
  await page.goto(`${url}/`);
  const names = await page.locator("nav a").allTextContents();
  assert.ok(names.length >= 8, names.join(" "));
  for (const name of names) {
    await page.locator("nav a", { hasText: name }).click();
    await page.waitForLoadState("load");
    assert.ok(page.url().startsWith(url), page.url());
    await page.locator("footer", { hasText: "through Foregate" }).waitFor();
  }
  await page.goto(`${url}/gallery`);
  const pictures = await page.evaluate(`
    Promise.all(Array.from(document.images, async (image) => {
      await image.decode();
      return image.naturalWidth;
    }))
  `);
  assert.ok(Array.isArray(pictures) && pictures.length === 8, String(pictures));
  assert.ok(
    pictures.every((width) => width > 0),
    String(pictures),
  );
  // Once more, from its cache or by a 304: they still show.
  await page.reload();
  assert.equal(await page.locator(".gallery img").count(), 7);
  assert.deepEqual(troubles, []);
});

void test("story: forms by GET, by POST and with a file arrive whole", { skip }, async (t) => {
  const { url } = await startDemoSite(t);
  const { page, troubles } = await startVisit(t, browser);
  const [query, urlencoded, multipart] = [0, 1, 2].map((at) => page.locator("form").nth(at));
  assert.ok(query !== undefined && urlencoded !== undefined && multipart !== undefined);

  await page.goto(`${url}/form`);
  await query.locator("[name=q]").fill("gates & arches = über 100%");
  await query.locator("button").click();
  await arrived(page, "gates & arches = über 100%");
  assert.match(page.url(), /\/form\?q=gates\+%26\+arches\+%3D\+%C3%BCber\+100%25&order=newest$/);

  await urlencoded.locator("[name=name]").fill("Ada <Lovelace>");
  await urlencoded.locator("[name=message]").fill("two\nlines");
  await urlencoded.locator("button").click();
  await arrived(page, "Ada <Lovelace>");

  const bytes = Buffer.alloc(300_000, "gate ");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await multipart.locator("[name=title]").fill("A file");
  const file = { name: "gate.bin", mimeType: "application/octet-stream", buffer: bytes };
  await multipart.locator("[name=file]").setInputFiles(file);
  await multipart.locator("button").click();
  await arrived(page, `300000 bytes, sha256 ${sha256}`);
  assert.deepEqual(troubles, []);
});

void test("story: the clock ticks, and the echo says back", { skip }, async (t) => {
  const { url } = await startDemoSite(t);
  const { page, troubles } = await startVisit(t, browser);
  await page.goto(`${url}/clock`);
  await page.locator("#state", { hasText: "open" }).waitFor();
  const count = page.locator("#count");
  await count.filter({ hasText: /^3$/ }).waitFor();
  assert.match((await page.locator("#time").textContent()) ?? "", /^\d\d:\d\d:\d\d$/);

  await page.goto(`${url}/echo`);
  await page.locator(".theirs", { hasText: "Hello through the gate" }).waitFor();
  await page.locator("#text").fill("Is anybody there?");
  await page.locator("#say button").click();
  await page.locator(".theirs", { hasText: "Is anybody there?" }).waitFor();
  assert.deepEqual(troubles, []);
});

void test("story: a page that comes slowly shows what has come so far", { skip }, async (t) => {
  const { url } = await startDemoSite(t);
  const { page, troubles } = await startVisit(t, browser);
  await page.goto(`${url}/slow?ms=2600`, { waitUntil: "commit" });
  await page.locator("path.stone").first().waitFor({ state: "attached" });
  assert.equal(await page.locator("path.key").count(), 0, "the last stone is still to come");
  await page.locator("path.key").waitFor({ state: "attached" });
  assert.deepEqual(troubles, []);
});

void test("story: a browser logs in below a stripped prefix", { skip }, async (t) => {
  const { url, upstreamPort } = await startDemoSite(t);
  const { profile, page, troubles } = await startVisit(t, browser);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${url}/app/login`);
  await page.locator("[name=name]").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText("You are logged in as Ada Lovelace.").waitFor();
  assert.equal(page.url(), `${url}/app/account`);
  const cookies = await profile.cookies();
  assert.deepEqual(
    cookies.map(({ name, path, domain, httpOnly }) => ({ name, path, domain, httpOnly })),
    [{ name: "demo_user", path: "/app", domain: "127.0.0.1", httpOnly: true }],
  );
  // Pictures and style sheets of the pages below the prefix come from below it, too.
  await page.locator("nav a", { hasText: "Gallery" }).click();
  await page.locator(".gallery img").first().waitFor();
  assert.equal(page.url(), `${url}/app/gallery`);

  await page.goto(`${url}/app/account`);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(`${url}/app/login`);
  assert.deepEqual(await profile.cookies(), []);
  assert.deepEqual(
    asked.filter((target) => !target.startsWith(`${url}/app/`)),
    [],
    `nothing goes past the prefix, or to port ${upstreamPort}`,
  );
  assert.deepEqual(troubles, []);
});

/** The page says what it got, letter by letter. */
async function arrived(page: Page, text: string): Promise<void> {
  await page.locator(".received td", { hasText: text }).waitFor();
}
