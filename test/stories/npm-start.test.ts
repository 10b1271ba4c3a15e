/**
 * `npm start` from its first line to Ctrl-C, by the command behind it: the banner comes, and what it
 * says to type works.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { until, within } from "../support/within.ts";
import { programFile, run } from "./command.ts";
import { root } from "./foregate-program.ts";

/** A cold machine strips the types of two programs first. */
const startMs = 30_000;
const stopMs = 8_000;

/** What the banner's commands must bring, by what they ask for. */
const wanted: readonly (readonly [RegExp, RegExp])[] = [
  [/\/headers /, /^HTTP\/1\.1 200 OK\r\n[^]*"name": "Via",\s+"value": "1\.1 foregate-/],
  [/\/clock\/events$/, /^retry: 1000\n\nid: 1\nevent: tick\n/],
  [/\/slow\?ms=3000'$/, /class="key"[^]*<\/html>\n$/],
  [/\/app\/login/, /^HTTP\/1\.1 303 See Other\r\n(?=[^]*Set-Cookie: demo_user=Ada; Path=\/app;)/],
  [/\/large\?bytes=/, /^$/],
  [/\/upload$/, /"sha256": "[0-9a-f]{64}"/],
];

void test("story: npm start, what its banner says, and Ctrl-C", async (t) => {
  programFile("curl");
  // The machine's own node may be an old one: the setup finds the right one.
  const words = ["tools/setup.mjs", "demo/start.ts", "--port", "0"];
  const child = spawn(process.execPath, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  const hear = (piece: Buffer): void => void (said += piece.toString());
  child.stderr.on("data", hear);
  child.stdout.on("data", hear);
  const ended = once(child, "close");
  await Promise.race([
    within(
      once(child.stderr, "data").then(() => until(() => said.includes("Ctrl-C"), "the banner")),
      "it starts",
      () => said,
      startMs,
    ),
    ended.then(() => assert.fail(`it has ended: ${said}`)),
  ]);

  const [site = ""] = /http:\/\/localhost:\d+/.exec(said) ?? [];
  const pages = said.match(/^ {4}http:\S+/gm) ?? [];
  assert.ok(pages.length >= 4, said);
  for (const page of pages) {
    const { code, out } = await run(programFile("curl"), ["-qsS", page.trim()]);
    assert.equal(code, 0, page);
    assert.match(out, /^<!doctype html>[^]*through Foregate[^]*<\/html>\n$/, page);
  }
  const commands = said.match(/^ {4}curl .*?(?= {3}|$)/gm) ?? [];
  assert.equal(commands.length, wanted.length, said);
  for (const [at, command] of commands.entries()) {
    // Bounded: one of them never ends, and a gigabyte has its own story.
    const bounded = command.trim().replace("=1000000000", "=10000000").replace("curl", curlWords);
    const { out } = await run("/bin/sh", ["-c", `cd '${root}' && ${bounded}`]);
    const [asks, brings] = wanted[at] ?? [/^$/, /^$/];
    assert.match(command.trim(), asks);
    assert.match(out, brings, bounded);
  }
  assert.ok(site !== "");

  child.kill("SIGINT");
  const [code] = (await within(ended, "it ends", () => said, stopMs)) as [number | null];
  assert.equal(code, 0, said);
  await assert.rejects(fetch(site), "nothing of it is left");
});

const curlWords = "curl -q --silent --max-time 5";
