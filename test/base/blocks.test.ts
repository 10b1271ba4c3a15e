/** Blocks that are used again, and those that are let go. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { giveBlock, largestBlockBytes, takeBlock, trimBlocks } from "../../src/base/blocks.ts";

const size = largestBlockBytes;

beforeEach(() => {
  for (let count = 0; count < 20; count++) trimBlocks();
});

/** Takes so many, and gives them back. */
function burst(count: number): Buffer[] {
  const blocks = Array.from({ length: count }, () => takeBlock(size));
  blocks.forEach(giveBlock);
  return blocks;
}

/** How many of the blocks are still there to be used again. */
function keptOf(blocks: readonly Buffer[]): number {
  const taken = Array.from({ length: blocks.length }, () => takeBlock(size));
  return taken.filter((block) => blocks.includes(block)).length;
}

void test("a block that was given back is used again", () => {
  const blocks = burst(100);
  assert.equal(keptOf(blocks), 100);
});

void test("no more than 16 MB of blocks are kept", () => {
  const blocks = burst(300);
  assert.equal(keptOf(blocks), 256);
});

void test("what a burst left is gone after some trims", () => {
  const blocks = burst(100);
  for (let count = 0; count < 10; count++) trimBlocks();
  assert.equal(keptOf(blocks), 0);
});

void test("what is in use between the trims stays", () => {
  const blocks = burst(100);
  for (let count = 0; count < 20; count++) {
    burst(40);
    trimBlocks();
  }
  const keptCount = keptOf(blocks);
  assert.ok(keptCount >= 40 && keptCount <= 42, `${keptCount} kept`);
});
