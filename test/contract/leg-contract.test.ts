/**
 * The leg contract (`src/http/leg.ts`) as one table, run against every kind of leg: HTTP/1 in both
 * roles, and a protocol with several exchanges on one connection. What passes here may be joined by
 * the relay with anything else that does.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Failure } from "../../src/base/failure.ts";
import { Fields } from "../../src/http/fields.ts";
import { StrayErrors } from "../faults/stray-errors.ts";
import { openClientBench } from "./http1-client-bench.ts";
import { openUpstreamBench } from "./http1-upstream-bench.ts";
import { Recorder, type BenchExchange, type LegBench } from "./leg-bench.ts";
import { openMultiplexingClientBench, openMultiplexingUpstreamBench } from "./multiplexing-bench.ts";

const benches: readonly (() => LegBench)[] = [
  openClientBench,
  openUpstreamBench,
  openMultiplexingClientBench,
  openMultiplexingUpstreamBench,
];

/** One read of HTTP/1, one window of HTTP/2: how far delivery may be ahead of `consumed`. */
const aheadBytesMax = 64 * 1024;

const failure = new Failure("internal", "ended by a test");
const long = Buffer.alloc(300_000, "0123456789abcdef");

interface Case {
  readonly name: string;
  readonly shape?: "bodies" | "tunnel";
  /** Only where it can happen. */
  readonly role?: LegBench["role"];
  run(x: BenchExchange, bench: LegBench): Promise<void>;
}

const cases: readonly Case[] = [
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
  {
    name: "trailers go both ways",
    async run(x, bench) {
      await begin(x);
      const sendOut = (): void => {
        x.leg.sendBody(Buffer.from("body"));
        x.leg.sendEnd(Fields.of([["X-Out", "2"]]));
      };
      if (bench.role === "upstream") sendOut();
      await bench.quiet();
      x.remote.sendBody(Buffer.from("body"));
      x.remote.sendEnd(Fields.of([["X-In", "1"]]));
      await bench.quiet();
      if (bench.role === "client") sendOut();
      await bench.quiet();
      assert.deepEqual(x.receiver.trailers?.allNamed("x-in"), ["1"]);
      assert.deepEqual(x.remote.trailers?.allNamed("x-out"), ["2"]);
      assert.equal(x.remote.state, "ended");
    },
  },
  {
    name: "flush sends what was held back",
    async run(x, bench) {
      await begin(x);
      x.leg.sendBody(Buffer.from("tick"));
      x.leg.flush();
      await bench.quiet();
      assert.equal(x.remote.body.toString(), "tick");
      assert.equal(x.remote.state, "open");
    },
  },
  {
    name: "sendEnd flushes",
    async run(x, bench) {
      await begin(x);
      x.leg.sendBody(Buffer.from("last"));
      x.leg.sendEnd();
      await bench.quiet();
      assert.equal(x.remote.body.toString(), "last");
      assert.equal(x.remote.state, "ended");
    },
  },
  {
    name: "an end is told once, behind the body, and nothing after it",
    async run(x, bench) {
      await begin(x);
      x.remote.sendBody(long);
      x.remote.sendEnd();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["body", "end"]);
      x.remote.breakOff();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["body", "end", ...goneIfTold(x.receiver)]);
    },
  },
  {
    name: "an abort looks broken to the other side, and silences the leg",
    async run(x, bench) {
      await begin(x);
      x.leg.sendBody(Buffer.from("half an answ"));
      x.leg.abort(failure);
      x.remote.sendBody(long);
      await bench.quiet();
      assert.equal(x.remote.state, "broken");
      assert.deepEqual(withoutHeads(x.receiver), []);
    },
  },
  {
    name: "an abort inside onBody silences the leg at once",
    async run(x, bench) {
      await begin(x);
      x.receiver.consume = () => x.leg.abort(failure);
      x.remote.sendBody(long);
      x.remote.sendEnd();
      await bench.quiet();
      assert.equal(x.receiver.pieces.length, 1);
      assert.deepEqual(withoutHeads(x.receiver), ["body"]);
    },
  },
  {
    name: "an abort of the other side is told once, and nothing after it",
    async run(x, bench) {
      await begin(x);
      x.remote.sendBody(Buffer.from("half"));
      await bench.quiet();
      x.remote.breakOff();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["body", "gone"]);
      assert.ok(x.receiver.failure instanceof Failure);
      x.leg.sendBody(Buffer.from("late"));
      x.leg.consumed(4);
      x.leg.sendEnd();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["body", "gone"]);
    },
  },
  {
    name: "a leg that is gone has room, so that nobody waits for it",
    async run(x, bench) {
      await begin(x);
      x.leg.abort(failure);
      await bench.quiet();
      assert.ok(x.leg.sendBody(long) > 0);
      assert.ok(x.leg.sendBody(Buffer.alloc(0)) > 0);
      x.leg.attach(x.receiver);
      x.leg.flush();
      x.leg.abort(failure);
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), []);
    },
  },
  {
    name: "late calls touch neither what is whole nor the next exchange",
    async run(x, bench) {
      await begin(x);
      await finish(x, bench, "first");
      const next = await bench.open("bodies");
      sayLate(x);
      await begin(next);
      sayLate(x);
      await finish(next, bench, "second");
      sayLate(x);
      await bench.quiet();
      assert.equal(x.remote === next.remote || x.remote.body.toString() === "first", true);
      assert.deepEqual(next.answerHeads(), ["200"]);
      const again = await bench.open("bodies");
      await begin(again);
      await finish(again, bench, "third");
    },
  },
  {
    name: "the next exchange may begin inside the end of the one before",
    role: "upstream",
    async run(x, bench) {
      await begin(x);
      x.leg.sendEnd();
      await bench.quiet();
      let next: Promise<BenchExchange> | undefined;
      const { receiver } = x;
      const onEnd = receiver.onEnd.bind(receiver);
      receiver.onEnd = (trailers) => {
        onEnd(trailers);
        next = bench.open("bodies");
      };
      x.remote.sendEnd();
      await bench.quiet();
      const following = await next;
      assert.ok(following !== undefined);
      await begin(following);
      await finish(following, bench, "next");
    },
  },
  {
    name: "a tunnel carries bytes both ways",
    shape: "tunnel",
    async run(x, bench) {
      await beginTunnel(x);
      x.leg.sendBody(Buffer.from("ping"));
      x.leg.flush();
      x.remote.sendBody(long);
      await bench.quiet();
      assert.equal(x.remote.body.toString(), "ping");
      assert.ok(x.receiver.body.equals(long));
      x.leg.sendBody(long);
      await bench.quiet();
      assert.equal(x.remote.bodyBytes, 4 + long.length);
    },
  },
  {
    name: "their half-close of a tunnel leaves our direction open",
    shape: "tunnel",
    async run(x, bench) {
      await beginTunnel(x);
      x.remote.sendBody(Buffer.from("bye"));
      x.remote.sendEnd();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["body", "end"]);
      x.leg.sendBody(long);
      x.leg.sendEnd();
      await bench.quiet();
      assert.equal(x.remote.bodyBytes, long.length);
      assert.equal(x.remote.state, "ended");
    },
  },
  {
    name: "our half-close of a tunnel leaves their direction open",
    shape: "tunnel",
    async run(x, bench) {
      await beginTunnel(x);
      x.leg.sendBody(Buffer.from("bye"));
      x.leg.sendEnd();
      await bench.quiet();
      assert.equal(x.remote.state, "ended");
      x.remote.sendBody(long);
      await bench.quiet();
      assert.ok(x.receiver.body.equals(long));
      x.remote.sendEnd();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver).slice(0, 2), ["body", "end"]);
    },
  },
  {
    name: "an abort of a tunnel looks broken, not like a half-close",
    shape: "tunnel",
    async run(x, bench) {
      await beginTunnel(x);
      x.leg.sendBody(Buffer.from("cut"));
      x.leg.abort(failure);
      await bench.quiet();
      assert.equal(x.remote.state, "broken");
    },
  },
  {
    name: "a tunnel that the other side breaks is gone",
    shape: "tunnel",
    async run(x, bench) {
      await beginTunnel(x);
      x.remote.breakOff();
      await bench.quiet();
      assert.deepEqual(withoutHeads(x.receiver), ["gone"]);
    },
  },
];

const stray = new StrayErrors();
after(() => stray.assertNone());

for (const openBench of benches) {
  const { name: kind, role: benchRole } = openBench();
  for (const { name, shape = "bodies", role = benchRole, run } of cases) {
    if (role !== benchRole) continue;
    void test(`leg: ${kind}: ${name}`, async () => {
      const bench = openBench();
      await run(await bench.open(shape), bench);
      await bench.close();
    });
  }
}

/** Both heads have passed, and delivery is on. */
async function begin(x: BenchExchange): Promise<void> {
  await x.answer(200);
  x.leg.attach(x.receiver);
}

async function beginTunnel(x: BenchExchange): Promise<void> {
  await x.answer(101);
  x.leg.attach(x.receiver);
}

/** Both messages are whole. */
async function finish(x: BenchExchange, bench: LegBench, text: string): Promise<void> {
  x.remote.sendBody(Buffer.from(text));
  x.remote.sendEnd();
  x.leg.sendBody(Buffer.from(text));
  if (bench.role === "upstream") x.leg.sendEnd();
  await bench.quiet();
  assert.equal(x.receiver.body.toString(), text);
  assert.equal(x.receiver.events.at(-1), "end");
  if (bench.role === "client") x.leg.sendEnd();
  await bench.quiet();
  assert.equal(x.remote.body.toString(), text);
  assert.equal(x.remote.state, "ended");
}

/** All that can be said to a leg. */
function sayLate(x: BenchExchange): void {
  const late = new Recorder();
  x.leg.sendBody(Buffer.from("late"));
  x.leg.consumed(1_000_000);
  x.leg.attach(late);
  x.leg.flush();
  x.leg.sendEnd();
  x.leg.abort(failure);
  assert.deepEqual(late.events, []);
}

function withoutHeads(receiver: Recorder): readonly string[] {
  return receiver.events.filter((event) => !event.startsWith("head "));
}

/** After an end a leg may still say that the other side went. */
function goneIfTold(receiver: Recorder): readonly string[] {
  return receiver.events.at(-1) === "gone" ? ["gone"] : [];
}
