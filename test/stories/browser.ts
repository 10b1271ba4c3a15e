/**
 * Debian's Chromium, headless, with a profile of its own that nothing is left of. Whatever goes
 * wrong in a page is noted: what a person would see in the browser's console, and what did not load.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { chromium, type BrowserContext, type Page } from "playwright-core";

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

export interface Visitor {
  readonly browser: BrowserContext;
  readonly page: Page;
  /** In words, in order; empty after a visit in which all went well. */
  readonly troubles: readonly string[];
}

export async function startBrowser(t: TestContext): Promise<Visitor> {
  const folder = mkdtempSync(join(tmpdir(), "foregate-story-"));
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: programFile("chromium"),
    args: words,
    headless: true,
    timeout: startMs,
    viewport: { width: 1200, height: 900 },
  });
  t.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  browser.setDefaultTimeout(waitMs);
  const troubles: string[] = [];
  const page = browser.pages()[0] ?? (await browser.newPage());
  watch(page, troubles);
  return { browser, page, troubles };
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
