/**
 * Debian's Chromium, headless, with fresh profiles that nothing is left of. Whatever goes
 * wrong in a page is noted: what a person would see in the browser's console, and what did not
 * load.
 */

import type { TestContext } from "node:test";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

import { programFile } from "./command.ts";

/** No sandbox, which needs privileges that CI does not give; and no request of its own. */
const words = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Longest wait for anything in a page; the first start of a browser is slow. */
const startMs = 30_000;
const waitMs = 10_000;

/** Why there is no browser in this run; undefined: there is one, or the story fails. */
export const browserSkipped: string | false =
  process.env["FOREGATE_SKIP_BROWSER"] === "1" ? "FOREGATE_SKIP_BROWSER=1: no browser" : false;

/** One browser serves a whole file; what it keeps on disk is removed when it is closed. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: programFile("chromium"),
    args: words,
    headless: true,
    timeout: startMs,
  });
}

export interface Visitor {
  /** Its cookies, its cache: nobody else's. */
  readonly profile: BrowserContext;
  readonly page: Page;
  /** In words, in order; empty after a visit in which all went well. */
  readonly troubles: readonly string[];
}

export async function startVisit(t: TestContext, browser: Browser | undefined): Promise<Visitor> {
  if (browser === undefined) throw new Error("the browser is not started");
  const profile = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  t.after(() => profile.close());
  profile.setDefaultTimeout(waitMs);
  const troubles: string[] = [];
  const page = await profile.newPage();
  watch(page, troubles);
  return { profile, page, troubles };
}

function watch(page: Page, troubles: string[]): void {
  page.on("console", (message) => {
    const type = message.type();
    if (type === "error" || type === "warning") troubles.push(`${type}: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // What a page had open when the next one was called for: an event stream, above all.
    if (reason !== "net::ERR_ABORTED") troubles.push(`failed: ${request.url()}: ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
}
