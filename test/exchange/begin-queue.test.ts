/** How many exchanges begin in a turn of the event loop, and in which order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { BeginQueue } from "../../src/exchange/begin-queue.ts";
import type { Exchange } from "../../src/exchange/exchange.ts";

interface Case {
  readonly name: string;
  /** How many are added before each turn. */
  readonly added: readonly number[];
  /** Each of them is followed by another one as soon as it begins, so many times. */
  readonly followers?: number;
  /** How many have begun, each time that there are more. */
  readonly begun: readonly number[];
}

const cases: readonly Case[] = [
  { name: "sixteen begin at once", added: [16], begun: [16] },
  { name: "the seventeenth waits", added: [17], begun: [16, 17] },
  { name: "many begin turn by turn", added: [50], begun: [16, 32, 48, 50] },
  { name: "what comes later waits behind them", added: [40, 4], begun: [16, 32, 44] },
  { name: "a turn that is not full has room", added: [20, 13], begun: [16, 20, 32, 33] },
  {
    name: "what one brings about has its own turn",
    added: [1],
    followers: 40,
    begun: [16, 32, 41],
  },
];

for (const { name, added, followers = 0, begun } of cases) {
  void test(`begin queue: ${name}`, () => {
    const order: number[] = [];
    const scheduled: (() => void)[] = [];
    let nextId = 0;
    let followersLeft = followers;
    const queue = new BeginQueue(
      (run) => scheduled.push(run),
      (x) => {
        order.push(x.beganMs);
        if (followersLeft-- > 0) add();
      },
    );
    // The queue looks at nothing of an exchange; its time of birth stands for its name here.
    const add = (): void => queue.add({ beganMs: nextId++ } as Exchange);
    const seen: number[] = [];
    const look = (): void => {
      if (order.length !== seen.at(-1)) seen.push(order.length);
    };
    for (let turn = 0; turn < added.length || scheduled.length > 0; turn++) {
      for (let at = added[turn] ?? 0; at > 0; at--) add();
      look();
      scheduled.shift()?.();
      look();
    }
    assert.deepEqual(seen, begun);
    assert.deepEqual(order, [...order.keys()], "in the order in which they came");
  });
}
