/** The format `combined` is nginx's own: both log the same requests, and the lines are compared. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { writeNginx } from "../../bench/nginx.ts";
import { freePort } from "../../bench/processes.ts";
import { findProgram } from "../../tools/debian.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startProxy } from "../support/proxy.ts";
import { untilListening } from "../support/until-listening.ts";
import { until, within } from "../support/within.ts";

const requests = [
  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "GET /a?b=1&c=%22 HTTP/1.1\r\nHost: x\r\nReferer: https://a.example/?q=1\r\n\r\n",
  'GET /"\\ HTTP/1.1\r\nHost: x\r\nUser-Agent: a "b" \\c\\ d\r\n\r\n',
  "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: \x80\xff\t\xc3\xa9~\r\nReferer: -\r\n\r\n",
  "HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n",
  "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nUser-Agent: curl/8.5.0\r\n\r\nhi",
  "GET /old HTTP/1.0\r\nHost: x\r\nConnection: close\r\n\r\n",
];

const timePattern = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/;

async function say(port: number): Promise<void> {
  for (const request of requests) {
    const client = await connectClient(port);
    client.say(Buffer.from(request, "latin1"));
    await client.expect("HTTP/1.1 200 ");
    client.close();
  }
}

const readLines = (file: string): readonly string[] =>
  readFileSync(file, "latin1")
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      assert.match(line, timePattern);
      return line.replace(timePattern, "[time]");
    });

async function nginxLines(t: TestContext, folder: string): Promise<readonly string[]> {
  const file = join(folder, "nginx.log");
  const port = await freePort();
  const { program, args } = writeNginx(
    folder,
    `  access_log ${file} combined;
  server { listen 127.0.0.1:${port}; location / { return 200 "hello"; } }`,
  );
  const nginx = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(nginx, "exit");
  t.after(() => nginx.kill("SIGKILL"));
  await untilListening(port, "nginx");
  await say(port);
  await until(() => readLines(file).length === requests.length, "nginx has logged all");
  nginx.kill();
  await within(exited, "nginx ends");
  return readLines(file);
}

async function ourLines(folder: string): Promise<readonly string[]> {
  const file = join(folder, "ours.log");
  const proxy = await startProxy({
    config: { sites: { "*": { respond: "hello" } }, logs: { access: { format: "combined" } } },
    accessLogFile: file,
  });
  await say(proxy.port);
  await proxy.close();
  return readLines(file);
}

void test("combined: our lines are nginx's, byte for byte", async (t) => {
  if (findProgram("nginx") === undefined) return t.skip("nginx is not installed");
  const folder = mkdtempSync(join(tmpdir(), "foregate-combined-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.deepEqual(await ourLines(folder), await nginxLines(t, folder));
});
