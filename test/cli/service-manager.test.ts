/** What a service manager hears, by a tool that writes it down, and by systemd's own. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { until } from "../support/within.ts";
import { Foregate } from "./foregate.ts";

const configOf = (word: string): string =>
  'listen: "127.0.0.1:0"\nlogs: { access: off }\nadmin: off\n' +
  `sites: { "*": { respond: ${word} } }\n`;

interface Stage {
  readonly folder: string;
  readonly file: string;
  readonly said: () => string;
  readonly heard: string;
}

function staged(t: TestContext): Stage {
  const folder = mkdtempSync(join(tmpdir(), "foregate-notify-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "foregate.yaml");
  writeFileSync(file, configOf("one"));
  const heard = join(folder, "heard");
  const said = (): string => (existsSync(heard) ? readFileSync(heard, "utf8") : "");
  return { folder, file, said, heard };
}

/** Ready, a reload that is wrong, one that is right, and the stop. */
async function play(t: TestContext, { folder, file, said }: Stage, more: object): Promise<void> {
  const environment = { ...more, NOTIFY_SOCKET: join(folder, "notify.sock") };
  const program = new Foregate(["run", "-c", file], { folder, environment });
  t.after(() => program.kill());
  const hears = (pattern: RegExp): Promise<void> =>
    until(
      () => pattern.test(said()),
      `it is told ${pattern}`,
      () => said() + program.stderr,
    );
  await hears(/READY=1[^]*STATUS=serves 1 site[^]*WATCHDOG=1/);
  writeFileSync(file, "sites: {}\n");
  program.signal("SIGHUP");
  await hears(/RELOADING=1[^]*MONOTONIC_USEC=\d{6,}[^]*READY=1/);
  writeFileSync(file, configOf("two").replace("sites: {", "sites: { a.test: localhost:1,"));
  program.signal("SIGHUP");
  await hears(/STATUS=serves 2 sites/);
  program.signal("SIGTERM");
  assert.equal((await program.outcome()).code, 0);
  assert.match(said(), /STOPPING=1[^]*STATUS=waits for what is in flight/);
  assert.doesNotMatch(program.stderr, /service manager/);
}

void test("systemd: what happens is told, and that it lives", async (t) => {
  const stage = staged(t);
  const tool = join(stage.folder, "systemd-notify");
  writeFileSync(tool, `#!/bin/sh\nprintf '%s\\n' "$@" >> "${stage.heard}"\n`);
  chmodSync(tool, 0o755);
  const { PATH: path = "" } = process.env;
  await play(t, stage, { PATH: `${stage.folder}:${path}`, WATCHDOG_USEC: "200000" });
});

/** Node has no datagrams between programs, so somebody else listens. */
const listener = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab") as file:
        file.write(heard.recv(65536) + b"\\n")
`;

const isThere = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;
const isMissing = ["systemd-notify", "python3"].find((name) => !isThere(name));
const skip = isMissing === undefined ? false : `there is no ${isMissing} here`;

void test("systemd: its own tool understands what is told", { skip }, async (t) => {
  const stage = staged(t);
  const socket = join(stage.folder, "notify.sock");
  const child = spawn("python3", ["-c", listener, socket, stage.heard], { stdio: "ignore" });
  t.after(() => child.kill());
  await until(() => existsSync(socket), "somebody listens");
  await play(t, stage, { WATCHDOG_USEC: "200000" });
});

void test("systemd: without its tool the program serves, and says so once", async (t) => {
  const { folder, file } = staged(t);
  const environment = { PATH: "/nowhere", NOTIFY_SOCKET: "/nowhere/notify.sock" };
  const program = new Foregate(["run", "-c", file], { folder, environment });
  t.after(() => program.kill());
  await program.says(/the service manager is not told: systemd-notify failed/);
  program.signal("SIGTERM");
  const { code, stderr } = await program.outcome();
  assert.equal(code, 0);
  assert.equal(stderr.match(/service manager/g)?.length, 1);
});
