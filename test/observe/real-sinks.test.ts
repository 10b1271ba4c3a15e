/** Log sinks on real files, FIFOs, pipes and full disks: serving goes on (threat 131). */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { AccessLog } from "../../src/observe/access-log.ts";
import { openLogSink } from "../../src/observe/open-log-sink.ts";
import { aRecord } from "./a-record.ts";

const folder = fs.mkdtempSync(join(tmpdir(), "foregate-log-"));
after(() => fs.rmSync(folder, { recursive: true }));

const statusesIn = (lines: string): number[] =>
  lines
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).status);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

void test("log file: is appended to, and not for everybody to read", async () => {
  const path = join(folder, "access.log");
  for (let round = 0; round < 2; round++) {
    const log = new AccessLog(openLogSink(path));
    for (let status = 0; status < 1_000; status++) {
      log.write({ ...aRecord, status: round * 1_000 + status });
    }
    await log.close();
    assert.equal(log.droppedLines, 0);
  }
  assert.deepEqual(statusesIn(fs.readFileSync(path, "utf8")), upTo(2_000));
  assert.equal(fs.statSync(path).mode & 0o137, 0);
});

void test("log file: is reopened after it was moved away", async () => {
  const path = join(folder, "moved.log");
  const log = new AccessLog(openLogSink(path));
  log.write({ ...aRecord, status: 1 });
  log.flush();
  while (fs.statSync(path).size === 0) await sleep(5);
  fs.renameSync(path, `${path}.1`);
  log.reopen(assert.ifError);
  log.write({ ...aRecord, status: 2 });
  await log.close();
  assert.deepEqual(statusesIn(fs.readFileSync(`${path}.1`, "utf8")), [1]);
  assert.deepEqual(statusesIn(fs.readFileSync(path, "utf8")), [2]);
});

void test("log file: one that cannot be opened says why", () => {
  assert.throws(() => openLogSink(join(folder, "none", "access.log")), /ENOENT.*none/);
});

void test("log file: a full disk drops lines, counts them, and blocks nobody", async () => {
  const sink = openLogSink("/dev/full");
  const log = new AccessLog(sink);
  const count = 10_000;
  for (let line = 0; line < count; line++) {
    log.write(aRecord);
    if (line % 100 === 0) log.flush();
  }
  assert.equal(sink.trouble, "ENOSPC");
  const kept = count - log.droppedLines;
  assert.ok(kept > 0 && kept < 5_000, `${kept} lines kept`);
  await log.close();
});

void test("log FIFO: nobody reads it, then somebody does", async () => {
  const path = fifoAt("late");
  const sink = openLogSink(path);
  const log = new AccessLog(sink);
  const count = 10_000;
  for (let status = 0; status < count; status++) {
    log.write({ ...aRecord, status });
    if (status % 100 === 0) log.flush();
  }
  assert.equal(sink.trouble, "EAGAIN");
  const kept = count - log.droppedLines;
  assert.ok(kept > 0 && kept < 5_000, `${kept} lines kept`);

  const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  let read = "";
  for (let tick = 0; tick < 1_000 && statusesIn(read).length < kept; tick++) {
    const piece = Buffer.alloc(65_536);
    read += piece.toString("latin1", 0, fs.readSync(reader, piece));
    log.flush();
  }
  assert.deepEqual(statusesIn(read), upTo(kept));
  assert.equal(sink.trouble, undefined);
  fs.closeSync(reader);
  await log.close();
});

const writer = fileURLToPath(import.meta.resolve("./stdout-writer.ts"));
const lineCount = 20_000;

/** Standard output as a shell makes it, with nobody at the other end, or with nobody left there. */
function pipeOf(name: string, readerStays: boolean): number {
  const path = fifoAt(name);
  const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const pipe = fs.openSync(path, fs.constants.O_WRONLY);
  if (readerStays) after(() => fs.closeSync(reader));
  else fs.closeSync(reader);
  return pipe;
}

const outputs = [
  { kind: "a socket that nobody reads", output: () => "pipe" as const },
  { kind: "a pipe that nobody reads", output: () => pipeOf("stuck", true) },
  { kind: "a pipe whose reader has gone", output: () => pipeOf("gone", false) },
];

for (const { kind, output } of outputs) {
  void test(`standard output: ${kind}`, { timeout: 30_000 }, async () => {
    const stdout = output();
    const own = [writer, String(lineCount)];
    const child = spawn(process.execPath, own, { stdio: ["ignore", stdout, "pipe"] });
    const exited = once(child, "exit");
    assert.ok(child.stderr !== null);
    const said = JSON.parse(await text(child.stderr));
    assert.equal(said.ticks, 5);
    assert.ok(said.droppedLines > lineCount / 2 && said.droppedLines <= lineCount);
    // It exits though what it wrote was not read: no thread hangs in a write.
    assert.deepEqual(await exited, [0, null]);
    if (typeof stdout === "number") fs.closeSync(stdout);
  });
}

void test("standard output: a reader who reads gets every line", async () => {
  const own = [writer, String(lineCount / 100)];
  const child = spawn(process.execPath, own, { stdio: ["ignore", "pipe", "ignore"] });
  assert.equal(statusesIn(await text(child.stdout)).length, lineCount / 100);
});

function fifoAt(name: string): string {
  const path = join(folder, name);
  execFileSync("sh", ["-c", 'mkfifo "$0"', path]);
  return path;
}
