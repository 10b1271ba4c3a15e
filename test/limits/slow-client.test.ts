/** When a client is too slow: the decisions as tables, and the watch over one, second by second. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { clientTimeouts, type ClientTimeouts } from "../../src/limits/options.ts";
import { isAnswerTooSlow, isBodyTooSlow } from "../../src/limits/slow-client.ts";
import { SlowClientWatch, type WaitsFor } from "../../src/net/slow-client-watch.ts";
import type { Channel } from "../../src/transport/channel.ts";

const answers: readonly (readonly [waitedMs: number, bytes: number, isTooSlow: boolean])[] = [
  [59_999, 0, false],
  [60_000, 14_999, true],
  [60_000, 15_000, false],
  [120_000, 29_999, true],
  [120_000, 30_000, false],
];

for (const [waitedMs, bytes, isTooSlow] of answers) {
  void test(`${bytes} bytes of an answer in ${waitedMs} ms`, () => {
    assert.equal(isAnswerTooSlow(waitedMs, bytes, clientTimeouts), isTooSlow);
    const lenient = { ...clientTimeouts, responseRateMin: 0 };
    assert.equal(isAnswerTooSlow(waitedMs, bytes, lenient), false);
  });
}

const bodies: readonly (readonly [elapsedMs: number, bytes: number, isTooSlow: boolean])[] = [
  [10_000, 0, false],
  [10_001, 5_000, true],
  [10_001, 5_001, false],
  [20_000, 9_999, true],
];

for (const [elapsedMs, bytes, isTooSlow] of bodies) {
  void test(`${bytes} bytes of a body in ${elapsedMs} ms`, () => {
    assert.equal(isBodyTooSlow(elapsedMs, bytes, clientTimeouts), isTooSlow);
  });
}

interface WatchCase {
  readonly name: string;
  readonly timeouts?: Partial<ClientTimeouts>;
  readonly waitsFor?: WaitsFor;
  /** In second `at`: the bytes that the client has taken so far, and those that are queued. */
  readonly second: (at: number) => readonly [sentBytes: number, queuedBytes: number];
  /** Up to three minutes are looked at; undefined: it is waited for. */
  readonly cutAt: number | undefined;
}

const watched: readonly WatchCase[] = [
  {
    name: "it takes 300 B/s of a full queue",
    second: (at) => [300 * at, 64_000],
    cutAt: undefined,
  },
  { name: "it takes 200 B/s of a full queue", second: (at) => [200 * at, 64_000], cutAt: 60 },
  {
    name: "it is quick at first and saves nothing up by that",
    second: (at) => [at < 30 ? 1e6 * at : 30e6 + at, 64_000],
    cutAt: 120,
  },
  { name: "it has nothing to take", second: (at) => [at, 0], cutAt: undefined },
  {
    name: "only the time counts in which something was queued",
    second: (at) => [100 * at, at % 2],
    cutAt: 120,
  },
  {
    name: "it takes in steps, as a kernel does",
    second: (at) => [20_000 * Math.floor(at / 20), 64_000],
    cutAt: undefined,
  },
  {
    name: "any rate will do",
    timeouts: { responseRateMin: 0 },
    second: (at) => [at, 64_000],
    cutAt: undefined,
  },
  { name: "what is queued in a tunnel", waitsFor: "tunnel", second: (at) => [at, 9], cutAt: 60 },
];

for (const { name, timeouts, waitsFor = "nothing", second, cutAt } of watched) {
  void test(`a client that reads slowly: ${name}`, () => {
    const channel = { sentBytes: 0, queuedBytes: 0 };
    const tell = (at: number): void => {
      [channel.sentBytes, channel.queuedBytes] = second(at);
    };
    tell(0);
    const watch = new SlowClientWatch(0, channel as Channel);
    const all = { ...clientTimeouts, ...timeouts };
    assert.equal(watch.look(0, waitsFor, all), undefined);
    let found: number | undefined;
    for (let at = 1; at <= 180 && found === undefined; at++) {
      tell(at);
      const failure = watch.look(at * 1_000, waitsFor, all);
      if (failure === undefined) continue;
      assert.equal(failure.code, "read-too-slow");
      found = at;
    }
    assert.equal(found, cutAt);
  });
}
