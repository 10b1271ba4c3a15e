/** Trouble as an event: whatever was thrown, telling of it throws nothing, and stays short. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { troubleEvent } from "../../src/observe/events.ts";

const withoutPrototype: unknown = Object.create(null);

const throwing = Object.defineProperty(new Error("seen"), "stack", {
  get: () => assert.fail("a getter of somebody's own"),
});

const hidden = new Proxy(new Error("seen"), {
  getPrototypeOf: () => assert.fail("a trap of somebody's own"),
});

const rows: readonly { name: string; thrown: unknown; message: RegExp; stack?: RegExp }[] = [
  { name: "a sentence", thrown: "no room", message: /^what: no room$/ },
  { name: "nothing", thrown: undefined, message: /^what: undefined$/ },
  { name: "a symbol", thrown: Symbol("a"), message: /^what: Symbol\(a\)$/ },
  {
    name: "an error",
    thrown: new TypeError("seen"),
    message: /^what$/,
    stack: /^TypeError: seen\n/,
  },
  {
    name: "the system's error",
    thrown: Object.assign(new Error("connect EPIPE"), { syscall: "connect", code: "EPIPE" }),
    message: /^what: connect EPIPE$/,
  },
  { name: "what has no text", thrown: withoutPrototype, message: /cannot be shown$/ },
  { name: "a stack that throws", thrown: throwing, message: /cannot be shown$/ },
  { name: "what does not say what it is", thrown: hidden, message: /cannot be shown$/ },
  {
    name: "a stack that is no text",
    thrown: Object.assign(new Error("seen"), { stack: 5 }),
    message: /^what$/,
    stack: /^5$/,
  },
  {
    name: "an error without a stack",
    thrown: Object.assign(new Error("seen"), { stack: undefined }),
    message: /^what$/,
    stack: /^seen$/,
  },
  {
    name: "an error as long as a body",
    thrown: new Error("x".repeat(5_000_000)),
    message: /^what$/,
    stack: /^Error: x{1000,20000}…$/,
  },
  {
    name: "a sentence as long as a body",
    thrown: "x".repeat(5_000_000),
    message: /: x{9,20000}…$/,
  },
];

for (const { name, thrown, message, stack } of rows) {
  void test(`trouble as an event: ${name}`, () => {
    const event = troubleEvent("what", thrown);
    assert.match(event.message, message);
    if (stack === undefined) assert.equal(event.error, undefined);
    else assert.match(event.error?.stack ?? "", stack);
  });
}
