/**
 * The logs of a running program: files that are moved away under load, a disk that is full, a pipe
 * that nobody reads, a terminal. Serving goes on, and no line is torn (threat 131).
 */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { findProgram } from "../../tools/debian.ts";
import { untilConnected } from "../support/until-connected.ts";
import { pause, until, within } from "../support/within.ts";
import { startDemoSite } from "./demo-site.ts";
import { everythingTo, root, startForegate, writeConfig } from "./foregate-program.ts";
import { startLoad } from "./load-client.ts";

function folderOf(t: TestContext): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "foregate-logs-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ids of the lines, each of which has to be whole. */
function idsIn(text: string): readonly string[] {
  assert.ok(text === "" || text.endsWith("\n"), "the last line is whole");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      assert.match(line, /^\{"time":".*\}$/, "no line is torn");
      return String(JSON.parse(line).id);
    });
}

/** Long lines fill what is to be filled soon. */
const longTarget = `/healthz?${"x".repeat(3_000)}`;

void test("story: log files are moved away under load, and no line is lost or torn", async (t) => {
  const folder = folderOf(t);
  const file = join(folder, "access.log");
  const { foregate } = await startDemoSite(t, `logs: { access: { file: "${file}" } }`);
  const load = startLoad(foregate.port, "/healthz", 16);
  const files = [file];
  for (let round = 1; round <= 5; round++) {
    await until(
      () => fs.statSync(file).size > 50_000,
      "the log grows",
      () => foregate.said,
    );
    fs.renameSync(file, `${file}.${round}`);
    files.push(`${file}.${round}`);
    foregate.signal("SIGUSR1");
    await until(
      () => fs.existsSync(file),
      "a new log is begun",
      () => foregate.said,
    );
  }
  foregate.signal("SIGTERM");
  await within(foregate.ended, "it ends", () => foregate.said);
  const { wholeCount, cutCount, refusedCount } = await load.ended;
  assert.deepEqual({ cutCount, refusedCount }, { cutCount: 0, refusedCount: 0 });
  const ids = files.flatMap((path) => idsIn(fs.readFileSync(path, "utf8")));
  assert.equal(ids.length, wholeCount);
  assert.equal(new Set(ids).size, wholeCount);
  assert.doesNotMatch(foregate.said, /access log|bug/);
});

void test("story: a log that cannot be reopened goes on in the old file", async (t) => {
  const folder = folderOf(t);
  const logs = join(folder, "logs");
  fs.mkdirSync(logs);
  const file = join(logs, "access.log");
  const { foregate, url } = await startDemoSite(t, `logs: { access: { file: "${file}" } }`);
  fs.renameSync(logs, join(folder, "old"));
  foregate.signal("SIGUSR1");
  const wanted = /cannot reopen the access log: ENOENT.*access\.log/;
  await until(
    () => wanted.test(foregate.said),
    "it says so",
    () => foregate.said,
  );
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await foregate.stop();
  assert.equal(idsIn(fs.readFileSync(join(folder, "old", "access.log"), "utf8")).length, 1);
});

void test("threat 131: a pipe that nobody reads costs lines, and no answer", async (t) => {
  const file = join(folderOf(t), "access.pipe");
  execFileSync("sh", ["-c", 'mkfifo "$0"', file]);
  const { foregate, url } = await startDemoSite(
    t,
    `logs: { access: { file: "${file}" } }\nworkers: 1`,
  );
  const load = startLoad(foregate.port, longTarget, 2);
  const isLosing = /the access log: loses lines: it cannot be written \(EAGAIN\)/;
  await until(
    () => isLosing.test(foregate.said),
    "it says so",
    () => foregate.said,
  );
  await load.warm(1_000);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);

  // A reader who comes late finds the oldest lines, whole.
  const reader = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(reader));
  const piece = Buffer.alloc(65_536);
  const read = piece.toString("latin1", 0, fs.readSync(reader, piece));
  assert.ok(idsIn(read.slice(0, read.lastIndexOf("\n") + 1)).length > 10);
  foregate.signal("SIGTERM");
  const ending = await within(foregate.ended, "it ends", () => foregate.said);
  assert.deepEqual(ending, { code: 0, signal: null });
  const { cutCount, refusedCount } = await load.ended;
  assert.deepEqual({ cutCount, refusedCount }, { cutCount: 0, refusedCount: 0 });
  assert.equal(foregate.said.match(/loses lines/g)?.length, 1, "it is told once");
});

const shell = (command: string, ...words: readonly string[]): { status: number | null } =>
  spawnSync("sh", ["-c", command, ...words]);

/** A disk of so many KiB, if this machine lets the test have one. */
function smallDisk(t: TestContext, kibibytes: number): string | undefined {
  const folder = fs.mkdtempSync(join(tmpdir(), "foregate-disk-"));
  const { status } = shell('mount -t tmpfs -o "size=$1k" tmpfs "$0"', folder, String(kibibytes));
  t.after(() => {
    if (status === 0) shell('umount --lazy "$0"', folder);
    fs.rmdirSync(folder);
  });
  return status === 0 ? folder : undefined;
}

void test("threat 131: a full disk costs lines, and no answer; with room it goes on", async (t) => {
  const folder = smallDisk(t, 64);
  if (folder === undefined) return t.skip("this machine lets the test mount no small disk");
  const file = join(folder, "access.log");
  const { foregate } = await startDemoSite(t, `logs: { access: { file: "${file}" } }`);
  const load = startLoad(foregate.port, longTarget, 2);
  const isLosing = /the access log: loses lines: it cannot be written \(ENOSPC\)/;
  await until(
    () => isLosing.test(foregate.said),
    "it says so",
    () => foregate.said,
  );
  shell('mount -o remount,size=1g "$0"', folder);
  const isWell = /the access log: is written again: (\d+) lines were lost/g;
  await until(
    () => foregate.said.search(isWell) >= 0,
    "it is written again",
    () => foregate.said,
  );
  // Each worker that has lost some tells of its own, at about the same time.
  await pause(2_000);
  foregate.signal("SIGTERM");
  await within(foregate.ended, "it ends", () => foregate.said);
  const { wholeCount, cutCount, refusedCount } = await load.ended;
  assert.deepEqual({ cutCount, refusedCount }, { cutCount: 0, refusedCount: 0 });
  const ids = idsIn(fs.readFileSync(file, "utf8"));
  const told = [...foregate.said.matchAll(isWell)];
  const lostCount = told.reduce((sum, [, count]) => sum + Number(count), 0);
  assert.ok(lostCount > 0);
  assert.equal(ids.length + lostCount, wholeCount);
  assert.equal(new Set(ids).size, ids.length);
});

void test("threat 131: events wait for a disk that is full, and requests do not", async (t) => {
  const folder = smallDisk(t, 64);
  if (folder === undefined) return t.skip("this machine lets the test mount no small disk");
  const file = join(folder, "events.log");
  fs.writeFileSync(file, "");
  fillDisk(join(folder, "filler"));
  const nobody = "127.0.0.1:1";
  const logs = `logs: { access: off, events: { file: "${file}" } }`;
  const foregate = await startForegate(t, `${logs}\nsites: { "*": "${nobody}" }\n`);
  for (let at = 0; at < 5; at++) assert.equal((await fetch(foregate.url)).status, 502);
  assert.equal(fs.readFileSync(file, "utf8"), "");
  shell('mount -o remount,size=1g "$0"', folder);
  await until(
    () => / warn {2}upstream 127\.0\.0\.1:1 is unreachable/.test(fs.readFileSync(file, "utf8")),
    "events are written when there is room",
    () => foregate.said,
  );
  assert.deepEqual(await foregate.stop(), { code: 0, signal: null });
  const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^\S+ info {2}ready version=/);
  assert.match(lines.at(-1) ?? "", /^\S+ info {2}stopped exit_code=0$/);
});

function fillDisk(file: string): void {
  try {
    for (;;) fs.appendFileSync(file, Buffer.alloc(1_024));
  } catch (error) {
    assert.match(String(error), /ENOSPC/);
  }
}

void test("threat 131: a standard error that nobody reads costs no answer", async (t) => {
  const folder = folderOf(t);
  const [pipe, socketPath] = [join(folder, "stderr.pipe"), join(folder, "foregate.sock")];
  execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
  const end = fs.openSync(pipe, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(end));
  while (hasRoom(end));
  const text = `listen: "unix:${socketPath}"\nlogs: { access: off }\nsites: { "*": "127.0.0.1:1" }`;
  const words = ["src/main.ts", "run", "-c", writeConfig(t, text)];
  const env = { ...process.env, FOREGATE_LOG_FORMAT: "json" };
  const child = spawn(process.execPath, words, {
    cwd: root,
    env,
    stdio: ["ignore", "ignore", end],
  });
  const exited = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  await untilConnected(socketPath);
  for (let at = 0; at < 5; at++) assert.equal(await statusAt(socketPath), 502);
  child.kill("SIGTERM");
  assert.deepEqual(await within(exited, "it ends"), [0, null]);
});

/** False: the pipe took no more. */
function hasRoom(pipe: number): boolean {
  try {
    return fs.writeSync(pipe, Buffer.alloc(1_024)) > 0;
  } catch (error) {
    assert.match(String(error), /EAGAIN/);
    return false;
  }
}

function statusAt(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ socketPath, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    }).on("error", reject);
  });
}

void test("story: on a terminal the log is for people, and no client drives it", async (t) => {
  const script = findProgram("script");
  if (script === undefined) return t.skip("script (util-linux) is not installed");
  const { upstreamPort } = await startDemoSite(t);
  const config = writeConfig(t, `listen: "127.0.0.1:0"\n${everythingTo(upstreamPort)}`);
  // `exec`: a shell that stays would die of Ctrl-C itself, and its end would hide the program's.
  const command = `exec "${process.execPath}" src/main.ts run -c "${config}"`;
  const env: NodeJS.ProcessEnv = { ...process.env, SHELL: "/bin/sh", TERM: "xterm", NO_COLOR: "" };
  const child = spawn(script, ["-qefc", command, "/dev/null"], {
    cwd: root,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  let shown = "";
  child.stdout.on("data", (piece: Buffer) => (shown += piece.toString("latin1")));
  const address = /http:\/\/127\.0\.0\.1:\d+/;
  await until(
    () => address.test(shown),
    "it is ready",
    () => shown,
  );
  const url = address.exec(shown)?.[0];
  await fetch(`${url}/healthz?a=%1b`, { headers: { "User-Agent": "x\x9b2J" } });
  const line = /\x1b\[2m\d\d:\d\d:\d\d\.\d{3}\x1b\[0m \x1b\[32m200\x1b\[0m \x1b\[1mGET\x1b\[0m/;
  await until(
    () => line.test(shown),
    "a line in colours",
    () => shown,
  );
  assert.match(shown, /127\.0\.0\.1\/healthz\?a=%1b/);
  assert.doesNotMatch(shown, /\x9b/);
  child.stdin.write("\x03");
  assert.deepEqual(await within(exited, "Ctrl-C ends it", () => shown), [0, null]);
});
