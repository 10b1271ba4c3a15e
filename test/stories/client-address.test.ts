/**
 * Who the client is: behind a front proxy that is trusted (nginx here) it is who that proxy says;
 * from anybody else such words are dropped. Every address of 127.0.0.0/8 is this machine, so each
 * party has its own.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { bind } from "../../demo/free-port.ts";
import { findProgram } from "../../tools/debian.ts";
import { until } from "../support/within.ts";
import { curl } from "./command.ts";
import { startDemoSite } from "./demo-site.ts";

const trustsFront = "trust: 127.0.0.1/32\n";

/** Nobody's: RFC 5737 keeps it for documentation. */
const invented = "203.0.113.66";

type Line = readonly [name: string, value: string];

/** What the upstream saw, names in lower case. */
async function seenBy(url: string, ...words: readonly string[]): Promise<readonly Line[]> {
  const { out } = await curl("--header", "Accept: application/json", ...words, `${url}/headers`);
  const { fields } = JSON.parse(out) as {
    readonly fields: readonly { readonly name: string; readonly value: string }[];
  };
  return fields.map(({ name, value }): Line => [name.toLowerCase(), value]);
}

/** The lines that speak of the client, without those about the host. */
function aboutClient(lines: readonly Line[]): readonly Line[] {
  return lines.filter(([name]) => /^(?:x-forwarded-for|forwarded|x-real-ip)$/.test(name));
}

void test("story: nginx in front is trusted, and the client behind it is known", async (t) => {
  const nginx = findProgram("nginx");
  if (nginx === undefined) return t.skip("nginx is not installed; the next story needs none");
  const { foregate } = await startDemoSite(t, trustsFront);
  const front = await startNginx(t, nginx, foregate.port);
  const spoof = ["--header", "X-Forwarded-Proto: https"];
  const lines = await seenBy(front, "--interface", "127.0.0.2", ...spoof);
  assert.deepEqual(aboutClient(lines), [["x-forwarded-for", "127.0.0.2, 127.0.0.1"]]);
  assert.deepEqual(
    lines.filter(([name]) => name === "x-forwarded-proto"),
    [["x-forwarded-proto", "http"]],
    "nginx says how the client came, and Foregate passes that on",
  );
  const { client, peer } = await foregate.logLine(({ target }) => target === "/headers");
  assert.deepEqual({ client, peer }, { client: "127.0.0.2", peer: "127.0.0.1" });
});

void test("story: the chain of a trusted peer is kept and added to", async (t) => {
  const { url, foregate } = await startDemoSite(t, trustsFront);
  const chain = `${invented}, 198.51.100.7`;
  const lines = await seenBy(url, "--header", `X-Forwarded-For: ${chain}`);
  assert.deepEqual(aboutClient(lines), [["x-forwarded-for", `${chain}, 127.0.0.1`]]);
  const { client } = await foregate.logLine(({ target }) => target === "/headers");
  assert.equal(
    client,
    "198.51.100.7",
    "the last that is not trusted: what is before may be made up",
  );
});

void test("story: from a peer that is not trusted, nothing of it is believed", async (t) => {
  const { url, foregate } = await startDemoSite(t, trustsFront);
  const spoofs = [
    `X-Forwarded-For: ${invented}`,
    `x-forwarded-for: ${invented}`,
    `Forwarded: for=${invented};proto=https`,
    `X-Real-IP: ${invented}`,
    "X-Forwarded-Host: bank.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Prefix: /admin",
    // A name that some servers read as the same one.
    `X_Forwarded_For: ${invented}`,
  ];
  const words = spoofs.flatMap((line) => ["--header", line]);
  const lines = await seenBy(url, "--interface", "127.0.0.3", ...words);
  const known = new Map(lines);
  assert.deepEqual(
    aboutClient(lines).filter(([name]) => name === "x-forwarded-for"),
    [["x-forwarded-for", "127.0.0.3"]],
  );
  assert.equal(known.get("x-forwarded-host"), new URL(url).host);
  assert.equal(known.get("x-forwarded-proto"), "http");
  assert.doesNotMatch(JSON.stringify(lines), /203\.0\.113|bank\.example|https|\/admin/);
  const { client, peer } = await foregate.logLine(({ target }) => target === "/headers");
  assert.deepEqual({ client, peer }, { client: "127.0.0.3", peer: undefined });
});

/** Before Foregate, as people have it; returns where it answers. */
async function startNginx(t: TestContext, nginx: string, to: number): Promise<string> {
  const port = (await bind(0)) ?? assert.fail("this machine has no free port");
  const folder = mkdtempSync(join(tmpdir(), "foregate-story-"));
  writeFileSync(join(folder, "nginx.conf"), nginxConfig(port, to));
  const words = ["-p", folder, "-c", "nginx.conf", "-e", "stderr"];
  const child = spawn(nginx, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  t.after(async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  let isThere = false;
  const look = async (): Promise<void> => {
    while (!isThere && child.exitCode === null) {
      isThere = (await curl("--max-time", "2", `${url}/healthz`)).out === "ok\n";
    }
  };
  void look();
  await until(
    () => isThere,
    "nginx answers",
    () => said,
  );
  return url;
}

function nginxConfig(port: number, to: number): string {
  return `daemon off;
worker_processes 1;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${to};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}
