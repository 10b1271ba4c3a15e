/** Plain objects as text and back: what comes is what went, one object where there was one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { GraphReader, GraphWriter, type Peculiar } from "../../src/base/graph-form.ts";

class Point {
  readonly x: number;

  constructor(x: number) {
    this.x = x;
  }
}

const points: Peculiar = {
  kind: "point",
  take: (value) => (value instanceof Point ? { x: value.x } : undefined),
  make: (taken) => new Point((taken as { x: number }).x),
};

function there(...values: readonly unknown[]): readonly unknown[] {
  const writer = new GraphWriter([points]);
  const reader = new GraphReader([points]);
  return values.map((value) => reader.read(writer.write(value)));
}

const cases: Readonly<Record<string, unknown>> = {
  "what JSON has": { text: "a\n\u2028ü", list: [1, -0.5, null, true], nested: { empty: {} } },
  "undefined, in a property and in a list": { a: undefined, list: [undefined, 1] },
  "numbers without end": [Infinity, -Infinity, NaN],
  bytes: { body: Buffer.from([0, 1, 127, 128, 255]), none: Buffer.alloc(0) },
  "maps and sets": {
    map: new Map<unknown, unknown>([
      [5, { a: 1 }],
      ["b", 2],
    ]),
    set: new Set([1]),
  },
  "a class": { at: new Point(7) },
  "a key that is our mark": { $: ["bytes", "x"] },
  "a key that is our mark, among others": { $: 1, a: 2 },
  "a key that is a prototype's": JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'),
  "an object without a prototype's methods": { ...Object.create(null), a: 1 },
};

for (const [name, value] of Object.entries(cases)) {
  void test(`graph form: ${name}`, () => {
    assert.deepEqual(there(value), [value]);
  });
}

void test("graph form: whatever it is", () => {
  const anything = fc.anything({ withMap: true, withSet: true, maxDepth: 4 });
  fc.assert(
    fc.property(anything, (value) => {
      const writer = new GraphWriter([]);
      let form: string;
      try {
        form = writer.write(value);
      } catch {
        // It has no form, such as a number of any size: that is said at once.
        return;
      }
      assert.doesNotMatch(form, /\n/);
      const [again] = [new GraphReader([]).read(form)];
      // A zero has no sign here, and an object always has a prototype.
      assert.deepEqual(new GraphWriter([]).write(again), form);
    }),
  );
});

void test("graph form: one object stays one, also from one piece to the next", () => {
  const shared = { rate: 5 };
  const list = [shared];
  const [first, second] = there({ a: shared, b: shared, list }, { c: shared, list }) as [
    { a: object; b: object; list: object[] },
    { c: object; list: object[] },
  ];
  assert.equal(first.a, first.b);
  assert.equal(first.list[0], first.a);
  assert.equal(second.c, first.a);
  assert.equal(second.list, first.list);
});

void test("graph form: a branch can be read without the others, and knows the trunk", () => {
  const [shared, own] = [{ rate: 5 }, { name: "own" }];
  const writer = new GraphWriter([points]);
  const trunk = writer.write([shared]);
  const branches = [1, 2, 3].map((x) =>
    writer.branch().write({ shared, own, again: own, at: new Point(x) }),
  );
  const reader = new GraphReader([points]);
  const [rate] = reader.read(trunk) as [object];
  for (const [at, form] of [...branches.entries()].toReversed()) {
    const read = reader.branch().read(form) as Record<"shared" | "own" | "again" | "at", object>;
    assert.equal(read.shared, rate);
    assert.equal(read.own, read.again);
    assert.deepEqual(read, { shared, own, again: own, at: new Point(at + 1) });
  }
});

void test("graph form: properties are there in their order, also those without a value", () => {
  const [read] = there({ b: undefined, a: 1, c: undefined });
  assert.deepEqual(Object.keys(read as object), ["b", "a", "c"]);
});

for (const [name, value] of [
  ["a function", { run: () => 1 }],
  ["a class that nobody knows", { when: new Date(0) }],
  ["a number of any size", { count: 5n }],
] as const) {
  void test(`graph form: ${name} has none`, () => {
    assert.throws(() => new GraphWriter([points]).write(value));
  });
}
