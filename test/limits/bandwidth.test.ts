/** Bandwidth with a scripted clock: who gets how much over time, and what is kept of whom. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { TokenBucket } from "../../src/base/token-bucket.ts";
import { Bandwidth, type Shaper } from "../../src/limits/bandwidth.ts";
import type { BandwidthOptions } from "../../src/limits/options.ts";

const nothing: BandwidthOptions = { responseRate: 0, freeBytes: 0, routeRate: 0, clientRate: 0 };

/** An answer without end: takes what it gets, in pieces as a feed does. */
class Answer {
  bytes = 0;
  readonly shaper: Shaper;

  constructor(shaper: Shaper, pieceBytes = 65_536) {
    this.shaper = shaper;
    const take = (): void => {
      for (let got = shaper.grant(pieceBytes); got > 0; got = shaper.grant(pieceBytes)) {
        this.bytes += got;
      }
    };
    shaper.onGrant = take;
    take();
  }
}

class Bench {
  nowMs = 0;
  readonly bandwidth = new Bandwidth(() => this.nowMs);

  pass(seconds: number): void {
    for (let tick = 0; tick < seconds * 10; tick++) {
      this.nowMs += 100;
      this.bandwidth.tick();
    }
  }
}

function assertNear(bytes: number, want: number, part: number, what: string): void {
  assert.ok(Math.abs(bytes - want) <= want * part, `${what}: ${bytes}, want ${want}`);
}

for (const rate of [1_000, 30_000, 1_000_000, 1_000_000_000]) {
  void test(`bandwidth: one answer at ${rate} B/s`, () => {
    const bench = new Bench();
    const options = { ...nothing, responseRate: rate };
    const answer = new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.1"));
    const first = answer.bytes;
    bench.pass(20);
    assertNear(answer.bytes - first, 20 * rate, 0.06, "in 20 s");
    assert.ok(answer.bytes <= 20 * rate + Math.max(4_096, rate / 5));
  });
}

void test("bandwidth: ten answers of a route have equal parts of it", () => {
  const bench = new Bench();
  const options = { ...nothing, routeRate: 1_000_000 };
  const answers = Array.from({ length: 10 }, (_, at) => {
    return new Answer(bench.bandwidth.shaperFor(options, 0, `192.0.2.${at}`));
  });
  bench.pass(10);
  const total = answers.reduce((sum, { bytes }) => sum + bytes, 0);
  assertNear(total, 10_000_000, 0.05, "together");
  const before = answers.map(({ bytes }) => bytes);
  bench.pass(10);
  for (const [at, { bytes }] of answers.entries()) {
    assertNear(bytes - before[at]!, 1_000_000, 0.1, `answer ${at}`);
  }
});

void test("bandwidth: a hundred that share little take turns", () => {
  const bench = new Bench();
  const options = { ...nothing, routeRate: 20_000 };
  const answers = Array.from({ length: 100 }, () => {
    return new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.1"));
  });
  bench.pass(60);
  const before = answers.map(({ bytes }) => bytes);
  bench.pass(600);
  for (const [at, { bytes }] of answers.entries()) {
    assertNear(bytes - before[at]!, 120_000, 0.1, `answer ${at}`);
  }
});

void test("bandwidth: a client's answers count together, an IPv6 network's too", () => {
  const bench = new Bench();
  const options = { ...nothing, clientRate: 100_000 };
  const of = (ip: string): Answer => new Answer(bench.bandwidth.shaperFor(options, 0, ip));
  const one = [of("2001:db8::1"), of("2001:db8:0:0:5::2")];
  const other = [of("2001:db8:0:1::1")];
  const mapped = [of("192.0.2.7"), of("::ffff:192.0.2.7")];
  bench.pass(20);
  for (const answers of [one, other, mapped]) {
    const total = answers.reduce((sum, { bytes }) => sum + bytes, 0);
    assertNear(total, 2_000_000, 0.05, "one client");
  }
});

void test("bandwidth: settings that are not the same object are counted apart", () => {
  const bench = new Bench();
  const answers = [0, 1].map(
    () =>
      new Answer(bench.bandwidth.shaperFor({ ...nothing, clientRate: 100_000 }, 0, "192.0.2.1")),
  );
  bench.pass(10);
  for (const { bytes } of answers) assertNear(bytes, 1_000_000, 0.05, "each");
});

void test("bandwidth: the smallest of all rates counts", () => {
  const bench = new Bench();
  const options = { responseRate: 300_000, freeBytes: 0, routeRate: 500_000, clientRate: 200_000 };
  const one = new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.1"));
  const other = new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.2"));
  bench.pass(20);
  assertNear(one.bytes, 4_000_000, 0.05, "one");
  assertNear(other.bytes, 4_000_000, 0.05, "other");
});

void test("bandwidth: the first bytes of an answer are free, but not those of its client", () => {
  const bench = new Bench();
  const options = { ...nothing, responseRate: 10_000, freeBytes: 500_000 };
  const answer = new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.1"), 65_536);
  assert.ok(answer.bytes >= 500_000 && answer.bytes <= 505_000, `${answer.bytes}`);
  bench.pass(10);
  assertNear(answer.bytes - 500_000, 100_000, 0.06, "after it");
  const both = { ...options, clientRate: 10_000 };
  const slow = new Answer(bench.bandwidth.shaperFor(both, 0, "192.0.2.1"));
  bench.pass(10);
  assert.ok(slow.bytes < 110_000);
});

void test("bandwidth: what is given back can be had again", () => {
  const bench = new Bench();
  const options = { ...nothing, responseRate: 100_000, clientRate: 100_000 };
  const shaper = bench.bandwidth.shaperFor(options, 0, "192.0.2.1");
  const got = shaper.grant(65_536);
  assert.equal(got, 20_000);
  shaper.giveBack(5_000);
  assert.equal(shaper.grant(65_536), 5_000);
  assert.equal(shaper.grant(65_536), 0);
});

void test("bandwidth: closed and opened in a turn, and nothing is kept of them", () => {
  const bench = new Bench();
  const options = { ...nothing, routeRate: 100_000, clientRate: 50_000 };
  const first = bench.bandwidth.shaperFor(options, 0, "192.0.2.1");
  while (first.grant(65_536) > 0);
  let later: Answer | undefined;
  first.onGrant = () => {
    first.close();
    first.close();
    later = new Answer(bench.bandwidth.shaperFor(options, 0, "192.0.2.2"));
  };
  bench.pass(1);
  assert.ok(later !== undefined && later.bytes > 0);
  later.shaper.close();
  for (let at = 0; at < 10_000; at++) {
    const shaper = bench.bandwidth.shaperFor(options, 0, `192.0.${at >> 8}.${at & 255}`);
    shaper.grant(1_000);
    shaper.close();
  }
  assert.ok(bench.bandwidth.bucketCount > 1_000);
  bench.pass(2);
  assert.equal(bench.bandwidth.bucketCount, 0);
});

void test("token bucket: never more than its rate and what it holds, and no rate is lost", () => {
  const steps = fc.array(fc.record({ ms: fc.nat({ max: 500 }), wanted: fc.nat({ max: 3_000 }) }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), steps, (rate, all) => {
      const capacity = 2_000;
      const bucket = new TokenBucket(rate, capacity, 0);
      let nowMs = 0;
      let taken = 0;
      for (const { ms, wanted } of all) {
        nowMs += ms;
        const bytes = Math.min(wanted, bucket.levelAt(nowMs));
        assert.ok(bytes >= 0);
        bucket.take(bytes);
        taken += bytes;
        assert.ok(taken <= capacity + (rate * nowMs) / 1_000 + 1e-6);
      }
    }),
  );
  const bucket = new TokenBucket(7, 1_000, 0);
  bucket.take(1_000);
  for (let ms = 1; ms <= 100_000; ms++) bucket.levelAt(ms);
  assert.ok(Math.abs(bucket.levelAt(100_000) - 700) <= 1);
});
