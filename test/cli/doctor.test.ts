/** The doctor at work: a port that this test holds, upstreams of every kind, nothing changed. */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { foregate } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-doctor-"));
after(() => rmSync(folder, { recursive: true }));

let server: Server;
let port: number;

before(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => void server.close());

interface Report {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly message: string;
    readonly mend: string | null;
  }[];
}

async function examined(input: string): Promise<{ code: number | undefined; report: Report }> {
  const { code, stdout } = await foregate(["doctor", "-c", "-", "--json"], { folder, input });
  return { code, report: JSON.parse(stdout) as Report };
}

const said = ({ checks }: Report, name: string): string[] =>
  checks.flatMap((check) => (check.name === name ? [`${check.state} ${check.message}`] : []));

void test("doctor: what a config needs is there: 0, and nothing was made", async () => {
  const { code, report } = await examined(`
listen: ["127.0.0.1:0", "unix:${folder}/f.sock"]
logs: { access: { file: "${folder}/access.log" } }
sites: { "*": "127.0.0.1:${port}" }
`);
  assert.deepEqual(said(report, "listen"), [
    "ok 127.0.0.1:0 is free",
    `ok unix:${folder}/f.sock is free`,
  ]);
  assert.deepEqual(said(report, "upstream"), [`ok 127.0.0.1:${port} takes connections`]);
  assert.deepEqual([code, report.ok], [0, true]);
  assert.deepEqual(readdirSync(folder), []);
});

const onlyLinux = process.platform === "linux" ? false : "it reads /proc";

void test("doctor: what is not there: 1, each with its mend", { skip: onlyLinux }, async () => {
  const { code, report } = await examined(`
listen: ["127.0.0.1:${port}", "192.0.2.1:8080"]
pools: { p: { to: ["127.0.0.1:1", "nowhere.invalid:80", "unix:${folder}/none.sock"] } }
sites: { "*": p }
`);
  const [held = "", notOurs = ""] = said(report, "listen");
  assert.match(held, new RegExp(`^fail .*in use by another program: process ${process.pid}, .*`));
  assert.match(notOurs, /^fail 192\.0\.2\.1:8080: 192\.0\.2\.1 is no address of this machine/);
  const [refused = "", unknown = "", noSocket = ""] = said(report, "upstream");
  assert.match(refused, /^fail 127\.0\.0\.1:1: connect ECONNREFUSED/);
  assert.match(unknown, /^fail nowhere\.invalid:80: its name does not resolve/);
  assert.match(noSocket, /^fail unix:.*none\.sock: connect ENOENT/);
  assert.deepEqual([code, report.ok], [1, false]);
  for (const { state, mend } of report.checks) assert.equal(mend !== null, state !== "ok");
});

void test("doctor: a secret is shown in no part of what is said", async () => {
  const input = 'listen: 0\nsites: { "*": "http://${API_TOKEN}.invalid:80" }\n';
  const around = { folder, input, environment: { API_TOKEN: "hunter2" } };
  for (const words of [[], ["--json"]]) {
    const { code, stdout, stderr } = await foregate(["doctor", "-c", "-", ...words], around);
    assert.equal(code, 1);
    assert.match(stdout, /getent hosts \$\{API_TOKEN\}\.invalid/);
    assert.doesNotMatch(stdout + stderr, /hunter/);
  }
});

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? false : "only root can act as another user";

void test("doctor: a port that wants a privilege", { skip: onlyRoot }, async () => {
  const input = `listen: "127.0.0.1:81"\nsites: { "*": "127.0.0.1:${port}" }\n`;
  const words = ["doctor", "-c", "-"];
  const { code, stdout } = await foregate(words, { input, userId: nobody });
  assert.match(stdout, /^FAIL {2}listen +127\.0\.0\.1:81: port 81 needs a privilege/m);
  assert.equal(code, 1);
});

void test("doctor: a config that is wrong: 1, and what can be seen is seen", async () => {
  const { code, report } = await examined("sties: {}");
  assert.match(said(report, "config").join(), /^fail <stdin>: \d errors?$/);
  assert.equal(said(report, "clock").length, 1);
  assert.equal(code, 1);
});
