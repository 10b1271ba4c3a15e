/** What is asked on a terminal: twice, and nothing of the answer is shown. */

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";

import { askPassword, readPassword } from "../../src/cli/ask-password.ts";

interface Case {
  readonly name: string;
  readonly typed: string;
  readonly want: Awaited<ReturnType<typeof askPassword>>;
}

const cases: readonly Case[] = [
  { name: "twice the same", typed: "pässwörd\rpässwörd\r", want: { password: "pässwörd" } },
  { name: "with a mistake mended", typed: "ab\x7fc\rac\r", want: { password: "ac" } },
  { name: "blanks are part of it", typed: " a \r a \r", want: { password: " a " } },
  { name: "not the same", typed: "a\rb\r", want: { problem: "they are not the same" } },
  { name: "nothing", typed: "\r", want: { problem: "the password is empty" } },
  { name: "Ctrl-C", typed: "a\x03", want: { problem: "it was broken off" } },
  { name: "Ctrl-D", typed: "\x04", want: { problem: "it was broken off" } },
  { name: "Ctrl-C the second time", typed: "a\r\x03", want: { problem: "it was broken off" } },
];

for (const { name, typed, want } of cases) {
  void test(`password on a terminal: ${name}`, async () => {
    const raw: boolean[] = [];
    const setRawMode = (isRaw: boolean): void => void raw.push(isRaw);
    const terminal = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
    const prompts: string[] = [];
    terminal.write(typed);
    const asked = await askPassword(terminal, (text) => prompts.push(text));
    assert.deepEqual(asked, want);
    assert.match(prompts.join(""), /^Password: \n(?:The same again: \n)?$/);
    assert.deepEqual([raw[0], raw.at(-1)], [true, false], "the terminal is as it was");
    assert.equal(terminal.readableLength, 0);
  });
}

for (const { name, typed, want } of [
  { name: "a line", typed: "a b\n", want: { password: "a b" } },
  { name: "a line of Windows", typed: "a\r\n", want: { password: "a" } },
  { name: "no line end", typed: "a", want: { password: "a" } },
  { name: "one line end is taken off", typed: "a\n\n", want: { password: "a\n" } },
] satisfies Case[]) {
  void test(`password from a pipe: ${name}`, async () => {
    const pipe = new PassThrough();
    pipe.end(typed);
    assert.deepEqual(await readPassword(pipe), want);
  });
}

void test("password from a pipe: not UTF-8", async () => {
  const pipe = new PassThrough();
  pipe.end(Buffer.from("pässwörd", "latin1"));
  assert.deepEqual(await readPassword(pipe), { problem: "the password is not UTF-8 text" });
});
