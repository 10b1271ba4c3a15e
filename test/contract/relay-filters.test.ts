/**
 * Filters in the way of an answer, over all combinations of legs: what comes out of them arrives
 * whole and in order, a stalled client stalls them and the upstream, and what cannot go on is cut.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Failure } from "../../src/base/failure.ts";
import { Fields } from "../../src/http/fields.ts";
import { StrayErrors } from "../faults/stray-errors.ts";
import { flood, passes, pieceBytes } from "./flood.ts";
import { requestHead, responseHead } from "./heads.ts";
import { RelayBench, type Protocol, type RelayedExchange } from "./relay-bench.ts";
import { Adding, Counting, Doubling, Failing, Hoarding, Slow } from "./some-filters.ts";
import type { Filter } from "../../src/http/filter.ts";

const protocols: readonly Protocol[] = ["HTTP/1", "multiplexing"];

/** What may be on the way to a stalled client, in bytes; see `relay.test.ts`. */
const stalledBytesMax = 5 * 64 * 1024 + 2 * pieceBytes;

interface Case {
  readonly name: string;
  readonly filters: () => readonly Filter[];
  readonly run: (
    bench: RelayBench,
    exchange: RelayedExchange,
    filters: readonly Filter[],
  ) => Promise<void>;
}

const cases: readonly Case[] = [
  {
    name: "a long answer passes a chain whole and in order",
    filters: () => [new Adding(100), new Counting(), new Adding(156)],
    async run(bench, { client, upstream }, filters) {
      upstream.sendHead(responseHead(200));
      await passes(bench, upstream, client, 10_000_000);
      assert.equal((filters[1] as Counting).bytes, 10_000_000);
      assert.equal(bench.exchanges[0]?.responseBytes, 10_000_000);
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "one that takes its time gets one piece at a time",
    filters: () => [new Adding(1), new Slow(), new Adding(255)],
    async run(bench, { client, upstream }, filters) {
      upstream.sendHead(responseHead(200));
      await passes(bench, upstream, client, 5_000_000);
      assert.ok((filters[1] as Slow).insideBytesMax <= 2 * 65_536);
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "what comes out is counted, and may be more than what goes in",
    filters: () => [new Doubling()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("abc"));
      upstream.sendEnd();
      await bench.quiet();
      assert.equal(client.body.toString(), "aabbcc");
      assert.equal(bench.exchanges[0]?.responseBytes, 6);
    },
  },
  {
    name: "a small piece passes without waiting for the next",
    filters: () => [new Slow(), new Doubling()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("ab"));
      await bench.quiet();
      assert.equal(client.body.toString(), "aabb");
      assert.equal(client.state, "open");
    },
  },
  {
    name: "a stalled client stalls them and the upstream, and loses nothing",
    filters: () => [new Slow(), new Adding(0)],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      await bench.quiet();
      client.stopReading();
      const source = flood(upstream, 3_000_000, 2);
      await bench.quiet();
      assert.ok(source.sentBytes <= stalledBytesMax + 65_536, `took ${source.sentBytes} bytes`);
      client.readOn();
      await bench.quiet();
      assert.equal(client.body.length, 3_000_000);
      assert.equal(client.state, "ended");
    },
  },
  {
    name: "an end that comes late ends the exchange late",
    filters: () => [new Hoarding(), new Slow()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("one "));
      await bench.quiet();
      upstream.sendBody(Buffer.from("two"));
      await bench.quiet();
      assert.equal(client.body.length, 0);
      upstream.sendEnd(Fields.of([["X-Down", "2"]]));
      await bench.quiet();
      assert.equal(client.body.toString(), "one two");
      assert.deepEqual(client.trailers?.allNamed("x-down"), ["2"]);
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "what is said of the bytes goes with them",
    filters: () => [new Counting(), new Doubling()],
    async run(bench, { client, upstream }) {
      const fields = Fields.of([
        ["Accept-Ranges", "bytes"],
        ["Content-Digest", "sha-256=:AAAA:"],
        ["ETag", '"1"'],
      ]);
      upstream.sendHead(responseHead(200, { body: "sized", contentLength: 2, fields }));
      upstream.sendBody(Buffer.from("ab"));
      upstream.sendEnd();
      await bench.quiet();
      assert.equal(client.body.toString(), "aabb");
      assert.equal(client.state, "ended");
      assert.deepEqual(client.fields?.allNamed("etag"), ['"1"']);
      assert.deepEqual(client.fields?.allNamed("accept-ranges"), []);
      assert.deepEqual(client.fields?.allNamed("content-digest"), []);
    },
  },
  {
    name: "trailers say nothing of bytes that are others",
    filters: () => [new Doubling()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      upstream.sendEnd(
        Fields.of([
          ["Repr-Digest", "sha-256=:AAAA:"],
          ["X-Down", "2"],
        ]),
      );
      await bench.quiet();
      assert.deepEqual(client.trailers?.allNamed("x-down"), ["2"]);
      assert.deepEqual(client.trailers?.allNamed("repr-digest"), []);
    },
  },
  {
    name: "filters that change no byte leave all that is said of them",
    filters: () => [new Counting()],
    async run(bench, { client, upstream }) {
      const fields = Fields.of([["Accept-Ranges", "bytes"]]);
      upstream.sendHead(responseHead(200, { body: "sized", contentLength: 2, fields }));
      upstream.sendBody(Buffer.from("ab"));
      upstream.sendEnd();
      await bench.quiet();
      assert.equal(client.body.toString(), "ab");
      assert.deepEqual(client.fields?.allNamed("accept-ranges"), ["bytes"]);
    },
  },
  {
    name: "one that cannot go on leaves a visibly broken answer, and stops the upstream",
    filters: () => [new Adding(0), new Failing(100_000), new Slow()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      const endless = flood(upstream, Infinity, 1);
      await bench.quiet();
      assert.equal(client.state, "broken");
      const { sentBytes } = endless;
      await bench.quiet();
      assert.equal(endless.sentBytes, sentBytes);
      assert.equal(bench.failures.length, 1);
      assert.ok(bench.failures[0] instanceof Failure);
    },
  },
  {
    name: "an upstream that breaks off leaves a visibly broken answer",
    filters: () => [new Hoarding()],
    async run(bench, { client, upstream }) {
      upstream.sendHead(responseHead(200));
      upstream.sendBody(Buffer.from("half"));
      await bench.quiet();
      upstream.breakOff();
      await bench.quiet();
      assert.equal(client.state, "broken");
      assert.equal(client.body.length, 0);
    },
  },
  {
    name: "a client that leaves stops the upstream, whatever is inside",
    filters: () => [new Slow(), new Slow()],
    async run(bench, { client, upstream }) {
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
      assert.ok(bench.failures[0] instanceof Failure);
    },
  },
];

const stray = new StrayErrors();
after(() => stray.assertNone());

for (const clients of protocols) {
  for (const upstreams of protocols) {
    for (const { name, filters, run } of cases) {
      void test(`filters: ${clients} to ${upstreams}: ${name}`, async () => {
        const bench = new RelayBench(clients, upstreams);
        bench.filters = filters();
        const exchange = await bench.open(requestHead({ method: "GET", body: "none" }));
        await run(bench, exchange, bench.filters);
        const isOver = bench.failures.length > 0;
        for (const filter of bench.filters) {
          assert.equal(
            (filter as Counting).closedCount,
            isOver ? 1 : 0,
            "closed with the exchange",
          );
        }
      });
    }
  }
}
