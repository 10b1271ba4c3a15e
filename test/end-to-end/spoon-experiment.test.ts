/**
 * The experiment of the mission, small: 20 clients read slowly from an upstream with four workers.
 * A proxy that keeps nothing holds a worker for as long as its client reads, or nothing is shown;
 * Foregate holds it for as long as it takes to make the page. Sockets have small buffers, in a
 * network namespace of the test's own, or the kernel would swallow the pages.
 */

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { ClientStory, UpstreamStory } from "../../bench/spoon-page.ts";
import { findProgram } from "../../tools/debian.ts";

const script = fileURLToPath(new URL("spoon-experiment.ts", import.meta.url));

const setup = `ip link set lo up mtu 1500
echo "$1" > /proc/sys/net/ipv4/tcp_rmem
echo "$1" > /proc/sys/net/ipv4/tcp_wmem
shift
exec "$0" "$@"`;

const isPossible =
  process.platform === "linux" &&
  findProgram("unshare") !== undefined &&
  spawnSync("unshare", ["--net", "sh", "-ec", setup, "true", "4096 16384 65536"]).status === 0;
const skip = isPossible ? false : "only root on Linux can make a network namespace";

interface Outcome {
  readonly clients: ClientStory;
  readonly upstream: UpstreamStory;
}

interface StalledOutcome extends Pick<Outcome, "upstream"> {
  readonly small: string;
  readonly metrics: Readonly<Record<string, number>>;
}

async function perform<Result = Outcome>(proxy: string): Promise<Result> {
  // Of 200 KB for each of many the kernel is to swallow little.
  const sizes = proxy === "stalled" ? "4096 8192 16384" : "4096 16384 65536";
  const words = ["--net", "sh", "-ec", setup, process.execPath, sizes, script, proxy];
  const { stdout } = await promisify(execFile)("unshare", words, { timeout: 60_000 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Result;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

void test("spoon feeding: slow clients hold no worker of the upstream", { skip }, async (t) => {
  const naive = await perform("http-proxy");
  const ours = await perform("foregate");
  const heldMs = median(ours.upstream.heldMs);
  t.diagnostic(
    `a worker was held for ${heldMs} ms; by http-proxy ${median(naive.upstream.heldMs)}`,
  );
  assert.ok(median(naive.upstream.heldMs) > 1_000, "or the experiment is void");
  assert.equal(ours.upstream.heldMs.length, 20);
  assert.equal(ours.clients.wholeMs.length, 20);
  assert.deepEqual([ours.clients.wrongCount, ours.clients.brokenCount], [0, 0]);
  const wholeMs = median(ours.clients.wholeMs);
  assert.ok(heldMs < wholeMs / 10, `held for ${heldMs} ms, while clients read for ${wholeMs} ms`);
});

void test(
  "spoon feeding: a thousand that stop reading stay inside the budget",
  { skip },
  async (t) => {
    const { small, metrics, upstream } = await perform<StalledOutcome>("stalled");
    const used = metrics["foregate_buffer_memory_bytes"] ?? NaN;
    const limit = metrics["foregate_buffer_memory_limit_bytes"];
    const inFile = metrics["foregate_buffer_file_bytes"] ?? NaN;
    t.diagnostic(`${used} bytes of memory of ${limit}, ${inFile} in the file`);
    assert.equal(limit, 32 * 1024 * 1024);
    assert.ok(used > 0 && used <= limit, `${used} bytes of memory`);
    assert.ok(inFile > 0, "what memory may not hold is in the file");
    assert.equal(small, "small", "another one is served meanwhile");
    // The small one is no page.
    assert.equal(upstream.heldMs.length, 1_000, "all pages were made");
    assert.equal(metrics["foregate_answers_freed"], 1_000);
  },
);
