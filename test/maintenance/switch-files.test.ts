/** Files that switch: looked at beside the exchanges, at most once a second, one look at a time. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SwitchFiles } from "../../src/maintenance/switch-files.ts";
import { turns } from "../support/within.ts";

/** A disk on which looks hang until they are let go. */
class SlowDisk {
  /** What stands there, by file: "there", or the code of the system's error. */
  readonly files: Record<string, string>;
  readonly looks: string[] = [];
  readonly #waiting: (() => void)[] = [];
  isHanging = false;

  constructor(files: Record<string, string>) {
    this.files = files;
  }

  readonly lookNow = (file: string): void => {
    this.looks.push(file);
    this.#answer(file);
  };

  readonly look = async (file: string): Promise<void> => {
    this.looks.push(file);
    if (this.isHanging) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#answer(file);
  };

  letGo(): void {
    this.isHanging = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  #answer(file: string): void {
    const code = this.files[file] ?? "ENOENT";
    if (code !== "there") throw Object.assign(new Error(`${code}: ${file}`), { code });
  }
}

interface Switched {
  readonly disk: SlowDisk;
  readonly switches: SwitchFiles;
  readonly troubles: readonly string[];
}

function switched(files: Record<string, string>): Switched {
  const disk = new SlowDisk(files);
  const troubles: string[] = [];
  const onTrouble = (what: string, error: unknown): void => {
    troubles.push(`${what}: ${(error as Error).message}`);
  };
  return { disk, troubles, switches: new SwitchFiles(Object.keys(files), 0, onTrouble, disk) };
}

void test("switch files: what is there at the start holds from the first exchange on", () => {
  const { switches, disk } = switched({ "/a": "there", "/b": "ENOENT", "/c": "ENOTDIR" });
  assert.deepEqual(["/a", "/b", "/c", "/d"].map(switches.isThere), [true, false, false, false]);
  assert.deepEqual(disk.looks, ["/a", "/b", "/c"], "to ask is no look");
});

void test("switch files: they are looked at once a second, however often time passes", async () => {
  const { switches, disk } = switched({ "/a": "ENOENT" });
  disk.files["/a"] = "there";
  for (let nowMs = 100; nowMs < 1_000; nowMs += 100) switches.tick(nowMs);
  await turns();
  assert.equal(disk.looks.length, 1, "only that of the start");
  assert.equal(switches.isThere("/a"), false);
  for (let nowMs = 1_000; nowMs < 2_000; nowMs += 100) {
    switches.tick(nowMs);
    await turns();
  }
  assert.equal(disk.looks.length, 2);
  assert.equal(switches.isThere("/a"), true);
  disk.files["/a"] = "ENOENT";
  switches.tick(2_000);
  await turns();
  assert.equal(switches.isThere("/a"), false);
});

void test("switch files: on a disk that hangs there is one look at a time", async () => {
  const { switches, disk } = switched({ "/a": "ENOENT", "/b": "there" });
  disk.isHanging = true;
  disk.files["/a"] = "there";
  for (let nowMs = 1_000; nowMs < 60_000; nowMs += 1_000) switches.tick(nowMs);
  await turns();
  assert.deepEqual(disk.looks, ["/a", "/b", "/a"]);
  assert.deepEqual(["/a", "/b"].map(switches.isThere), [false, true], "as it was seen last");
  disk.letGo();
  await turns();
  assert.deepEqual(disk.looks, ["/a", "/b", "/a", "/b"]);
  assert.equal(switches.isThere("/a"), true);
  switches.tick(61_000);
  await turns();
  assert.equal(disk.looks.length, 6);
});

void test("switch files: where it cannot be told nothing changes, and it is said", async () => {
  const { switches, disk, troubles } = switched({ "/a": "there", "/b": "EACCES" });
  const told = "cannot look whether /b is there: EACCES: /b";
  assert.deepEqual(troubles, [told]);
  assert.equal(switches.isThere("/b"), false);
  disk.files["/a"] = "EIO";
  for (const nowMs of [1_000, 2_000]) {
    switches.tick(nowMs);
    await turns();
  }
  assert.equal(switches.isThere("/a"), true);
  assert.deepEqual(troubles, [told, "cannot look whether /a is there: EIO: /a"]);
  disk.files["/a"] = "ENOENT";
  switches.tick(3_000);
  await turns();
  assert.equal(switches.isThere("/a"), false);
  disk.files["/a"] = "EIO";
  switches.tick(4_000);
  await turns();
  assert.equal(troubles.length, 3, "what was mended and breaks again is said again");
});
