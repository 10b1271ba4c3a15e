/**
 * What an editor shows: the language server that most of them start for YAML is asked what may
 * stand at a place of a config that names `schema.json`.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { within } from "../support/within.ts";

const root = join(import.meta.dirname, "../..");
const server = spawn(
  process.execPath,
  [fileURLToPath(import.meta.resolve("yaml-language-server/bin/yaml-language-server")), "--stdio"],
  { stdio: ["pipe", "pipe", "ignore"] },
);
after(() => server.kill());

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly params?: unknown;
}

const asked = new Map<number, (result: unknown) => void>();
const told = new Map<string, (params: unknown) => void>();
let received = Buffer.alloc(0);

server.stdout.on("data", (bytes: Buffer) => {
  received = Buffer.concat([received, bytes]);
  for (let message = nextMessage(); message !== undefined; message = nextMessage()) take(message);
});

/** A head with a length, and JSON. */
function nextMessage(): Message | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  const start = headEnd + 4;
  const length = Number(/Content-Length: (\d+)/i.exec(received.toString("latin1", 0, start))?.[1]);
  if (headEnd < 0 || received.length < start + length) return undefined;
  const text = received.toString("utf8", start, start + length);
  received = received.subarray(start + length);
  return JSON.parse(text) as Message;
}

function take({ id, method, result, params }: Message): void {
  if (method === undefined) asked.get(id ?? -1)?.(result);
  // It asks for settings: there are none.
  else if (id !== undefined)
    send({ id, result: method === "workspace/configuration" ? [{}] : null });
  else told.get(`${method} ${(params as { uri?: string }).uri ?? ""}`)?.(params);
}

function send(message: Message): void {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function ask(method: string, params: unknown): Promise<unknown> {
  const id = asked.size;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  asked.set(id, resolve);
  send({ id, method, params });
  return within(promise, `the language server answers ${method}`);
}

before(async () => {
  await ask("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  send({ method: "initialized", params: {} });
});

let count = 0;

/** The uri of a file that is open in the editor, and nowhere else. */
function open(config: string): string {
  const uri = `file://${join(root, `config-${count++}.yaml`)}`;
  const text = `# yaml-language-server: $schema=./schema.json\n${config}`;
  const textDocument = { uri, languageId: "yaml", version: 1, text };
  send({ method: "textDocument/didOpen", params: { textDocument } });
  return uri;
}

/** `|` is where somebody types; `want` are some of the keys or values that are offered. */
const completions = [
  { name: "the top", config: "sites: {}\n|", want: ["listen", "pools", "trust"] },
  { name: "a pool", config: 'pools:\n  api:\n    to: ":1"\n    |', want: ["balance", "keepAlive"] },
  { name: "a site", config: 'sites:\n  "*":\n    |', want: ["proxy", "redirect", "routes"] },
  {
    name: "a route",
    config: 'sites:\n  "*":\n    routes:\n      - path: /x\n        |',
    want: ["method", "proxy", "strip"],
  },
  { name: "a value", config: "logs:\n  level: |", want: ["warn", "debug"] },
];

for (const { name, config, want } of completions) {
  void test(`an editor offers what may stand in ${name}`, async () => {
    const uri = open(config.replace("|", ""));
    const lines = config.slice(0, config.indexOf("|")).split("\n");
    const position = { line: lines.length, character: lines.at(-1)?.length ?? 0 };
    const found = await ask("textDocument/completion", { textDocument: { uri }, position });
    const labels = (found as { items: { label: string }[] }).items.map(({ label }) => label);
    for (const label of want) assert.ok(labels.includes(label), `${label} in ${labels.join(", ")}`);
  });
}

void test("an editor tells what a key is for", async () => {
  const uri = open("timeouts: { drain: 1m }");
  const position = { line: 1, character: 14 };
  const found = await ask("textDocument/hover", { textDocument: { uri }, position });
  assert.match(JSON.stringify(found), /How long a stop waits.*Default: `30s`/);
});

const underlined = [
  { name: "a mistyped key", config: "sties: {}", want: /sties/ },
  {
    name: "a time without a unit",
    config: 'sites: { "*": ":1" }\ntimeouts: { drain: "5" }',
    want: /a time from 0s to 1d/,
  },
  { name: "nothing in what is right", config: 'sites: { "*": ":1" }', want: /^\[\]$/ },
];

for (const { name, config, want } of underlined) {
  void test(`an editor underlines ${name}`, async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const uri = `file://${join(root, `config-${count}.yaml`)}`;
    told.set(`textDocument/publishDiagnostics ${uri}`, resolve);
    open(config);
    const params = await within(promise, "it says what is wrong");
    assert.match(JSON.stringify((params as { diagnostics: unknown }).diagnostics), want);
  });
}
