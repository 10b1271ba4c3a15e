/** Clients that ask and ask without reading a word of what they are told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { recorded } from "../support/recorded.ts";
import { pause, until } from "../support/within.ts";

interface FloodCase {
  readonly name: string;
  /** Enough that the answers are more than all the kernel's buffers take. */
  readonly requestsCount: number;
  readonly config?: (to: string) => unknown;
  readonly answer?: () => string;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

const cases: readonly FloodCase[] = [
  { name: "errors", requestsCount: 60_000, config: (to) => ({ sites: { y: to } }) },
  {
    name: "answers of our own",
    requestsCount: 60_000,
    config: () => ({ sites: { "*": { respond: { status: 200, body: "x".repeat(300) } } } }),
  },
  {
    name: "answers without body",
    requestsCount: 1_500,
    answer: () => `HTTP/1.1 204 No Content\r\nX-Fill: ${"x".repeat(20_000)}\r\n\r\n`,
  },
];

for (const { name, requestsCount, config, answer } of cases) {
  void test(`threat 125: ${name} wait until the client reads those before`, async () => {
    const options = answer === undefined ? { config } : { config, answer };
    await recorded(options, async ({ client, proxy }) => {
      const { counters } = proxy.worker;
      client.countOnly();
      client.stall();
      client.say(get.repeat(requestsCount));
      let before = -1;
      while (counters.exchangesEnded !== before) {
        before = counters.exchangesEnded;
        await pause(100);
      }
      assert.ok(before < requestsCount, `${before} of ${requestsCount} answers wait in memory`);
      client.resume();
      await until(() => counters.exchangesEnded === requestsCount, "all of them are answered");
    });
  });
}
