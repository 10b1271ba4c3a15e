/**
 * How the program ends: Ctrl-C under load cuts nobody, a signal lets slow answers come to their
 * end,
 * and a second one does not wait for them.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { findProgram } from "../../tools/debian.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startRecorder } from "../support/recorder.ts";
import { until, within } from "../support/within.ts";
import { startDemoSite } from "./demo-site.ts";
import { everythingTo, root, startForegate, writeConfig } from "./foregate-program.ts";
import { startLoad } from "./load-client.ts";

const okay = { code: 0, signal: null };

/** A signal that comes again within 300 ms is taken for the same one. */
const otherSignalMs = 400;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  void test(`story: ${signal} under load ends the program, every answer whole`, async (t) => {
    const { foregate } = await startDemoSite(t);
    // Large enough for several writes each, so that a cut would show.
    const load = startLoad(foregate.port, "/large?bytes=300000", 16);
    await within(load.warm(200), "two hundred answers", () => "", 15_000);
    foregate.signal(signal);
    const ending = await within(foregate.ended, "it ends", () => foregate.said, 4_000);
    assert.deepEqual(ending, okay);
    const { wholeCount, cutCount, refusedCount } = await load.ended;
    assert.deepEqual({ cutCount, refusedCount }, { cutCount: 0, refusedCount: 0 });
    t.diagnostic(`${wholeCount} whole answers`);
    assert.doesNotMatch(foregate.said, /bug|Error/);
  });
}

void test("story: SIGTERM lets a slow answer come to its end, and takes no new one", async (t) => {
  const { foregate } = await startDemoSite(t);
  const client = await connectClient(foregate.port);
  const idle = await connectClient(foregate.port, "idle client");
  t.after(() => {
    client.close();
    idle.close();
  });
  idle.say("GET /healthz HTTP/1.1\r\nHost: story.test\r\n\r\n");
  await idle.expect("ok\n");
  client.say("GET /slow?ms=1500 HTTP/1.1\r\nHost: story.test\r\n\r\n");
  await client.expect("<path ");

  foregate.signal("SIGTERM");
  assert.equal(await idle.expectEnd(), "", "a connection without work is closed at once");
  await untilRefused(foregate.port);
  assert.equal(foregate.isRunning, true);
  await client.expect("</html>\n");
  assert.match(await client.expectEnd(), /^\r\n0\r\n\r\n$/);
  assert.deepEqual(await within(foregate.ended, "it ends", () => foregate.said), okay);
  assert.match(
    foregate.said,
    /waiting at most \d+ s for 1 exchange; a second signal stops at once/,
  );
});

/** Workers close their doors one by one: who comes in between may still be taken in. */
async function untilRefused(port: number): Promise<void> {
  const deadline = performance.now() + 1_000;
  while (performance.now() < deadline) {
    try {
      (await connectClient(port)).close();
    } catch (error) {
      assert.match(String(error), /ECONNREFUSED/);
      return;
    }
    await sleep(5);
  }
  assert.fail("connections are still taken");
}

void test("story: a second signal stops at once, and the cut is visible", async (t) => {
  const { foregate } = await startDemoSite(t);
  const client = await connectClient(foregate.port);
  t.after(() => client.close());
  client.say("GET /clock/events HTTP/1.1\r\nHost: story.test\r\n\r\n");
  await client.expect("event: tick\n");
  foregate.signal("SIGINT");
  await until(
    () => foregate.said.includes("waiting"),
    "it says that it waits",
    () => foregate.said,
  );
  await sleep(otherSignalMs);
  assert.equal(foregate.isRunning, true);
  foregate.signal("SIGINT");
  const ending = await within(foregate.ended, "it ends at once", () => foregate.said, 1_000);
  assert.deepEqual(ending, { code: 1, signal: null });
  assert.match(foregate.said, /stopped at once/);
  assert.doesNotMatch(await client.expectGone(), /0\r\n\r\n$/);
});

void test("story: Ctrl-C on a terminal waits 3 s at most, and says for whom", async (t) => {
  const script = findProgram("script");
  if (script === undefined) return t.skip("script (bsdutils) is not installed");
  // It never answers, so there is something to wait for.
  const recorder = await startRecorder(() => "");
  t.after(() => recorder.close());
  const text = `listen: "127.0.0.1:0"\nlogs: { access: off }\n`;
  const config = writeConfig(t, text + everythingTo(recorder.upstream.port));
  const command = `exec ${process.execPath} src/main.ts run -c ${config}`;
  const child = spawn(script, ["-qefc", command, "/dev/null"], {
    cwd: root,
    env: { ...process.env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
  const portOf = (): number => Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0);
  await until(
    () => portOf() > 0,
    "the banner",
    () => said,
  );
  const client = await connectClient(portOf());
  t.after(() => client.close());
  client.say("GET / HTTP/1.1\r\nHost: story.test\r\n\r\n");
  await until(() => recorder.requests.length === 1, "the request arrives");

  const askedMs = performance.now();
  const ended = once(child, "exit");
  // As the key does it: the terminal makes a signal of this byte.
  child.stdin.write("\x03");
  const [code] = (await within(ended, "it ends", () => said, 8_000)) as [number | null];
  const tookMs = performance.now() - askedMs;
  assert.equal(code, 0, said);
  assert.match(said, /waiting at most 3 s for 1 exchange; a second signal stops at once/);
  assert.ok(tookMs > 2_500 && tookMs < 4_000, `it takes ${Math.round(tookMs)} ms`);
});

void test("story: nothing under way, nothing to wait for", async (t) => {
  const recorder = await startRecorder();
  t.after(() => recorder.close());
  const foregate = await startForegate(t, everythingTo(recorder.upstream.port));
  foregate.signal("SIGINT");
  assert.deepEqual(await within(foregate.ended, "it ends", () => foregate.said, 2_000), okay);
  assert.doesNotMatch(foregate.said, /waiting/);
});

void test("story: a balancer sees that it is not ready before doors close", async (t) => {
  const delayMs = 1_500;
  const foregate = await startForegate(
    t,
    `metrics: "127.0.0.1:0"\ntimeouts: { drainDelay: ${delayMs}ms }\n` +
      'sites: { "*": { respond: hi } }\n',
  );
  const metrics = /metrics on (\S+)\/metrics/.exec(foregate.said)?.[1] ?? "";
  assert.equal((await fetch(`${metrics}/readyz`)).status, 200);
  const beganMs = performance.now();
  foregate.signal("SIGTERM");
  await until(
    () => /not ready any more/.test(foregate.said),
    "it says so",
    () => foregate.said,
  );
  assert.equal((await fetch(`${metrics}/readyz`)).status, 503);
  assert.equal(await (await fetch(foregate.url)).text(), "hi");
  assert.deepEqual(await within(foregate.ended, "it ends", () => foregate.said), okay);
  assert.ok(performance.now() - beganMs >= delayMs - 50);
});
