/** The access log on a scripted sink: batches, and what happens when nobody takes them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { AccessLog } from "../../src/observe/access-log.ts";
import type { LogSink } from "../../src/observe/log-sink.ts";
import { aRecord } from "./a-record.ts";

class FakeSink implements LogSink {
  readonly batchBytes = 10_000;
  droppedLines = 0;
  trouble: string | undefined;
  batches: string[] = [];
  takes = true;
  flushes = 0;
  closes = 0;

  offer(lines: Buffer): boolean {
    if (this.takes) this.batches.push(lines.toString("latin1"));
    return this.takes;
  }

  flush(): void {
    this.flushes += 1;
  }

  reopen(): void {
    throw new Error("not asked for here");
  }

  close(): Promise<void> {
    this.closes += 1;
    return Promise.resolve();
  }

  statuses(): number[] {
    const lines = this.batches.join("").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line).status);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

void test("access log: one batch a tick", () => {
  const sink = new FakeSink();
  const log = new AccessLog(sink);
  for (let status = 0; status < 5; status++) log.write({ ...aRecord, status });
  assert.equal(sink.batches.length, 0);
  log.flush();
  log.flush();
  assert.deepEqual([sink.batches.length, sink.flushes], [1, 2]);
  assert.deepEqual(sink.statuses(), upTo(5));
});

void test("access log: a full batch does not wait for the tick", () => {
  const sink = new FakeSink();
  const log = new AccessLog(sink);
  for (let status = 0; status < 1_000; status++) log.write({ ...aRecord, status });
  log.flush();
  assert.deepEqual(sink.statuses(), upTo(1_000));
  for (const batch of sink.batches.slice(0, -1)) {
    assert.ok(batch.length >= 10_000 && batch.length < 10_400);
  }
});

void test("access log: a stuck sink costs the lines beyond the batch, and they are counted", () => {
  const sink = new FakeSink();
  sink.takes = false;
  const log = new AccessLog(sink);
  for (let status = 0; status < 10_000; status++) log.write({ ...aRecord, status });
  const dropped = log.droppedLines;
  assert.ok(dropped > 9_900);
  log.flush();
  log.write(aRecord);
  assert.equal(log.droppedLines, dropped + 1);

  // It goes on as soon as there is room, which may be before the tick.
  sink.takes = true;
  log.write({ ...aRecord, status: 20_000 });
  log.flush();
  assert.deepEqual(sink.statuses(), [...upTo(10_000 - dropped), 20_000]);
  sink.droppedLines = 7;
  assert.equal(log.droppedLines, dropped + 1 + 7);
});

void test("access log: a sink that refuses a small batch is offered it again", () => {
  const sink = new FakeSink();
  const log = new AccessLog(sink);
  sink.takes = false;
  log.write({ ...aRecord, status: 1 });
  log.flush();
  log.write({ ...aRecord, status: 2 });
  sink.takes = true;
  log.flush();
  assert.deepEqual([sink.statuses(), log.droppedLines], [[1, 2], 0]);
});

void test("access log: closing hands out what is left", async () => {
  const sink = new FakeSink();
  const log = new AccessLog(sink);
  log.write({ ...aRecord, status: 1 });
  await log.close();
  assert.deepEqual([sink.statuses(), sink.closes], [[1], 1]);
});

void test("access log: the longest lines fit behind a batch that is nearly full", () => {
  const sink = new FakeSink();
  const log = new AccessLog(sink);
  for (let status = 0; status < 100; status++) {
    log.write({ ...aRecord, status, target: "\x01".repeat(status * 50) });
  }
  log.flush();
  assert.deepEqual(sink.statuses(), upTo(100));
});
