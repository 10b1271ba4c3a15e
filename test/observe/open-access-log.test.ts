/** Which format a log has: the one that is asked for, else by who reads it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { writeAccessLine } from "../../src/observe/access-line.ts";
import { writeCombinedLine } from "../../src/observe/combined-line.ts";
import { writeLogfmtLine } from "../../src/observe/logfmt-line.ts";
import { lineWriterOf } from "../../src/observe/open-access-log.ts";
import { writeColouredLine, writePlainLine } from "../../src/observe/pretty-line.ts";

const cases = [
  { name: "no terminal: json", isTerminal: false, want: writeAccessLine },
  { name: "a terminal: pretty", isTerminal: true, want: writeColouredLine },
  { name: "NO_COLOR", isTerminal: true, env: { NO_COLOR: "1" }, want: writePlainLine },
  {
    name: "NO_COLOR that is empty",
    isTerminal: true,
    env: { NO_COLOR: "" },
    want: writeColouredLine,
  },
  { name: "TERM=dumb", isTerminal: true, env: { TERM: "dumb" }, want: writePlainLine },
  { name: "json", format: "json", isTerminal: true, want: writeAccessLine },
  { name: "combined", format: "combined", isTerminal: true, want: writeCombinedLine },
  { name: "logfmt", format: "logfmt", isTerminal: false, want: writeLogfmtLine },
  { name: "pretty, but no terminal", format: "pretty", isTerminal: false, want: writePlainLine },
] as const;

for (const example of cases) {
  void test(`access log format: ${example.name}`, () => {
    const { isTerminal, want } = example;
    const format = "format" in example ? example.format : undefined;
    const env = "env" in example ? example.env : {};
    assert.equal(lineWriterOf(format, isTerminal, env), want);
  });
}
