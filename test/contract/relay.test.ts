/**
 * The relay over all combinations of legs: bodies arrive as they were sent, half a message looks
 * broken on the other side, and an exchange that is stalled for ever neither holds up another on
 * the same connection nor takes more memory than its bound.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Fields } from "../../src/http/fields.ts";
import { StrayErrors } from "../faults/stray-errors.ts";
import { flood, passes, pieceBytes } from "./flood.ts";
import { requestHead, responseHead, tunnelRequest } from "./heads.ts";
import { Pattern } from "./pattern.ts";
import { RelayBench, type Protocol } from "./relay-bench.ts";

const protocols: readonly Protocol[] = ["HTTP/1", "multiplexing"];

/**
 * What a stalled exchange may keep on its whole way, in bytes. HTTP/1 has, on either side, 64 KB in
 * the kernel (here the pipe) and 64 KB with the writer, who is told to stop only when they are
 * exceeded; and one read in between. A window is less than any of them.
 */
const stalledBytesMax = 5 * 64 * 1024 + 2 * pieceBytes;

/** What our side keeps for one leg: its window, and the piece that filled it. */
const legBytesMax = 2 * 64 * 1024;

interface Case {
  readonly name: string;
  readonly run: (bench: RelayBench) => Promise<void>;
}

const cases: readonly Case[] = [
  {
    name: "one download is stalled for ever, and the other gets 100 MB",
    async run(bench) {
      const stalled = await bench.open();
      const other = await bench.open();
      for (const { upstream } of [stalled, other]) upstream.sendHead(responseHead(200));
      await bench.quiet();
      stalled.client.stopReading();
      const endless = flood(stalled.upstream, Infinity, 1);
      await bench.quiet();

      await passes(bench, other.upstream, other.client);
      assert.ok(endless.sentBytes <= stalledBytesMax, `stalled took ${endless.sentBytes} bytes`);
      for (const bytes of bench.heldBytes()) assert.ok(bytes <= legBytesMax, `holds ${bytes}`);
    },
  },
  {
    name: "one upload is stalled for ever, and the other gets 100 MB",
    async run(bench) {
      const stalled = await bench.open();
      const other = await bench.open();
      stalled.upstream.stopReading();
      const endless = flood(stalled.client, Infinity, 1);
      await bench.quiet();

      await passes(bench, other.client, other.upstream);
      assert.ok(endless.sentBytes <= stalledBytesMax, `stalled took ${endless.sentBytes} bytes`);
      for (const bytes of bench.heldBytes()) assert.ok(bytes <= legBytesMax, `holds ${bytes}`);
    },
  },
  {
    name: "a stall that ends loses nothing",
    async run(bench) {
      const { client, upstream } = await bench.open();
      upstream.sendHead(responseHead(200));
      client.stopReading();
      const source = flood(upstream, 3_000_000, 7);
      const pattern = new Pattern(7);
      client.onPiece = (piece) => pattern.check(piece);
      await bench.quiet();
      assert.ok(source.sentBytes < 3_000_000);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, 3_000_000);
      assert.equal(client.state, "ended");
    },
  },
  {
    name: "trailers pass in both directions",
    async run(bench) {
      const { client, upstream } = await bench.open();
      client.sendBody(Buffer.from("up"));
      client.sendEnd(Fields.of([["X-Up", "1"]]));
      await bench.quiet();
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("down"));
      upstream.sendEnd(Fields.of([["X-Down", "2"]]));
      await bench.quiet();
      assert.equal(upstream.body.toString(), "up");
      assert.deepEqual(upstream.trailers?.allNamed("x-up"), ["1"]);
      assert.equal(client.body.toString(), "down");
      assert.deepEqual(client.trailers?.allNamed("x-down"), ["2"]);
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "interim heads pass before the final one",
    async run(bench) {
      const { client, upstream } = await bench.open();
      upstream.sendHead(responseHead(100));
      upstream.sendHead(responseHead(103));
      await bench.quiet();
      assert.deepEqual(client.heads, ["100", "103"]);
      client.sendEnd();
      upstream.sendHead(responseHead(200));
      upstream.sendEnd();
      await bench.quiet();
      assert.deepEqual(client.heads, ["100", "103", "200"]);
    },
  },
  {
    name: "a request without a body, and a long answer",
    async run(bench) {
      const { client, upstream } = await bench.open(requestHead({ method: "GET", body: "none" }));
      upstream.sendHead(responseHead(200));
      await bench.quiet();
      await passes(bench, upstream, client, 1_000_000);
    },
  },
  {
    name: "a small piece passes without waiting for the next, both ways",
    async run(bench) {
      const { client, upstream } = await bench.open();
      client.sendBody(Buffer.from("up"));
      await bench.quiet();
      assert.equal(upstream.body.toString(), "up");
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("down"));
      await bench.quiet();
      assert.equal(client.body.toString(), "down");
    },
  },
  {
    name: "an upstream that breaks off leaves a visibly broken answer",
    async run(bench) {
      const { client, upstream } = await bench.open();
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("half"));
      await bench.quiet();
      upstream.breakOff();
      await bench.quiet();
      assert.equal(client.state, "broken");
    },
  },
  {
    name: "an upstream that breaks off is seen though the client is stalled",
    async run(bench) {
      const { client, upstream } = await bench.open();
      upstream.sendHead(responseHead(200));
      await bench.quiet();
      client.stopReading();
      flood(upstream, Infinity, 1);
      await bench.quiet();
      upstream.breakOff();
      await bench.quiet();
      client.readOn();
      await bench.quiet();
      assert.equal(client.state, "broken");
      assert.equal(bench.failures.length, 1);
    },
  },
  {
    name: "a client that leaves takes its request from the upstream",
    async run(bench) {
      const { client, upstream } = await bench.open();
      client.sendBody(Buffer.from("half"));
      await bench.quiet();
      client.breakOff();
      await bench.quiet();
      assert.equal(upstream.state, "broken");
    },
  },
  {
    name: "a client that leaves in the middle of the answer stops the upstream",
    async run(bench) {
      const { client, upstream } = await bench.open(requestHead({ method: "GET", body: "none" }));
      upstream.sendHead(responseHead(200));
      client.stopReading();
      const endless = flood(upstream, Infinity, 1);
      await bench.quiet();
      client.breakOff();
      await bench.quiet();
      const { sentBytes } = endless;
      await bench.quiet();
      assert.equal(endless.sentBytes, sentBytes);
      assert.equal(bench.failures.length, 1);
      assert.ok(bench.failures[0] instanceof Error);
    },
  },
  {
    name: "an early answer ends the exchange though the request goes on",
    async run(bench) {
      const { client, upstream } = await bench.open();
      client.sendBody(Buffer.alloc(10_000));
      await bench.quiet();
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("early"));
      upstream.sendEnd();
      await bench.quiet();
      assert.equal(client.body.toString(), "early");
      assert.equal(client.state, "ended");
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "a tunnel passes bytes and both half-closes",
    async run(bench) {
      const { client, upstream } = await bench.open(tunnelRequest());
      upstream.sendHead(responseHead(101));
      await bench.quiet();
      client.sendBody(Buffer.from("ping"));
      client.sendEnd();
      await bench.quiet();
      assert.equal(upstream.body.toString(), "ping");
      assert.equal(upstream.state, "ended");
      await passes(bench, upstream, client, 1_000_000);
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "a tunnel broken by one side is broken for the other",
    async run(bench) {
      const { client, upstream } = await bench.open(tunnelRequest());
      upstream.sendHead(responseHead(101));
      await bench.quiet();
      upstream.breakOff();
      await bench.quiet();
      assert.equal(client.state, "broken");
    },
  },
];

const stray = new StrayErrors();
after(() => stray.assertNone());

for (const clients of protocols) {
  for (const upstreams of protocols) {
    for (const { name, run } of cases) {
      void test(`relay: ${clients} to ${upstreams}: ${name}`, () =>
        run(new RelayBench(clients, upstreams)));
    }
  }
}
