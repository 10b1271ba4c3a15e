/** The spool's file half: what was stored comes back equal, or is said to be lost; nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Budget } from "../../src/base/budget.ts";
import type { Extent, StoreClient } from "../../src/base/spool-store.ts";
import { SpoolFile } from "../../src/buffering/spool-file.ts";
import { FakeSpoolDevice, type Mishap } from "../support/fake-spool-device.ts";

interface Bench {
  readonly device: FakeSpoolDevice;
  readonly file: SpoolFile;
  readonly budget: Budget;
  readonly troubles: string[];
  nowMs: number;
}

function benchOf(mishaps?: ReadonlyMap<number, Mishap>, bytesMax = 100_000_000): Bench {
  const device = new FakeSpoolDevice(mishaps);
  const budget = new Budget(bytesMax);
  const troubles: string[] = [];
  const bench: Bench = { device, budget, troubles, nowMs: 0, file: undefined as never };
  const file = new SpoolFile({
    directory: "/nowhere",
    budget,
    nowMs: () => bench.nowMs,
    onTrouble: (what, error) => troubles.push(`${what}: ${String(error)}`),
    device,
  });
  return Object.assign(bench, { file });
}

/** Answers as promises, and sees that each comes once and later. */
function asked<Answer>(
  ask: (client: StoreClient) => void,
  kind: "onStored" | "onLoaded",
): Promise<Answer> {
  return new Promise((resolve) => {
    let hasReturned = false;
    let count = 0;
    const answer = (value: unknown): void => {
      count += 1;
      assert.ok(hasReturned, "an answer comes later than its call");
      assert.equal(count, 1, "an answer comes once");
      resolve(value as Answer);
    };
    const none = (): void => assert.fail("the other answer");
    ask({ onStored: none, onLoaded: none, [kind]: answer } as StoreClient);
    hasReturned = true;
  });
}

const store = (file: SpoolFile, bytes: Buffer): Promise<Extent | undefined> =>
  asked((client) => file.store(bytes, client), "onStored");

const load = (file: SpoolFile, extent: Extent, into: Buffer): Promise<boolean> =>
  asked((client) => file.load(extent, into, client), "onLoaded");

const body = (size: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + seed * 31) & 0xff));

const sizes = [1, 16_384, 16_385, 65_536, 40_000, 9_000];

void test("spool file: what is stored comes back, and its place is used again", async () => {
  const bench = benchOf();
  const { file, device, budget } = bench;
  for (let round = 0; round < 3; round++) {
    const bodies = sizes.map((size, at) => body(size, at + round));
    const extents = await Promise.all(bodies.map((bytes) => store(file, bytes)));
    assert.equal(budget.bytesUsed, file.bytesUsed);
    for (const [at, extent] of extents.entries()) {
      assert.ok(extent !== undefined);
      const into = Buffer.alloc(extent.size);
      assert.equal(await load(file, extent, into), true);
      assert.ok(into.subarray(0, extent.length).equals(bodies[at]!));
    }
    for (const extent of extents) file.free(extent!);
    assert.deepEqual([file.bytesUsed, budget.bytesUsed], [0, 0]);
  }
  assert.deepEqual([device.openCount, device.named], [1, 0]);
  assert.ok(device.runningMax <= 2);
  assert.ok(device.bytes.length < 400_000);
  assert.deepEqual(bench.troubles, []);
});

/** Stores some, reads back what was stored, and frees it; returns how many could not be stored. */
async function round({ file }: Bench, seed: number, what: string): Promise<number> {
  const bodies = sizes.map((size, n) => body(size, n + seed));
  const extents = await Promise.all(bodies.map((bytes) => store(file, bytes)));
  for (const [n, extent] of extents.entries()) {
    if (extent === undefined) continue;
    const into = Buffer.alloc(extent.size);
    // It is tried once more, and fails only once.
    assert.equal(await load(file, extent, into), true, what);
    assert.ok(into.subarray(0, extent.length).equals(bodies[n]!), what);
    file.free(extent);
  }
  return extents.filter((extent) => extent === undefined).length;
}

const mishaps: readonly Mishap[] = ["ENOSPC", "EIO", "nothing", "short"];

for (const mishap of mishaps) {
  void test(`spool file: ${mishap} at the k-th call loses nothing and mixes nothing`, async () => {
    for (let at = 1; at <= 20; at++) {
      const bench = benchOf(new Map([[at, mishap]]));
      let lost = 0;
      for (let seed = 0; seed < 4; seed++, bench.nowMs += 20_000) {
        lost += await round(bench, seed, `${mishap} at ${at}`);
      }
      assert.deepEqual([bench.file.bytesUsed, bench.budget.bytesUsed], [0, 0]);
      // The first two calls open the file.
      if (mishap === "short" && at > 2) assert.deepEqual([lost, bench.file.errors], [0, 0]);
      assert.ok(lost <= sizes.length);
      assert.ok(bench.troubles.length <= 2, bench.troubles.join("\n"));
    }
  });
}

void test("spool file: after a failure it rests, and tells once of each change", async () => {
  const bench = benchOf(
    new Map([
      [3, "ENOSPC"],
      [4, "ENOSPC"],
    ]),
  );
  const { file } = bench;
  assert.equal(await store(file, body(100, 1)), undefined);
  assert.equal(file.isUsable, false);
  bench.nowMs = 9_999;
  assert.equal(file.isUsable, false);
  bench.nowMs = 10_000;
  assert.equal(file.isUsable, true);
  assert.equal(await store(file, body(100, 1)), undefined);
  bench.nowMs = 30_000;
  assert.ok((await store(file, body(100, 1))) !== undefined);
  assert.equal(bench.troubles.length, 2);
  assert.match(bench.troubles[0]!, /nowhere: slow clients may hold .*ENOSPC/);
  assert.match(bench.troubles[1]!, /can be written in \/nowhere again/);
});

void test("spool file: what cannot be read twice is lost", async () => {
  const bench = benchOf(
    new Map([
      [4, "EIO"],
      [5, "nothing"],
    ]),
  );
  const extent = await store(bench.file, body(100, 1));
  assert.equal(await load(bench.file, extent!, Buffer.alloc(16_384)), false);
  bench.file.free(extent!);
  assert.equal(bench.budget.bytesUsed, 0);
});

void test("spool file: a full budget is no place, and room comes back", async () => {
  const { file } = benchOf(undefined, 3 * 65_536);
  const extents: Extent[] = [];
  while (file.isUsable) extents.push((await store(file, body(65_536, 3)))!);
  assert.equal(extents.length, 3);
  assert.equal(file.allowanceBytes, 0);
  file.free(extents.pop()!);
  assert.equal(file.isUsable, true);
});

void test("spool file: when nothing is in it, it is cut to nothing", async () => {
  const { file, device } = benchOf();
  const extent = await store(file, body(65_536, 3));
  file.tick();
  assert.equal(device.bytes.length, 65_536);
  file.free(extent!);
  file.tick();
  const again = store(file, body(65_536, 4));
  const next = await again;
  const into = Buffer.alloc(65_536);
  assert.equal(await load(file, next!, into), true);
  assert.ok(into.equals(body(65_536, 4)), "what was stored meanwhile is not cut off");
  file.free(next!);
});

void test("spool file: closed in the middle of all, it still answers everybody once", async () => {
  const { file, device } = benchOf();
  const extent = await store(file, body(100, 1));
  const answers = [
    ...sizes.map((size) => store(file, body(size, 2))),
    load(file, extent!, Buffer.alloc(16_384)),
  ];
  file.close();
  await Promise.all(answers);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(device.closeCount, 1);
  assert.equal(file.isUsable, false);
});
