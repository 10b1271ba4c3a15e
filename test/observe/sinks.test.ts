/** Log sinks on a scripted device: what can be written is, nothing waits, nothing grows. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FileSink } from "../../src/observe/file-sink.ts";
import type { LogSink } from "../../src/observe/log-sink.ts";
import { PipeSink } from "../../src/observe/pipe-sink.ts";
import { FakeDevice, type Outcome } from "./fake-device.ts";

const sinks = [
  { kind: "pipe", make: (device: FakeDevice): LogSink => new PipeSink(device, device.open()) },
  { kind: "file", make: (device: FakeDevice): LogSink => new FileSink(device, device.open()) },
];

const line = (at: number): string => `{"line":${at}}\n`;
const lines = (count: number): string =>
  Array.from({ length: count }, (_, at) => line(at)).join("");

interface Case {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
  /** How many ticks it takes until all is written. */
  readonly ticks: number;
}

const cases: readonly Case[] = [
  { name: "all at once", outcomes: [Infinity], ticks: 0 },
  { name: "byte by byte", outcomes: [1], ticks: 400 },
  { name: "stuck for a while", outcomes: ["EAGAIN", "EAGAIN", Infinity], ticks: 2 },
  { name: "a part, then stuck, then the rest", outcomes: [5, "EAGAIN", 7, Infinity], ticks: 3 },
  { name: "a full disk that is emptied", outcomes: [100, "ENOSPC", "ENOSPC", Infinity], ticks: 4 },
  { name: "a disk with a fault that passes", outcomes: ["EIO", Infinity], ticks: 1 },
  { name: "a write of nothing", outcomes: [0, 0, Infinity], ticks: 3 },
];

for (const { kind, make } of sinks) {
  for (const { name, outcomes, ticks } of cases) {
    void test(`${kind} sink: ${name}`, () => {
      const device = new FakeDevice();
      device.outcomes = [...outcomes];
      const sink = make(device);
      const batch = Buffer.from(lines(20));
      assert.ok(sink.offer(batch));
      batch.fill("?");
      device.settle();
      for (let tick = 0; tick < ticks; tick++) {
        sink.flush();
        device.settle();
      }
      assert.equal(device.written, lines(20));
      assert.deepEqual([sink.trouble, sink.droppedLines], [undefined, 0]);
    });
  }

  void test(`${kind} sink: a reader who is gone stops it, and every line is counted`, () => {
    const device = new FakeDevice();
    device.outcomes = ["EPIPE"];
    const sink = make(device);
    for (let count = 0; count < 3; count++) assert.ok(sink.offer(Buffer.from(lines(10))));
    device.settle();
    assert.ok(sink.offer(Buffer.from(lines(10))));
    device.settle();
    sink.flush();
    assert.deepEqual([sink.trouble, sink.droppedLines, device.attempts], ["EPIPE", 40, 1]);
  });

  void test(`${kind} sink: keeps less than a megabyte, then refuses, without trying`, () => {
    const device = new FakeDevice();
    device.outcomes = ["EAGAIN"];
    const sink = make(device);
    const batch = Buffer.alloc(10_000, "x\n");
    let taken = 0;
    for (; sink.offer(batch); taken += batch.length) device.settle();
    assert.ok(taken + sink.batchBytes + 4_096 < 2 ** 20, `${taken} bytes`);
    const { attempts } = device;
    for (let count = 0; count < 100; count++) assert.equal(sink.offer(batch), false);
    assert.equal(device.attempts, attempts);
    assert.equal(sink.trouble, "EAGAIN");

    device.outcomes = [Infinity];
    sink.flush();
    device.settle();
    assert.equal(device.written.length, taken);
    assert.equal(sink.droppedLines, 0);
    assert.ok(sink.offer(batch));
  });

  void test(`${kind} sink: a tick makes one attempt at most while it is stuck`, () => {
    const device = new FakeDevice();
    device.outcomes = ["ENOSPC"];
    const sink = make(device);
    sink.offer(Buffer.from(lines(10)));
    for (let tick = 0; tick < 10; tick++) {
      sink.flush();
      device.settle();
    }
    assert.ok(device.attempts <= 11, `${device.attempts} attempts`);
  });

  void test(`${kind} sink: closing tries once more, and drops what does not go`, async () => {
    for (const [outcome, written, dropped] of [
      [Infinity, lines(10), 0],
      ["EAGAIN", "", 10],
    ] as const) {
      const device = new FakeDevice();
      device.outcomes = ["EAGAIN", outcome];
      const sink = make(device);
      sink.offer(Buffer.from(lines(10)));
      device.settle();
      const closing = sink.close();
      device.settle();
      await closing;
      assert.deepEqual([device.written, sink.droppedLines], [written, dropped]);
      assert.deepEqual(device.closed, [100]);
    }
  });

  void test(`${kind} sink: reopening goes on in the new file`, () => {
    const device = new FakeDevice();
    const sink = make(device);
    sink.offer(Buffer.from(lines(10)));
    sink.reopen(assert.ifError);
    device.settle();
    assert.deepEqual([device.opened, device.closed], [[100, 101], [100]]);
    device.failOpen = true;
    let failed: unknown;
    sink.reopen((error) => (failed = error));
    device.settle();
    assert.match(String(failed), /EACCES/);
    assert.ok(sink.offer(Buffer.from(lines(10))));
    device.settle();
    assert.equal(device.written, lines(10) + lines(10));
    assert.deepEqual(device.closed, [100]);
  });
}

void test("pipe sink: every write is of whole lines, and at most 4,096 bytes long", () => {
  const device = new FakeDevice();
  const sink = new PipeSink(device, device.open());
  sink.offer(Buffer.from(lines(2_000)));
  assert.equal(device.written, lines(2_000));
  let end = 0;
  for (const size of device.sizes) {
    assert.ok(size <= 4_096);
    end += size;
    assert.equal(device.written[end - 1], "\n");
  }
});

void test("pipe sink: a line of 4,096 bytes stays whole", () => {
  const device = new FakeDevice();
  const sink = new PipeSink(device, device.open());
  const longest = `${"x".repeat(4_095)}\n`;
  sink.offer(Buffer.from(`a\n${longest}${longest}b\n`));
  assert.deepEqual(device.sizes, [2, 4_096, 4_096, 2]);
});

void test("file sink: one write a batch, and one in flight", () => {
  const device = new FakeDevice();
  const sink = new FileSink(device, device.open());
  for (let count = 0; count < 5; count++) sink.offer(Buffer.from(lines(100)));
  device.settle();
  assert.deepEqual(
    device.sizes,
    Array.from({ length: 5 }, () => lines(100).length),
  );
});

void test("file sink: a file is exchanged between two writes, not under one", () => {
  const device = new FakeDevice();
  const sink = new FileSink(device, device.open());
  sink.offer(Buffer.from(lines(1)));
  sink.reopen(assert.ifError);
  assert.deepEqual(device.closed, []);
  device.settle();
  assert.deepEqual(device.closed, [100]);
});

const half = Math.floor(lines(1).length / 2);

interface ReopenCase {
  readonly name: string;
  /** What becomes of the writes to the old file, after half a line; then all goes. */
  readonly outcomes: readonly Outcome[];
  readonly isSameFile?: boolean;
  /** What is written after the first half line, whatever the file. */
  readonly want: string;
  /** How many writes go to the old file. */
  readonly oldWrites: number;
}

const reopenCases: readonly ReopenCase[] = [
  {
    name: "a line that was begun is ended in the old file",
    outcomes: [half, Infinity],
    want: lines(2).slice(half),
    oldWrites: 2,
  },
  {
    name: "a line that was begun on a full disk stands whole in the new file",
    outcomes: [half, "ENOSPC", Infinity],
    want: lines(2),
    oldWrites: 2,
  },
  {
    name: "a full disk, but the file was not moved: the line goes on",
    outcomes: [half, "ENOSPC", Infinity],
    isSameFile: true,
    want: lines(2).slice(half),
    oldWrites: 2,
  },
];

for (const { name, outcomes, isSameFile = false, want, oldWrites } of reopenCases) {
  void test(`file sink: ${name}`, () => {
    const device = new FakeDevice();
    device.outcomes = [...outcomes];
    device.isSameFile = isSameFile;
    const sink = new FileSink(device, device.open());
    sink.offer(Buffer.from(lines(2)));
    sink.reopen(assert.ifError);
    device.settle();
    sink.flush();
    device.settle();
    assert.equal(device.written, lines(2).slice(0, half) + want);
    assert.deepEqual([device.closed, sink.droppedLines], [[100], 0]);
    assert.deepEqual(
      device.files.slice(0, oldWrites),
      Array.from({ length: oldWrites }, () => 100),
    );
    sink.offer(Buffer.from(lines(1)));
    device.settle();
    assert.equal(device.files.at(-1), 101);
  });
}
