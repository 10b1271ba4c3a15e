/**
 * `npm start` from its first line to Ctrl-C, by the command behind it: the banner comes, and what
 * it
 * says to type works.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { within } from "../support/within.ts";
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
  const banner = async (): Promise<void> => {
    while (!said.includes("Ctrl-C stops both")) await once(child.stderr, "data");
  };
  const gone = ended.then(() => assert.fail(`it has ended: ${said}`));
  await within(Promise.race([banner(), gone]), "the banner", () => said, startMs);

  const [site = ""] = /http:\/\/localhost:\d+/.exec(said) ?? [];
  const pages = said.match(/^ {4}http:\S+/gm) ?? [];
  assert.ok(pages.length >= 4, said);
  const commands = said.match(/^ {4}curl .*?(?= {3}|$)/gm) ?? [];
  assert.equal(commands.length, wanted.length, said);
  await Promise.all([
    ...pages.map((page) => checkPage(page.trim())),
    ...commands.map((command, at) => checkCommand(command.trim(), at)),
  ]);
  child.kill("SIGINT");
  const [code] = (await within(ended, "it ends", () => said, stopMs)) as [number | null];
  assert.equal(code, 0, said);
  await assert.rejects(fetch(site), "nothing of it is left");
});

async function checkPage(page: string): Promise<void> {
  const { code, out } = await run(programFile("curl"), ["-q", "--silent", page]);
  assert.equal(code, 0, page);
  assert.match(out, /^<!doctype html>[^]*through Foregate[^]*<\/html>\n$/, page);
}

async function checkCommand(command: string, at: number): Promise<void> {
  const [asks, brings] = wanted[at] ?? assert.fail(`nothing is known of ${command}`);
  assert.match(command, asks);
  // Bounded: the clock never ends, and a gigabyte has its own story.
  const seconds = command.includes("/clock/") ? 3 : 14;
  const short = command.replace("=1000000000", "=10000000");
  const bounded = short.replace("curl", `curl -q --silent --max-time ${seconds}`);
  const { out } = await run("/bin/sh", ["-c", `cd '${root}' && ${bounded}`]);
  assert.match(out, brings, bounded);
}
