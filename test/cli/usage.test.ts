/** What the command line answers without starting: exit codes, and which stream says it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { annotation } from "../../src/cli/annotations.ts";
import { foregate, type Around } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-usage-"));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "good.yaml"), 'sites: { "*": ":1" }\n');
const twoPools = 'pools: { a: ":1", b: ":2" }';
writeFileSync(join(folder, "unused.yaml"), `${twoPools}\nsites: { "*": a }\n`);
writeFileSync(join(folder, "wrong.yaml"), 'sites: { "*": ":1" }\nlisten: x\nlsiten: 80\n');

const good = '{ "sites": { "*": ":1" } }';

interface Case {
  readonly words: string;
  readonly around?: Around;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

/** A stream that is not named stays empty. */
const cases: readonly Case[] = [
  { words: "", code: 0, stdout: /^Usage: foregate .*Examples:\n.*foregate 3000/s },
  { words: "--help", code: 0, stdout: /^Usage: foregate / },
  { words: "help", code: 0, stdout: /^Usage: foregate / },
  { words: "help run", code: 0, stdout: /^Usage: foregate run / },
  { words: "check --help", code: 0, stdout: /^Usage: foregate check / },
  { words: "help help", code: 0, stdout: /^Usage: foregate help / },
  { words: "help chekc", code: 2, stderr: /unknown command 'chekc' \(did you mean check\?\)/ },
  {
    words: "version",
    code: 0,
    stdout: /^foregate \d+\.\d+\.\d+ \((?:node|bun) [\d.]+, \w+ \w+\)\n$/,
  },
  { words: "--version", code: 0, stdout: /^foregate \d+\.\d+\.\d+ / },
  { words: "chekc", code: 2, stderr: /unknown command 'chekc' \(did you mean check\?\)/ },
  { words: "frobnicate", code: 2, stderr: /unknown command 'frobnicate' \(foregate --help/ },
  {
    words: "good.yaml",
    code: 2,
    stderr: /to start with a config file: foregate run -c good\.yaml/,
  },
  { words: "check --jsn", code: 2, stderr: /unknown option '--jsn'\n\(Did you mean --json\?\)/ },
  { words: "run --config", code: 2, stderr: /argument missing/ },
  { words: "run extra", code: 2, stderr: /too many arguments/ },
  { words: "-c good.yaml", code: 2, stderr: /behind a command: foregate run -c FILE/ },
  { words: "run good.yaml", code: 2, stderr: /\(a config is named with -c good\.yaml\)/ },
  {
    words: "print -c good.yaml",
    code: 0,
    stdout: /^workers: auto\nlisten:\n {2}- :8080\n.* {10}response: 1GiB\n$/s,
  },
  {
    words: "print -c good.yaml --json",
    code: 0,
    stdout: /^\{\n {2}"workers": "auto",\n {2}"listen": \[\n {4}":8080"/,
  },
  { words: "print -c wrong.yaml", code: 3, stderr: /FG1005.*FG1004|FG1004.*FG1005/s },
  {
    words: "hash-password",
    around: { input: "pässwörd\n" },
    code: 0,
    stdout: /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n$/,
  },
  {
    words: "hash-password --algorithm bcrypt",
    around: { input: "x" },
    code: 0,
    stdout: /^\$2b\$12\$[./A-Za-z0-9]{53}\n$/,
  },
  { words: "hash-password", code: 2, stderr: /the password is empty/ },
  { words: "hash-password", around: { input: "\n" }, code: 2, stderr: /the password is empty/ },
  {
    words: "hash-password",
    around: { input: "a\nb\n" },
    code: 2,
    stderr: /a password is one line/,
  },
  {
    words: "hash-password --algorithm bcrypt",
    around: { input: "ä".repeat(37) },
    code: 2,
    stderr: /the first 72 bytes only: use scrypt/,
  },
  {
    words: "hash-password --algorithm md5",
    code: 2,
    stderr: /want scrypt, argon2id, bcrypt; found "md5"/,
  },
  { words: "hash-password secret", code: 2, stderr: /too many arguments/ },
  { words: "proxy --from :0", code: 2, stderr: /'--to <upstream>' not specified/ },
  {
    words: "proxy --to https://x",
    code: 2,
    stderr: /^error\[FG1006\]: .*\n {2}= in: {3}command line\n/,
  },
  { words: "proxy --to :1 --balance first", code: 2, stderr: /`first` is not available/ },
  { words: "3000 3001", code: 2, stderr: /two upstreams for one host: foregate proxy --to :3000/ },
  { words: "a.example=api", code: 2, stderr: /cannot read "a\.example=api"/ },
  { words: "99999", code: 2, stderr: /a port is a number from 1 to 65535/ },
  {
    words: "run",
    code: 3,
    stderr: /^error\[FG1001\]: found no config: .*\n {2}= help: .*npx foregate 3000/,
  },
  { words: "run -c none.yaml", code: 3, stderr: /^error\[FG1001\]: .*\n {2}= in: {3}none\.yaml\n/ },
  { words: "check -c .", code: 3, stdout: /^error\[FG1002\]: it is a folder\n {2}= in: {3}\.\n/ },
  {
    words: "run -c wrong.yaml",
    code: 3,
    stderr: /^error\[FG1005\].*\n.*wrong\.yaml:2:9\n[^]*`listen`\?\n[^]*\n\n2 errors — config not/,
  },
  {
    words: "check -c wrong.yaml",
    code: 3,
    stdout: /^error.*\n.*wrong\.yaml:2:9\n[^\u001b]*\n\n2 errors — config not loaded\n$/,
  },
  {
    words: "check -c good.yaml",
    code: 0,
    stdout: /^good\.yaml: valid \(1 site, 1 pool, listens on :8080\)\n$/,
  },
  { words: "check -c -", around: { input: good }, code: 0, stdout: /^<stdin>: valid / },
  { words: "check -c -", around: { input: "5" }, code: 3, stdout: /^error.*\n.* <stdin>:1:1\n/ },
  {
    words: "check --color=always -c wrong.yaml",
    code: 3,
    stdout: /^\u001b\[1;31merror\[FG1005\]\u001b\[0m/,
  },
  {
    words: "--color never run -c wrong.yaml",
    around: { environment: { FORCE_COLOR: "1" } },
    code: 3,
    stderr: /^error\[FG1005\]/,
  },
  {
    words: "run -c wrong.yaml",
    around: { environment: { FORCE_COLOR: "1" } },
    code: 3,
    stderr: /^\u001b\[1;31merror/,
  },
  { words: "check --color=red -c wrong.yaml", code: 2, stderr: /'red' is invalid.*auto, always/ },
  {
    words: "check -c unused.yaml",
    code: 0,
    stdout: /^warning\[FG1205\][^]*\n\nunused\.yaml: valid \(1 site, 2 pools, .*\), 1 warning\n$/,
  },
  {
    words: "check --strict -c unused.yaml",
    code: 3,
    stdout: /^warning\[FG1205\][^]*\n\n1 warning — config not valid: with --strict, .*\n$/,
  },
  { words: "check --strict -c good.yaml", code: 0, stdout: /^good\.yaml: valid/ },
  {
    words: "check -c wrong.yaml",
    around: { environment: { GITHUB_ACTIONS: "true" } },
    code: 3,
    stdout:
      /not loaded\n::error file=wrong\.yaml,line=2,col=9,title=FG1005::.*\n::error .*,line=3,/,
  },
  {
    words: "check --json -c unused.yaml",
    around: { environment: { GITHUB_ACTIONS: "true", FORCE_COLOR: "1" } },
    code: 0,
    stdout: /^\{\n[^\u001b]*"valid": true,[^\u001b]*\}\n$/,
    stderr:
      /^::warning file=unused\.yaml,line=1,col=19,title=FG1205::pool "b": no route sends to it/,
  },
  {
    words: "check",
    around: { environment: { FOREGATE_CONFIG: "good.yaml" } },
    code: 0,
    stdout: /^good\.yaml: valid/,
  },
];

void test("the help is one screen of 80 columns", async () => {
  const { stdout } = await foregate(["--help"]);
  const lines = stdout.trimEnd().split("\n");
  assert.ok(lines.length >= 24 && lines.length <= 48, `${lines.length} lines`);
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
});

for (const { words, around, code, stdout = /^$/, stderr = /^$/ } of cases) {
  void test(`foregate ${words} ${JSON.stringify(around ?? "")}: exit ${code}`, async () => {
    const outcome = await foregate(words === "" ? [] : words.split(" "), { folder, ...around });
    assert.match(outcome.stdout, stdout);
    assert.match(outcome.stderr, stderr);
    assert.equal(outcome.code, code);
  });
}

void test("foregate check --json says the same to machines", async () => {
  const wrong = await foregate(["check", "--json", "-c", "wrong.yaml"], { folder });
  assert.equal(wrong.code, 3);
  const report = JSON.parse(wrong.stdout) as { valid: boolean; problems: readonly object[] };
  assert.equal(report.valid, false);
  assert.deepEqual(report.problems[1], {
    code: "FG1004",
    severity: "error",
    message: "unknown key `lsiten` in the config",
    file: "wrong.yaml",
    line: 3,
    column: 1,
    endLine: 3,
    endColumn: 7,
    path: "lsiten",
    help: "did you mean `listen`?",
    docs: "docs/errors.md#FG1004",
    related: [],
  });
  const right = await foregate(["check", "--json", "-c", "good.yaml"], { folder });
  assert.deepEqual(JSON.parse(right.stdout), { file: "good.yaml", valid: true, problems: [] });
  assert.equal(right.code, 0);
  const strict = await foregate(["check", "--json", "--strict", "-c", "unused.yaml"], { folder });
  assert.equal((JSON.parse(strict.stdout) as { valid: boolean }).valid, false);
  assert.equal(strict.code, 3);
  const none = await foregate(["check", "--json", "-c", "none.yaml"], { folder });
  const [problem] = (JSON.parse(none.stdout) as { problems: readonly object[] }).problems;
  assert.deepEqual(problem, {
    code: "FG1001",
    severity: "error",
    message: "there is no such file",
    file: "none.yaml",
    line: null,
    column: null,
    endLine: null,
    endColumn: null,
    path: "",
    help: "start without one by `npx foregate 3000`, or name one with -c FILE",
    docs: "docs/errors.md#FG1001",
    related: [],
  });
});

void test("foregate check --json names the other places", async () => {
  const input = 'sites: { "*": ":1" }\nlisten: [80, 80]\n';
  const { stdout } = await foregate(["check", "--json", "-c", "-"], { folder, input });
  const { problems } = JSON.parse(stdout) as { problems: readonly { related: unknown }[] };
  const place = { file: "<stdin>", line: 2, column: 10, endLine: 2, endColumn: 12 };
  assert.deepEqual(problems[0]?.related, [{ message: "first written here", ...place }]);
});

void test("foregate check --json says all of it to a pipe, however much it is", async () => {
  const pools = Array.from({ length: 5_000 }, (_, at) => `p${at}: ":1"`);
  const input = `pools: { ${pools.join(", ")} }\nsites: { "*": p0 }\n`;
  const { stdout } = await foregate(["check", "--json", "-c", "-"], { folder, input });
  assert.equal((JSON.parse(stdout) as { problems: unknown[] }).problems.length, 4_999);
});

void test("workflow commands are escaped", () => {
  const at = { line: 1, column: 2, endLine: 1, endColumn: 3, path: "", related: [] };
  const problem = { code: "FG1004", severity: "error", file: "a,b:c%.yaml", ...at } as const;
  assert.equal(
    annotation({ ...problem, message: "100%\r\n::x", hint: "a, b", help: undefined }),
    "::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=FG1004::100%25%0D%0A::x — a, b",
  );
});
