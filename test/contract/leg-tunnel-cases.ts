/** The leg contract after a 101: raw bytes both ways, and half-closes. */

import assert from "node:assert/strict";

import { beginTunnel, failure, long, withoutHeads, type LegCase } from "./leg-case.ts";

export const tunnelCases: readonly LegCase[] = [
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
