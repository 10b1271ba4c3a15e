/** From start to stop: the banner, requests, signals, and addresses that cannot be had. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { within } from "../support/within.ts";
import { foregate, Foregate, type Around } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-run-"));
after(() => rmSync(folder, { recursive: true }));

/** Answers `hello`; `/slow` only when it is let go. */
let upstream: Server;
let upstreamPort: number;
let letGo: () => void = () => undefined;

before(async () => {
  upstream = createServer((request, response) => {
    if (request.url === "/slow") letGo = () => response.end("slow");
    else response.end("hello");
  });
  upstreamPort = await portOf(upstream);
});
after(() => {
  upstream.close();
  upstream.closeAllConnections();
});

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = `${response.statusCode} `;
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve(text)).on("error", reject);
    }).on("error", reject);
  });
}

/** Starts, waits for the banner, does something, and leaves nothing behind. */
async function running(
  words: readonly string[],
  act: (process: Foregate, url: string) => Promise<void>,
  around: Around = {},
): Promise<void> {
  const process = new Foregate(words, { folder, ...around });
  try {
    const [, port] = await process.says(/➜ {2}http:\/\/[^\s:]+:(\d+)[^]*\n\n?/);
    await act(process, `http://127.0.0.1:${port}`);
  } finally {
    await process.kill();
  }
}

const oneLiner = (): string[] => ["proxy", "--from", "127.0.0.1:0", "--to", `:${upstreamPort}`];

void test("a one-liner serves, logs to standard output, and ends with 0 on SIGTERM", async () => {
  await running(oneLiner(), async (process, url) => {
    assert.match(process.stderr, /^\n {2}foregate \d+\.\d+\.\d+ {2}ready in \d+ ms\n\n/);
    assert.match(process.stderr, new RegExp(`➜ .* → localhost:${upstreamPort}\n`));
    assert.doesNotMatch(process.stderr, /Plain HTTP/);
    assert.equal(await fetchText(`${url}/x?y`), "200 hello");
    process.signal("SIGTERM");
    const { code, stdout } = await process.outcome();
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { target: string }).target, "/x?y");
  });
});

void test("a config from standard input, and a note about public names", async () => {
  const input = JSON.stringify({
    listen: "127.0.0.1:0",
    logs: { access: false },
    sites: { "www.foregate.dev": `:${upstreamPort}`, "a.test": `:${upstreamPort}` },
  });
  await running(
    ["run", "-c", "-"],
    async (process) => {
      assert.match(process.stderr, /➜ {2}http:\/\/www\.foregate\.dev:\d+ {2}→ localhost:\d+\n/);
      assert.match(process.stderr, /Plain HTTP is served for www\.foregate\.dev: HTTPS is not/);
      process.signal("SIGINT");
      assert.deepEqual(await process.outcome().then(({ code, stdout }) => [code, stdout]), [0, ""]);
    },
    { input },
  );
});

void test("SIGTERM waits for an exchange in flight", async () => {
  await running(oneLiner(), async (process, url) => {
    const answer = fetchText(`${url}/slow`);
    await reached();
    process.signal("SIGTERM");
    await process.says(/waiting at most 30 s for 1 exchange; a second signal stops at once/);
    letGo();
    assert.equal(await answer, "200 slow");
    assert.equal((await process.outcome()).code, 0);
  });
});

void test("a second signal stops at once, and says so with 1", async () => {
  await running(oneLiner(), async (process, url) => {
    const answer = fetchText(`${url}/slow`).catch((error: Error) => error.message);
    await reached();
    process.signal("SIGINT");
    await process.says(/waiting at most/);
    // The same Ctrl-C may come twice; a second one is a person's.
    await new Promise((resolve) => setTimeout(resolve, 400));
    process.signal("SIGINT");
    assert.equal((await process.outcome()).code, 1);
    assert.match(await answer, /socket hang up|ECONNRESET/);
  });
});

void test("SIGQUIT cuts what is in flight, and ends with 0", async () => {
  await running(oneLiner(), async (process, url) => {
    const answer = fetchText(`${url}/slow`).catch((error: Error) => error.message);
    await reached();
    process.signal("SIGQUIT");
    assert.equal((await process.outcome()).code, 0);
    assert.doesNotMatch(await answer, /^200/);
  });
});

void test("SIGHUP and SIGUSR1 end nothing", async () => {
  await running(oneLiner(), async (process, url) => {
    process.signal("SIGHUP");
    process.signal("SIGUSR1");
    await process.says(/no file to read the config from again/);
    assert.equal(await fetchText(url), "200 hello");
    assert.doesNotMatch(process.stderr, /[Dd]ebugger/);
  });
});

/** Until the upstream has the request for `/slow`. */
async function reached(): Promise<void> {
  letGo = () => undefined;
  const idle = letGo;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => letGo !== idle && resolve(), 5);
  await within(promise, "the upstream is reached");
  clearInterval(timer);
}

/** `nobody`: what may bind anything here is root. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? false : "only root can act as another user";

interface BindCase {
  readonly name: string;
  readonly listen: () => string;
  readonly want: RegExp;
  readonly userId?: number;
}

const bindCases: readonly BindCase[] = [
  {
    name: "a port in use",
    listen: () => `127.0.0.1:${upstreamPort}`,
    want: /^error\[FG2102\]: port \d+ is in use .*\n.*listen: 127.*:1:9\)\n {2}= fix: .*ss -ltnp/,
  },
  {
    name: "an address of another machine",
    listen: () => "192.0.2.1:8080",
    want: /^error\[FG2103\]: 192\.0\.2\.1 is no address of this machine\n/,
  },
  {
    name: "a socket in no folder",
    listen: () => "unix:/nowhere/at/all/f.sock",
    want: /^error\[FG2104\]: the folder \/nowhere\/at\/all of .* exist\n.*\n.*mkdir -p/,
  },
  {
    name: "a socket's name that is taken",
    listen: () => `unix:${folder}/f.yaml`,
    want: /^error\[FG2102\]: .*f\.yaml exists already\n[^]*if none does, it is a leftover: rm /,
  },
];

for (const { name, listen, want } of bindCases) {
  void test(`cannot listen: ${name}: exit 5`, async () => {
    writeFileSync(join(folder, "f.yaml"), `listen: "${listen()}"\nsites: { "*": ":1" }\n`);
    const { code, stderr } = await foregate(["run", "-c", "f.yaml"], { folder });
    assert.match(stderr, want);
    assert.equal(code, 5);
  });
}

void test("cannot listen: a privileged port: exit 5", { skip: onlyRoot }, async () => {
  const words = ["proxy", "--from", "127.0.0.1:81", "--to", ":1"];
  const { code, stderr } = await foregate(words, { userId: nobody });
  assert.match(stderr, /^error\[FG2101\]: port 81 needs a privilege this process lacks\n/);
  assert.match(
    stderr,
    / {2}= listen: 127\.0\.0\.1:81 \(command line\)\n.*sudo setcap cap_net_bind/,
  );
  assert.equal(code, 5);
});

void test("a config that this user may not read: exit 3", { skip: onlyRoot }, async () => {
  writeFileSync(join(folder, "secret.yaml"), "", { mode: 0o600 });
  const words = ["check", "-c", join(folder, "secret.yaml")];
  const { code, stdout } = await foregate(words, { userId: nobody });
  assert.match(stdout, /error\[FG100[12]\]: /);
  assert.equal(code, 3);
});
