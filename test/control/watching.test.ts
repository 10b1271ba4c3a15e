/** What main decides about workers, without one: how long the next waits, and what is told once. */

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";

import { workerCountOf } from "../../src/cli/worker-count.ts";
import { changesOf } from "../../src/config/changes.ts";
import { availableCores } from "../../src/control/available-cores.ts";
import { Chorus } from "../../src/control/chorus.ts";
import { RestartPace } from "../../src/control/restart-pace.ts";
import type { ProgramEvent } from "../../src/observe/events.ts";

void test("restart pace: at once, then longer each time, until one has lived", () => {
  const pace = new RestartPace();
  const waits = Array.from({ length: 10 }, () => pace.waitMs(10));
  assert.deepEqual(waits, [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  assert.equal(pace.waitMs(60_000), 0);
  assert.equal(pace.waitMs(10), 100);
});

const event = (message: string, fields?: ProgramEvent["fields"]): ProgramEvent => ({
  level: "warn",
  message,
  ...(fields === undefined ? {} : { fields }),
});

void test("chorus: what another worker says a moment later is no news", () => {
  const chorus = new Chorus();
  assert.equal(chorus.isNews(0, event("full"), 0), true);
  assert.equal(chorus.isNews(1, event("full"), 9_999), false);
  assert.equal(chorus.isNews(0, event("full"), 9_999), true, "it repeats itself");
  assert.equal(chorus.isNews(1, event("full"), 30_000), true, "that was long ago");
  assert.equal(chorus.isNews(1, event("full", { a: 1 }), 30_000), true, "it is another one");
});

void test("chorus: of an upstream each change is told once, whoever sees it", () => {
  const chorus = new Chorus();
  const upstream = "10.0.0.1:80";
  const down = event("down", { upstream });
  const up = event("up", { upstream });
  const heard = [
    chorus.isNews(0, down, 0),
    chorus.isNews(1, down, 50_000),
    chorus.isNews(0, event("down", { upstream: "10.0.0.2:80" }), 50_000),
    chorus.isNews(1, up, 60_000),
    chorus.isNews(0, up, 60_001),
    chorus.isNews(0, down, 60_002),
  ];
  assert.deepEqual(heard, [true, false, true, true, false, true]);
});

const cores = availableParallelism();
const groups: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly want: number;
}[] = [
  { name: "no groups", files: {}, want: cores },
  {
    name: "no limit",
    files: { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" },
    want: cores,
  },
  {
    name: "half a core",
    files: { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "50000 100000\n" },
    want: 1,
  },
  {
    name: "a limit around ours",
    files: {
      "/proc/self/cgroup": "0::/system.slice/foregate.service\n",
      "/sys/fs/cgroup/system.slice/foregate.service/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "100000 100000\n",
    },
    want: 1,
  },
  {
    name: "more than there is",
    files: { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "99900000 100000\n" },
    want: cores,
  },
];

for (const { name, files, want } of groups) {
  void test(`available cores: ${name}`, () => {
    assert.equal(
      availableCores((path) => files[path] ?? ""),
      want,
    );
  });
}

void test("worker count: the environment is nearer than the config", () => {
  assert.equal(workerCountOf(3, {}), 3);
  assert.equal(workerCountOf("auto", {}), availableCores());
  assert.equal(workerCountOf(3, { FOREGATE_WORKERS: "5" }), 5);
  assert.equal(workerCountOf(3, { FOREGATE_WORKERS: "auto" }), availableCores());
  for (const wrong of ["0", "-1", "1.5", "many", "9999"]) {
    assert.match(String(workerCountOf(3, { FOREGATE_WORKERS: wrong })), /^FOREGATE_WORKERS: want/);
  }
});

void test("changes: by path, what was there and what is", () => {
  const before = { a: 1, list: [1, 2], sites: { "a.test": { x: "y" } }, gone: true };
  const after = { a: 1, list: [1, 3], sites: { "a.test": { x: "z" }, "b.test": {} } };
  assert.deepEqual(changesOf(before, before), []);
  assert.deepEqual(changesOf(before, after), [
    { path: "list[1]", before: "2", after: "3" },
    { path: 'sites["a.test"].x', before: '"y"', after: '"z"' },
    { path: 'sites["b.test"]', before: undefined, after: "{}" },
    { path: "gone", before: "true", after: undefined },
  ]);
  assert.deepEqual(changesOf([1], [1, 2]), [{ path: "", before: "[1]", after: "[1,2]" }]);
});
