/**
 * Workers as somebody has them who starts the program: what a hook does to them, what the kernel
 * does to the whole, and what is there afterwards.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { until, within } from "../support/within.ts";
import { ForegateProgram, writeConfig } from "./foregate-program.ts";
import type { Renewed } from "./renewing.ts";

const hooked = (hook: string): string => `
import { readFileSync } from "node:fs";

export default {
  listen: "127.0.0.1:0",
  workers: 2,
  logs: { access: "off" },
  sites: { "*": { proxy: "127.0.0.1:1", hooks: { request(from) { ${hook} } } } },
};
`;

void test("story: a promise that a hook forgets is told, and ends nothing", async (t) => {
  const hook = 'if (from.path === "/forget") void Promise.reject(new Error("forgotten"));';
  const foregate = new ForegateProgram(writeConfig(t, hooked(hook), "foregate.config.mjs"));
  t.after(() => foregate.stop());
  await foregate.ready();
  assert.equal((await fetch(`${foregate.url}/forget`)).status, 502);
  const isTold = (): boolean =>
    /nobody handled a rejected promise[^]*forgotten/.test(foregate.said);
  await until(isTold, "it is told", () => foregate.said);
  for (let at = 0; at < 10; at++) assert.equal((await fetch(foregate.url)).status, 502);
  assert.doesNotMatch(foregate.said, /worker \d ended/);
});

void test("threat 173: a worker that nothing can end ends the program, at once", async (t) => {
  const hook = 'if (from.path === "/stuck") readFileSync(process.env.FOREGATE_TEST_PIPE);';
  const file = writeConfig(t, hooked(hook), "foregate.config.mjs");
  const pipe = join(dirname(file), "pipe");
  execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
  const command = ["env", `FOREGATE_TEST_PIPE=${pipe}`, process.execPath];
  const foregate = new ForegateProgram(file, { command });
  t.after(() => foregate.stop());
  await foregate.ready();
  const stuck = get(`${foregate.url}/stuck`, { agent: false });
  stuck.on("error", () => undefined);
  const { signal } = await within(foregate.ended, "it ends", () => foregate.said);
  assert.equal(signal, "SIGKILL");
  assert.match(foregate.said, /a worker cannot be ended: the program ends/);
});

void test("threat 173: killed and started again, it has its port and its socket", async (t) => {
  const first = writeConfig(t, 'listen: "127.0.0.1:0"\nsites: { "*": { respond: "hello" } }\n');
  const probe = new ForegateProgram(first);
  t.after(() => probe.stop());
  await probe.ready();
  const { port } = probe;
  probe.signal("SIGTERM");
  await probe.ended;
  const socket = join(dirname(first), "clients.sock");
  const log = join(dirname(first), "access.log");
  const file = writeConfig(
    t,
    `listen: [ "127.0.0.1:${port}", "unix:${socket}" ]
workers: 2
logs: { access: { file: "${log}" } }
sites: { "*": { respond: "hello" } }
`,
  );
  for (let round = 1; round <= 3; round++) {
    const foregate = new ForegateProgram(file);
    t.after(() => foregate.stop());
    await foregate.ready();
    const overPort = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(await overPort.text(), "hello");
    assert.equal(await textOver(socket), "hello");
    await until(
      () => linesIn(log) === round * 2,
      "both are logged",
      () => String(linesIn(log)),
    );
    foregate.signal("SIGKILL");
    await within(foregate.ended, "it ends");
  }
});

/** With a kernel that moves whoever waits to be accepted; a namespace has this for itself. */
const migrating = 'ip link set lo up && echo 1 > /proc/sys/net/ipv4/tcp_migrate_req && exec "$@"';

void test("threat 172: threat 175: six workers are replaced, and nobody notices", async (t) => {
  const script = fileURLToPath(new URL("renewing.ts", import.meta.url));
  const words = ["--net", "sh", "-c", migrating, "sh", process.execPath, script];
  const isPossible = spawnSync("unshare", ["--net", "sh", "-c", migrating, "sh", "true"]);
  if (isPossible.status !== 0) return t.skip("this machine lets the test have no such namespace");
  const child = spawn("unshare", words, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const said = await within(text(child.stdout), "all is done", () => "", 120_000);
  const renewed = JSON.parse(said) as Renewed;
  t.diagnostic(`${renewed.fresh.wholeCount} answers on connections of their own`);
  assert.deepEqual(renewed.fresh.troubles, []);
  for (const { cutCount, refusedCount } of renewed.kept) {
    assert.deepEqual([cutCount, refusedCount], [0, 0]);
  }
  assert.equal(renewed.echoes, 7);
  assert.ok(renewed.downloadedBytes > 1024 ** 3, `${renewed.downloadedBytes} bytes came`);
  assert.doesNotMatch(renewed.said, /ended|bug|Error/);
});

const linesIn = (file: string): number =>
  existsSync(file) && statSync(file).size > 0
    ? Number(execFileSync("wc", ["-l", file], { encoding: "utf8" }).split(" ")[0])
    : 0;

function textOver(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ socketPath, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    response.on("end", () => resolve(text));
  }).on("error", reject);
  return within(promise, `an answer over ${socketPath}`);
}
