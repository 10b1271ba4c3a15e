/** The leg contract: how messages end, well or badly, and what follows on the same connection. */

import assert from "node:assert/strict";

import { Failure } from "../../src/base/failure.ts";
import { Fields } from "../../src/http/fields.ts";
import {
  begin,
  failure,
  finish,
  goneIfTold,
  long,
  sayLate,
  withoutHeads,
  type LegCase,
} from "./leg-case.ts";
import type { BenchExchange } from "./leg-bench.ts";

export const endCases: readonly LegCase[] = [
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
];
