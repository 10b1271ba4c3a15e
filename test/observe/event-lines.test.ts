/** Events as lines: every format, and what may not reach a terminal. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { jsonEventWriter } from "../../src/cli/json-events.ts";
import {
  writeColouredEvent,
  writeLogfmtEvent,
  writePlainEvent,
} from "../../src/observe/event-lines.ts";
import { isAtLeast, troubleEvent, type ProgramEvent } from "../../src/observe/events.ts";
import type { EventLevel } from "../../src/observe/options.ts";

const time = "2026-11-23T12:00:00.007Z";
const timeMs = Date.parse(time);

const bug = Object.assign(new Error("out of \x1b[2J order"), { stack: "Error: out\n    at x:1" });

interface Case {
  readonly name: string;
  readonly event: ProgramEvent;
  /** Without the time, which depends on the machine's time zone. */
  readonly pretty: string;
  readonly logfmt: string;
  readonly json: object;
}

const cases: readonly Case[] = [
  {
    name: "a sentence",
    event: { level: "info", message: "stopping" },
    pretty: "info  stopping\n",
    logfmt: "level=info message=stopping\n",
    json: { level: "info", time, message: "stopping" },
  },
  {
    name: "fields, and people see what the sentence does not say",
    event: {
      level: "warn",
      message: "upstream a:1 is unreachable",
      fields: { upstream: "a:1", code: "connect-refused", times: 2, absent: undefined },
    },
    pretty: "warn  upstream a:1 is unreachable code=connect-refused times=2\n",
    logfmt:
      'level=warn message="upstream a:1 is unreachable" ' +
      "upstream=a:1 code=connect-refused times=2\n",
    json: {
      level: "warn",
      time,
      upstream: "a:1",
      code: "connect-refused",
      times: 2,
      message: "upstream a:1 is unreachable",
    },
  },
  {
    name: "a list",
    event: { level: "info", message: "ready", fields: { listeners: ["a:1", "b:2"] } },
    pretty: "info  ready listeners=a:1,b:2\n",
    logfmt: "level=info message=ready listeners=a:1,b:2\n",
    json: { level: "info", time, listeners: ["a:1", "b:2"], message: "ready" },
  },
  {
    name: "a bug, with its stack",
    event: { level: "error", message: "a bug", error: bug },
    pretty: "error a bug\n  Error: out\n      at x:1\n",
    logfmt: 'level=error message="a bug" stack="Error: out\\n    at x:1"\n',
    json: {
      level: "error",
      time,
      error: { type: "Error", message: "out of \x1b[2J order", stack: "Error: out\n    at x:1" },
      message: "a bug",
    },
  },
  {
    name: "what drives a terminal, and what is not ASCII",
    event: { level: "error", message: "a\x1b[2J\nb\x9b", fields: { name: "é\n" } },
    pretty: 'error a\\x1B[2J\\x0Ab\\x9B name="\\u00e9\\n"\n',
    logfmt: 'level=error message="a\\u001b[2J\\nb\\u009b" name="\\u00e9\\n"\n',
    json: { level: "error", time, name: "é\n", message: "a\x1b[2J\nb\x9b" },
  },
];

const writeJson = jsonEventWriter();

for (const { name, event, pretty, logfmt, json } of cases) {
  void test(`event lines: ${name}`, () => {
    assert.equal(writePlainEvent(event, timeMs).replace(/^\S+ /, ""), pretty);
    assert.equal(writeLogfmtEvent(event, timeMs), `time=${time} ${logfmt}`);
    const line = writeJson(event, timeMs);
    assert.match(line, /^[\x20-\x7e]+\n$/, "one line of ASCII");
    assert.deepEqual(JSON.parse(line), json);
  });
}

void test("event lines: colours, and the same words", () => {
  const event: ProgramEvent = { level: "warn", message: "x", fields: { a: 1 } };
  const line = writeColouredEvent(event, timeMs);
  assert.match(line, /^\x1b\[2m\S+\x1b\[0m \x1b\[33mwarn \x1b\[0m x \x1b\[2ma=1\x1b\[0m\n$/);
});

void test("events: which levels are heard", () => {
  const levels: readonly EventLevel[] = ["error", "warn", "info", "debug", "trace"];
  const heard = (wanted: EventLevel): number =>
    levels.filter((level) => isAtLeast(level, wanted)).length;
  assert.deepEqual(levels.map(heard), [1, 2, 3, 4, 5]);
});

const system = Object.assign(new Error("accept EMFILE"), { syscall: "accept", code: "EMFILE" });

const troubles: readonly { what: string; trouble: unknown; want: ProgramEvent }[] = [
  {
    what: "a sentence that goes on",
    trouble: "loses lines",
    want: { level: "warn", message: "x: loses lines" },
  },
  {
    what: "an error of the system",
    trouble: system,
    want: { level: "error", message: "x: accept EMFILE", fields: { code: "EMFILE" } },
  },
  { what: "a bug", trouble: bug, want: { level: "error", message: "x", error: bug } },
  {
    what: "something that was thrown",
    trouble: undefined,
    want: { level: "warn", message: "x: undefined" },
  },
];

for (const { what, trouble, want } of troubles) {
  void test(`events: trouble: ${what}`, () => {
    assert.deepEqual(troubleEvent("x", trouble), want);
  });
}
