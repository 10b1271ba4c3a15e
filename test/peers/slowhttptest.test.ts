/**
 * `slowhttptest` (Debian) in its four modes against Foregate with short times: the slow ones are
 * closed by their rule, and everybody else is served meanwhile.
 */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { before, test } from "node:test";

import type { FailureCode } from "../../src/base/failure.ts";
import { ensureDebian } from "../../tools/debian.ts";
import { startProxy } from "../support/proxy.ts";
import { pause, thenAlways } from "../support/within.ts";

const program = "slowhttptest";
const isMissing = ensureDebian([program]).length > 0;
const skip = isMissing ? "slowhttptest is not here and cannot be installed" : false;

const connections = 100;

/** Far more than the rules take; an attack ends when its connections are closed. */
const seconds = 30;

/** More than the kernel takes for a client that reads little. */
const page = Buffer.alloc(8_000_000, "x");

interface Mode {
  readonly name: string;
  readonly words: readonly string[];
  /** What they fail by; undefined: they are answered like anybody. */
  readonly code: FailureCode | undefined;
}

const modes: readonly Mode[] = [
  { name: "slow heads", words: ["-H", "-i", "1"], code: "head-timeout" },
  { name: "slow bodies", words: ["-B", "-i", "1", "-s", "8192"], code: "body-timeout" },
  { name: "many ranges", words: ["-R"], code: undefined },
  {
    name: "slow readers",
    words: ["-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32"],
    code: "read-too-slow",
  },
];

const timeouts = {
  headMs: 1_500,
  bodyGraceMs: 1_500,
  bodyRateMin: 5_000,
  responseGraceMs: 1_500,
  responseRateMin: 100_000,
};

let upstream: Server;
before(async () => {
  upstream = createServer((request, response) => {
    request.resume().on("end", () => response.end(request.url === "/small" ? "small" : page));
  });
  upstream.listen(0, "127.0.0.1").unref();
  await once(upstream, "listening");
});

for (const { name, words, code } of modes) {
  void test(`slowhttptest: ${name}`, { skip }, async (t) => {
    const { port } = upstream.address() as AddressInfo;
    const proxy = await startProxy({ to: `127.0.0.1:${port}`, timeouts });
    await thenAlways(
      async () => {
        const url = `http://127.0.0.1:${proxy.port}`;
        const common = ["-c", connections, "-r", connections, "-l", seconds, "-u", `${url}/page`];
        const args = [...words, ...common.map(String)];
        const attack = spawn(program, args, { stdio: "ignore", timeout: 60_000 });
        const { failures } = proxy.worker.counters;
        const areClosed = (): boolean => code !== undefined && failures[code] >= connections / 2;
        const isOver = (): boolean => hasEnded(attack) || areClosed();
        const askedCount = await askAlways(`${url}/small`, isOver);
        attack.kill();
        t.diagnostic(`${askedCount} others were served meanwhile`);
        assert.ok(askedCount > 0);
        assert.ok(code === undefined || areClosed(), JSON.stringify(failures));
      },
      () => proxy.close(),
    );
  });
}

/** Each of them gets its answer, and soon: ten times of what it may take on a busy machine. */
async function askAlways(url: string, isOver: () => boolean): Promise<number> {
  let count = 0;
  for (; !isOver(); count++) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    assert.equal(await answer.text(), "small");
    await pause(100);
  }
  return count;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
