/** The leg contract: how bodies pass, and how they are held back. */

import assert from "node:assert/strict";

import { aheadBytesMax, begin, long, type LegCase } from "./leg-case.ts";

export const bodyCases: readonly LegCase[] = [
  {
    name: "interim heads come before the final head, and heads before bodies",
    async run(x, bench) {
      await x.answer(103, 103, 200);
      x.leg.attach(x.receiver);
      x.leg.sendBody(Buffer.from("out"));
      x.remote.sendBody(Buffer.from("in"));
      x.leg.flush();
      await bench.quiet();
      assert.deepEqual(x.answerHeads(), ["103", "103", "200"]);
      assert.equal(x.remote.body.toString(), "out");
      assert.equal(x.receiver.events.at(-1), "body");
      assert.equal(x.receiver.body.toString(), "in");
    },
  },
  {
    name: "no body is delivered before somebody attaches",
    async run(x, bench) {
      await x.answer(200);
      x.remote.sendBody(long);
      x.remote.sendEnd();
      await bench.quiet();
      assert.equal(x.receiver.pieces.length, 0);
      x.leg.attach(x.receiver);
      await bench.quiet();
      assert.ok(x.receiver.body.equals(long));
      assert.equal(x.receiver.events.at(-1), "end");
    },
  },
  {
    name: "a piece is its sender's again when sendBody returns",
    async run(x, bench) {
      await begin(x);
      const piece = Buffer.alloc(20_000);
      for (let at = 0; at < 10; at++) {
        x.leg.sendBody(piece.fill(at));
        piece.fill(0xff);
      }
      x.leg.flush();
      await bench.quiet();
      const want = Array.from({ length: 10 }, (_, at) => Buffer.alloc(20_000, at));
      assert.ok(x.remote.body.equals(Buffer.concat(want)));
    },
  },
  {
    name: "delivered pieces may be overwritten after the call",
    async run(x, bench) {
      await begin(x);
      x.remote.sendBody(Buffer.from("first"));
      await bench.quiet();
      x.remote.sendBody(Buffer.from("second"));
      await bench.quiet();
      assert.equal(x.receiver.body.toString(), "firstsecond");
      assert.notEqual(x.receiver.views[0]?.toString(), "first", "this bench shows who keeps views");
    },
  },
  {
    name: "a batch ends what one read brought",
    async run(x, bench) {
      await begin(x);
      const before = x.receiver.batchCount;
      x.remote.sendBody(Buffer.from("piece"));
      await bench.quiet();
      assert.ok(x.receiver.batchCount > before);
    },
  },
  {
    name: "room falls to 0 at a reader that does not read, and onRoom comes when it reads on",
    async run(x, bench) {
      await begin(x);
      x.remote.stopReading();
      let sentBytes = 0;
      let room = Infinity;
      while (room > 0) {
        assert.ok(sentBytes < 4 * 1024 * 1024, "there is a bound");
        room = x.leg.sendBody(long.subarray(0, 10_000));
        sentBytes += 10_000;
        await bench.quiet();
      }
      assert.equal(x.receiver.roomCount, 0, "no room yet");
      x.remote.readOn();
      await bench.quiet();
      assert.equal(x.receiver.roomCount, 1, "told once");
      assert.equal(x.remote.bodyBytes, sentBytes);
      assert.ok(x.leg.sendBody(Buffer.from("x")) > 0);
    },
  },
  {
    name: "onRoom is not told to whom nobody said 0",
    async run(x, bench) {
      await begin(x);
      assert.ok(x.leg.sendBody(Buffer.from("small")) > 0);
      x.leg.flush();
      await bench.quiet();
      assert.equal(x.receiver.roomCount, 0);
    },
  },
  {
    name: "delivery waits for consumed",
    async run(x, bench) {
      let owedBytes = 0;
      x.receiver.consume = (bytes) => (owedBytes += bytes);
      await begin(x);
      x.remote.sendBody(Buffer.concat([long, long]));
      x.remote.sendEnd();
      for (let rounds = 0; x.receiver.events.at(-1) !== "end"; rounds++) {
        await bench.quiet();
        assert.ok(owedBytes <= aheadBytesMax, `${owedBytes} bytes ahead`);
        assert.ok(rounds < 100, "it goes on");
        const consumed = owedBytes;
        owedBytes = 0;
        x.leg.consumed(consumed);
        await bench.quiet();
      }
      assert.equal(x.receiver.body.length, 2 * long.length);
    },
  },
  {
    name: "consumed may come in parts",
    async run(x, bench) {
      let owedBytes = 0;
      x.receiver.consume = (bytes) => (owedBytes += bytes);
      await begin(x);
      x.remote.sendBody(long);
      x.remote.sendEnd();
      for (let rounds = 0; x.receiver.events.at(-1) !== "end"; rounds++) {
        await bench.quiet();
        assert.ok(rounds < 1_000, "it goes on");
        const part = Math.ceil(owedBytes / 2);
        owedBytes -= part;
        if (part > 0) x.leg.consumed(part);
      }
      assert.ok(x.receiver.body.equals(long));
    },
  },
];
