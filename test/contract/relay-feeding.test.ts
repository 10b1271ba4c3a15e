/**
 * Spoon feeding over all combinations of legs: an upstream is done when it has said all, and its
 * client gets every byte at its own pace; a slow upload occupies nobody; and whatever happens, what
 * was kept is given back.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Fields } from "../../src/http/fields.ts";
import { setThrift, thrift } from "../../src/transport/thrift.ts";
import { StrayErrors } from "../faults/stray-errors.ts";
import { flood } from "./flood.ts";
import { requestHead, responseHead } from "./heads.ts";
import type { Remote } from "./leg-bench.ts";
import { Pattern } from "./pattern.ts";
import { RelayBench, type Protocol, type RelayedExchange } from "./relay-bench.ts";

const protocols: readonly Protocol[] = ["HTTP/1", "multiplexing"];

const mebibyte = 1024 * 1024;
const pageBytes = 3_000_000;
const get = (): ReturnType<typeof requestHead> => requestHead({ method: "GET", body: "none" });

/** What a stalled exchange may have on its way besides what is kept: see relay.test.ts. */
const onItsWayBytesMax = 5 * 64 * 1024 + 2 * 50_000;

interface Case {
  readonly name: string;
  /** 64 MB, if it does not matter. */
  readonly memoryBytes?: number;
  readonly run: (bench: RelayBench) => Promise<void>;
}

/** A page whose client takes none of it yet. */
async function stalledPage(
  bench: RelayBench,
  fields: Fields = new Fields(),
): Promise<RelayedExchange> {
  const x = await bench.open(get());
  x.upstream.sendHead(responseHead(200, { fields }));
  await bench.quiet();
  x.client.stopReading();
  return x;
}

function expectPattern(remote: Remote, seed: number): Pattern {
  const pattern = new Pattern(seed);
  remote.onPiece = (piece) => pattern.check(piece);
  return pattern;
}

const cases: readonly Case[] = [
  {
    name: "an upstream has said all, and is done, before its client takes any",
    async run(bench) {
      const { client, upstream } = await stalledPage(bench);
      const source = flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      assert.equal(source.sentBytes, pageBytes);
      assert.equal(bench.spools.counts.answersFreed, 1);
      assert.ok(pattern.position < pageBytes);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
      assert.equal(client.state, "ended");
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "what memory may not hold goes through the store",
    memoryBytes: 2 * mebibyte,
    async run(bench) {
      const { client, upstream } = await stalledPage(bench);
      const source = flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      assert.equal(source.sentBytes, pageBytes);
      assert.ok(bench.store.extentCount > 0);
      assert.ok(bench.spools.memory.bytesUsed <= 2 * mebibyte);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
      assert.equal(client.state, "ended");
    },
  },
  {
    name: "without a store there is back pressure, and nothing is lost",
    memoryBytes: 2 * mebibyte,
    async run(bench) {
      bench.store.isUsable = false;
      const { client, upstream } = await stalledPage(bench);
      const source = flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      assert.ok(source.sentBytes < mebibyte, `${source.sentBytes} bytes were taken`);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
      assert.equal(client.state, "ended");
    },
  },
  {
    name: "a store that loses something cuts the answer, with no wrong byte",
    memoryBytes: 2 * mebibyte,
    async run(bench) {
      const { client, upstream } = await stalledPage(bench);
      flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      for (let call = 1; call < 1_000; call++) bench.store.failing.add(call);
      client.readOn();
      await bench.quiet();
      assert.ok(pattern.position < pageBytes);
      assert.equal(client.state, "broken");
      assert.equal(bench.failures.length, 1);
    },
  },
  {
    name: "a thousand that are stalled leave room for one more small page",
    memoryBytes: 16 * mebibyte,
    async run(bench) {
      bench.store.isUsable = false;
      const stalled: RelayedExchange[] = [];
      for (let count = 0; count < 200; count++) {
        const x = await stalledPage(bench);
        flood(x.upstream, pageBytes, 3);
        stalled.push(x);
      }
      await bench.quiet();
      const small = await stalledPage(bench);
      const pattern = expectPattern(small.client, 7);
      const source = flood(small.upstream, 20_000, 7);
      await bench.quiet();
      assert.equal(source.sentBytes, 20_000);
      assert.equal(small.upstream.state, "ended");
      small.client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, 20_000);
      for (const { client } of stalled) client.breakOff();
      small.client.breakOff();
    },
  },
  {
    name: "trailers wait for the body",
    async run(bench) {
      const { client, upstream } = await stalledPage(bench);
      const pattern = expectPattern(client, 7);
      const source = new Pattern(7);
      for (let count = 0; count < 20; count++) upstream.sendBody(source.next(50_000));
      upstream.sendEnd(Fields.of([["X-Down", "2"]]));
      await bench.quiet();
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, 1_000_000);
      assert.deepEqual(client.trailers?.allNamed("x-down"), ["2"]);
    },
  },
  {
    name: "an upstream that breaks off leaves what it said, and then a visible cut",
    async run(bench) {
      const { client, upstream } = await stalledPage(bench);
      const pattern = expectPattern(client, 7);
      const source = new Pattern(7);
      for (let count = 0; count < 20; count++) upstream.sendBody(source.next(50_000));
      await bench.quiet();
      upstream.breakOff();
      await bench.quiet();
      assert.deepEqual(bench.failures, [], "the client has not taken what is here");
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, 1_000_000);
      assert.equal(client.state, "broken");
      assert.equal(bench.failures.length, 1);
    },
  },
  {
    name: "a client that leaves is fed no more, and its upstream stops",
    async run(bench) {
      bench.buffering = { requestBytesMax: 0, responseBytesMax: 1_000_000 };
      const { client, upstream } = await stalledPage(bench);
      const source = flood(upstream, pageBytes, 7);
      await bench.quiet();
      const taken = source.sentBytes;
      assert.ok(taken < pageBytes);
      client.breakOff();
      await bench.quiet();
      assert.equal(source.sentBytes, taken);
      assert.equal(bench.failures.length, 1);
    },
  },
  {
    name: "no more is kept than the route allows",
    async run(bench) {
      bench.buffering = { requestBytesMax: 0, responseBytesMax: 500_000 };
      const { client, upstream } = await stalledPage(bench);
      const source = flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      const taken = source.sentBytes;
      assert.ok(taken > 500_000 && taken <= 600_000 + onItsWayBytesMax, `${taken} were taken`);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
    },
  },
  ...[
    ["an upstream that wants it so", "X-Accel-Buffering", "no"],
    ["a stream of events", "Content-Type", "text/event-stream; charset=utf-8"],
    ["a stream of messages", "Content-Type", "application/grpc+proto"],
  ].map(([what, name, value]): Case => ({
    name: `nothing is kept of ${what}`,
    async run(bench) {
      const { client, upstream } = await stalledPage(bench, Fields.of([[name!, value!]]));
      const source = flood(upstream, pageBytes, 7);
      const pattern = expectPattern(client, 7);
      await bench.quiet();
      assert.ok(source.sentBytes <= onItsWayBytesMax, `${source.sentBytes} were taken`);
      client.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
      assert.equal(client.state, "ended");
    },
  })),
  {
    name: "an upload occupies nobody until it is whole",
    async run(bench) {
      const { client, upstream } = await bench.open();
      const source = new Pattern(7);
      for (let count = 0; count < 10; count++) client.sendBody(source.next(50_000));
      await bench.quiet();
      assert.deepEqual(upstream.heads, []);
      const pattern = expectPattern(upstream, 7);
      client.sendEnd(Fields.of([["X-Up", "1"]]));
      await bench.quiet();
      assert.equal(pattern.position, 500_000);
      assert.equal(upstream.state, "ended");
      assert.deepEqual(upstream.trailers?.allNamed("x-up"), ["1"]);
      upstream.sendHead(responseHead(200));
      upstream.sendEnd();
      await bench.quiet();
      assert.deepEqual(bench.failures, [undefined]);
    },
  },
  {
    name: "an upload over the limit is streamed, with back pressure, whole and in order",
    async run(bench) {
      bench.buffering = { requestBytesMax: 1_000_000, responseBytesMax: 0 };
      const { client, upstream } = await bench.open();
      const pattern = expectPattern(upstream, 7);
      const source = flood(client, pageBytes, 7);
      upstream.stopReading();
      await bench.quiet();
      assert.deepEqual(upstream.heads.length <= 1, true);
      assert.ok(source.sentBytes <= 1_100_000 + 2 * onItsWayBytesMax);
      upstream.readOn();
      await bench.quiet();
      assert.equal(pattern.position, pageBytes);
      assert.equal(upstream.state, "ended");
      upstream.sendHead(responseHead(200));
      upstream.sendEnd();
    },
  },
  {
    name: "an upload is collected in the store, too, and streamed when nothing more can be kept",
    memoryBytes: 2 * mebibyte,
    async run(bench) {
      const { client, upstream } = await bench.open();
      const pattern = expectPattern(upstream, 7);
      const source = flood(client, 2_000_000, 7);
      await bench.quiet();
      assert.equal(source.sentBytes, 2_000_000);
      assert.equal(pattern.position, 2_000_000);
      upstream.sendHead(responseHead(200));
      upstream.sendEnd();
      await bench.quiet();
      bench.store.isUsable = false;
      const next = await bench.open();
      const other = expectPattern(next.upstream, 9);
      flood(next.client, Infinity, 9);
      await bench.quiet();
      assert.ok(other.position > 10_000_000, "it is streamed");
      next.client.breakOff();
    },
  },
  {
    name: "a client that leaves in its upload disturbs nobody",
    async run(bench) {
      const { client, upstream } = await bench.open();
      client.sendBody(Buffer.alloc(100_000));
      await bench.quiet();
      client.breakOff();
      await bench.quiet();
      assert.deepEqual(upstream.heads, []);
      assert.equal(bench.failures.length, 1);
    },
  },
  {
    name: "when memory is scarce, connections make do with less, and everything still passes",
    memoryBytes: 2 * mebibyte,
    async run(bench) {
      setThrift(true);
      try {
        const { client, upstream } = await stalledPage(bench);
        flood(upstream, pageBytes, 7);
        const pattern = expectPattern(client, 7);
        await bench.quiet();
        client.readOn();
        await bench.quiet();
        assert.equal(pattern.position, pageBytes);
        assert.equal(client.state, "ended");
      } finally {
        setThrift(false);
      }
    },
  },
];

const stray = new StrayErrors();
after(() => stray.assertNone());

for (const clients of protocols) {
  for (const upstreams of protocols) {
    for (const { name, memoryBytes, run } of cases) {
      void test(`feeding: ${clients} to ${upstreams}: ${name}`, async () => {
        const bench = new RelayBench(clients, upstreams, memoryBytes);
        bench.buffering = { requestBytesMax: 100 * mebibyte, responseBytesMax: 100 * mebibyte };
        await run(bench);
        await bench.quiet();
        const { spools, store } = bench;
        assert.equal(spools.memory.bytesUsed, 0, "all memory is given back");
        assert.equal(store.extentCount, 0, "all of the store is given back");
        assert.deepEqual([spools.counts.feedsNow, spools.counts.answersFreed], [0, 0]);
        assert.equal(thrift.isOn, false);
      });
    }
  }
}
