/**
 * What an upstream says before the request was written is no answer to it (threat 80). The request
 * waits in the flush list while the bytes are read, as they are in one turn of the event loop.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FlushList } from "../../src/transport/flush-list.ts";
import { upstreamTimeouts } from "../../src/upstream/options.ts";
import { UpstreamConnection } from "../../src/upstream/upstream-connection.ts";
import { MemoryTransport } from "../support/memory-transport.ts";
import { servicesOver } from "./a-worker.ts";
import { requestHead } from "./heads.ts";
import { BenchPool } from "./http1-upstream-bench.ts";
import { Recorder } from "./leg-bench.ts";

const answer = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";

interface Case {
  readonly name: string;
  readonly isFlushed: boolean;
  readonly events: RegExp;
  readonly code: string | undefined;
}

const cases: readonly Case[] = [
  {
    name: "before the request is written",
    isFlushed: false,
    events: /^gone$/,
    code: "upstream-closed",
  },
  { name: "after it", isFlushed: true, events: /^head 408/, code: undefined },
];

for (const { name, isFlushed, events, code } of cases) {
  void test(`threat 80: an answer that came ${name}`, async () => {
    const transport = new MemoryTransport();
    const [near, far] = transport.pair();
    const due: (() => void)[] = [];
    const flushes = new FlushList(
      (run) => due.push(run),
      (error) => assert.ifError(error),
    );
    const pool = new BenchPool();
    const services = { ...servicesOver(transport), flushes };
    const connection = new UpstreamConnection("upstream", near, pool, services);
    const receiver = new Recorder();
    const head = requestHead({ method: "GET", body: "none", wantsTrailers: false });
    connection.open(head, upstreamTimeouts, receiver).sendEnd();
    assert.equal(due.length, 1);
    if (isFlushed) for (const run of due) run();
    far.writeText(answer);
    await transport.quiet();
    assert.match(receiver.events.join(" "), events);
    assert.equal(receiver.failure?.code, code);
    far.reset();
    await transport.quiet();
  });
}
