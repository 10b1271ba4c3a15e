/** Places in the spool file: no two overlap, all come back, and holes are filled first. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { extentBytesMax, smallExtentBytes } from "../../src/base/spool-store.ts";
import { Extents } from "../../src/buffering/extents.ts";

void test("extents: holes are filled before the file grows", () => {
  const extents = new Extents();
  const places = [0, 1, 2].map(() => extents.take(extentBytesMax));
  assert.deepEqual(places, [0, 65_536, 131_072]);
  extents.give(65_536, extentBytesMax);
  assert.equal(extents.take(extentBytesMax), 65_536);
  assert.equal(extents.fileBytes, 196_608);
});

void test("extents: a chunk whose small ones are back is whole again", () => {
  const extents = new Extents();
  const first = extents.take(extentBytesMax);
  const small = Array.from({ length: 4 }, () => extents.take(smallExtentBytes));
  assert.equal(extents.fileBytes, 131_072);
  for (const at of small) extents.give(at, smallExtentBytes);
  assert.equal(extents.take(extentBytesMax), 65_536);
  assert.equal(extents.fileBytes, 131_072);
  extents.give(65_536, extentBytesMax);
  extents.give(first, extentBytesMax);
  assert.deepEqual([extents.fileBytes, extents.bytesUsed], [0, 0]);
});

void test("extents: no two overlap, and all come back", () => {
  const size = fc.constantFrom(extentBytesMax, smallExtentBytes);
  const step = fc.oneof(
    fc.record({ type: fc.constant("take" as const), size }),
    fc.record({ type: fc.constant("give" as const), at: fc.nat({ max: 40 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const extents = new Extents();
      const held: { at: number; size: number }[] = [];
      for (const one of steps) {
        if (one.type === "give") {
          const [given] = held.splice(one.at, 1);
          if (given !== undefined) extents.give(given.at, given.size);
          continue;
        }
        const taken = { at: extents.take(one.size), size: one.size };
        for (const { at, size: bytes } of held) {
          assert.ok(taken.at >= at + bytes || at >= taken.at + taken.size, "no overlap");
        }
        assert.ok(taken.at + taken.size <= extents.fileBytes);
        held.push(taken);
        assert.equal(
          extents.bytesUsed,
          held.reduce((sum, { size: bytes }) => sum + bytes, 0),
        );
      }
      for (const { at, size: bytes } of held) extents.give(at, bytes);
      assert.deepEqual([extents.fileBytes, extents.bytesUsed], [0, 0]);
    }),
  );
});
