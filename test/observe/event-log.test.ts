/** The log of events: what is told, what is kept back, and what becomes of a sink that is full. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { EventLog } from "../../src/observe/event-log.ts";
import type { EventLevel } from "../../src/observe/options.ts";
import { FileSink } from "../../src/observe/file-sink.ts";
import { PipeSink } from "../../src/observe/pipe-sink.ts";
import { FakeDevice, type Outcome } from "./fake-device.ts";

interface Stage {
  readonly log: EventLog;
  readonly device: FakeDevice;
  nowMs: number;
  /** Time and message of each line that was written. */
  readonly lines: () => readonly string[];
}

const file = 3;

/** A log on a pipe of the test's own, which is begun unless the test does it. */
function stageOf(level: EventLevel = "info", isBegun = true): Stage {
  const device = new FakeDevice();
  const stage: Stage = {
    device,
    nowMs: 0,
    log: new EventLog(new PipeSink(device, file), {
      level,
      wallMs: () => stage.nowMs,
      mask: (text) => text.replaceAll("secret", "***"),
    }),
    lines: () => device.written.split("\n").slice(0, -1),
  };
  if (isBegun) begin(stage.log);
  return stage;
}

function begin(log: EventLog): void {
  log.begin(({ message, fields, error }, timeMs) => {
    const shown = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
    return `${timeMs} ${message}${shown}${error === undefined ? "" : ` ${error.stack}`}\n`;
  });
}

const info = (message: string) => ({ level: "info", message }) as const;

void test("event log: what is less important than its level is not told", () => {
  const { log, lines } = stageOf("warn");
  for (const level of ["error", "warn", "info", "debug"] as const) {
    log.tell({ level, message: level });
  }
  assert.deepEqual(lines(), ["0 error", "0 warn"]);
});

void test("event log: what was told before the writer came keeps its time", () => {
  const stage = stageOf("info", false);
  stage.log.tell(info("early"));
  stage.nowMs = 50;
  assert.deepEqual(stage.lines(), []);
  begin(stage.log);
  stage.log.tell(info("late"));
  assert.deepEqual(stage.lines(), ["0 early", "50 late"]);
});

void test("event log: so many wait for the writer, and the others are counted", () => {
  const stage = stageOf("info", false);
  for (let at = 0; at < 1_003; at++) stage.log.tell(info(`event ${at}`));
  begin(stage.log);
  stage.log.look();
  assert.equal(stage.lines().length, 1_001);
  assert.match(stage.lines().at(-1) ?? "", /is written again: 3 lines were lost/);
});

void test("event log: what repeats is told ten times, and then how often", () => {
  const stage = stageOf();
  for (let at = 0; at < 500; at++) stage.log.tell(info("again"));
  stage.log.tell(info("another"));
  assert.equal(stage.lines().length, 11);
  stage.nowMs = 9_999;
  stage.log.look();
  assert.equal(stage.lines().length, 11);
  stage.nowMs = 10_000;
  stage.log.look();
  assert.deepEqual(stage.lines().slice(11), ['10000 490 more in 10 s: again {"times":490}']);
  stage.log.tell(info("again"));
  assert.equal(stage.lines().at(-1), "10000 again");
});

void test("event log: secrets are masked wherever they stand, and stacks keep their places", () => {
  const stage = stageOf();
  const error = Object.assign(new Error("the secret"), {
    stack: "Error: the secret\n    at file:///a/secret/b.ts:1",
  });
  const fields = { a: "secret", b: ["secret"], c: 1 };
  stage.log.tell({ level: "error", message: "a secret", fields, error });
  assert.equal(
    stage.device.written,
    '0 a *** {"a":"***","b":["***"],"c":1} Error: the ***\n    at file:///a/secret/b.ts:1\n',
  );
});

const troubles: readonly { name: string; outcome: Outcome; isLasting?: true }[] = [
  { name: "a reader that is too slow", outcome: "EAGAIN" },
  { name: "a disk that is full", outcome: "ENOSPC" },
  { name: "a reader that has gone", outcome: "EPIPE", isLasting: true },
];

for (const { name, outcome, isLasting = false } of troubles) {
  void test(`event log: ${name}: what finds no room is dropped, and told of later`, () => {
    const stage = stageOf();
    const { log, device } = stage;
    device.outcomes = [outcome];
    const long = "x".repeat(10_000);
    for (let at = 0; at < 200; at++) log.tell(info(`${at} ${long}`));
    log.look();
    assert.equal(device.written, "");
    const lost = log.droppedLines;
    assert.ok(lost > 100 && (isLasting || lost < 200), String(lost));
    device.outcomes = [Infinity];
    for (let at = 0; at < 3; at++) log.look();
    if (isLasting) return assert.equal(device.written, "");
    assert.match(stage.lines().at(-1) ?? "", new RegExp(`again: ${lost} lines were lost`));
    assert.equal(stage.lines().length, 200 - lost + 1);
  });
}

void test("event log: goes on in a new file, and tells if there is none", async () => {
  const device = new FakeDevice();
  const log = new EventLog(new FileSink(device, file), {
    level: "info",
    wallMs: () => 0,
    mask: (text) => text,
  });
  begin(log);
  log.reopen();
  log.tell(info("in the new one"));
  device.settle();
  device.failOpen = true;
  log.reopen();
  device.settle();
  assert.deepEqual(device.files, [100, 100]);
  assert.match(device.written, /^0 in the new one\n0 cannot reopen the log of events/);
  await log.close();
  assert.deepEqual(device.closed, [file, 100]);
});

void test("event log: at its end it tells what it kept back, then its last words", async () => {
  const stage = stageOf("warn");
  for (let at = 0; at < 15; at++) stage.log.tell({ level: "warn", message: "again" });
  await stage.log.close({ level: "error", message: "stopped" });
  assert.deepEqual(stage.lines().slice(10), ['0 5 more: again {"times":5}', "0 stopped"]);
});

void test("event log: last words are as important as others", async () => {
  const stage = stageOf("warn");
  await stage.log.close(info("stopped"));
  assert.deepEqual(stage.lines(), []);
});

void test("event log: a reader who is late at the end gets all of it", async () => {
  const stage = stageOf();
  stage.device.outcomes = ["EAGAIN", "EAGAIN", "EAGAIN", 5, Infinity];
  stage.log.tell(info("stopping"));
  await stage.log.close(info("stopped"));
  assert.deepEqual(stage.lines(), ["0 stopping", "0 stopped"]);
  assert.equal(stage.log.droppedLines, 0);
});
