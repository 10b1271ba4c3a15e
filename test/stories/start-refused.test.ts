/**
 * When the program cannot start, it says what, where and how to mend it, and its exit code tells
 * scripts which kind of trouble it was. It never starts half.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { findProgram } from "../../tools/debian.ts";
import { within } from "../support/within.ts";
import { run } from "./command.ts";
import { ForegateProgram, root, writeConfig } from "./foregate-program.ts";
import { listening } from "./listening.ts";

const codes = { configInvalid: 3, cannotBind: 5 };

interface Refusal {
  readonly code: number | null;
  readonly said: string;
}

async function refusal(
  t: TestContext,
  config: string,
  command?: readonly string[],
): Promise<Refusal> {
  const file = writeConfig(t, config);
  const program = new ForegateProgram(file, command === undefined ? {} : { command });
  t.after(() => program.stop());
  const ended = within(program.ended, "Foregate ends", () => program.said, 15_000);
  const { code } = await ended;
  return { code, said: program.said };
}

void test("story: a port in use is named, and so is who to ask for it", async (t) => {
  const { port } = await listening(t, createServer());
  const { code, said } = await refusal(
    t,
    `listen: "127.0.0.1:${port}"\nsites: { "*": 127.0.0.1:1 }\n`,
  );
  assert.equal(code, codes.cannotBind);
  assert.match(said, new RegExp(`^error\\[FG2102\\]: port ${port} is in use by another program\n`));
  assert.match(said, /= listen: 127\.0\.0\.1:\d+ \(.*foregate\.yaml:1:9\)/);
  assert.match(said, new RegExp(`= fix: +find it: ss -ltnp 'sport = :${port}'\n`));
});

void test("story: of two ports one is in use, and the other one is not kept", async (t) => {
  const { port } = await listening(t, createServer());
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port: free } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  const listen = `listen: ["127.0.0.1:${free}", "127.0.0.1:${port}"]`;
  const { code, said } = await refusal(t, `${listen}\nsites: { "*": 127.0.0.1:1 }\n`);
  assert.equal(code, codes.cannotBind);
  assert.match(said, new RegExp(`port ${port} is in use`));
  assert.doesNotMatch(said, /ready in/);
});

void test("story: the metrics' port is in use, and no client is listened for", async (t) => {
  const { port } = await listening(t, createServer());
  const metrics = `metrics: "127.0.0.1:${port}"`;
  const { code, said } = await refusal(
    t,
    `listen: "127.0.0.1:0"\n${metrics}\nsites: { "*": 127.0.0.1:1 }\n`,
  );
  assert.equal(code, codes.cannotBind);
  assert.match(said, new RegExp(`^error\\[FG2102\\]: port ${port} is in use by another program\n`));
  assert.match(said, /= metrics: 127\.0\.0\.1:\d+ \(.*foregate\.yaml:2:10\)/);
  assert.match(said, /\n {4}or: {6}another port: metrics: 9090\n/);
  assert.doesNotMatch(said, /ready in/);
});

void test("story: a port that only root may have is refused with a way to get it", async (t) => {
  const command = await unprivileged();
  if (typeof command === "string") return t.skip(command);
  const { code, said } = await refusal(t, "listen: 80\nsites: { '*': 127.0.0.1:1 }\n", command);
  assert.equal(code, codes.cannotBind, said);
  assert.match(said, /^error\[FG2101\]: port 80 needs a privilege this process lacks\n/);
  assert.match(said, /= listen: :80 \(/);
  assert.match(said, /setcap cap_net_bind_service=\+ep /);
  assert.match(said, /a port above 1023: listen: 8080/);
});

void test("story: a wrong config starts nothing, and says all that is wrong at once", async (t) => {
  const { code, said } = await refusal(
    t,
    `listen: 127.0.0.1:99999
sites:
  "*":
    routes:
      - { path: "no slash", proxy: 127.0.0.1:3000 }
      - { path: /a, prxy: 127.0.0.1:3000 }
`,
  );
  assert.equal(code, codes.configInvalid);
  for (const line of [1, 5, 6]) assert.match(said, new RegExp(`foregate\\.yaml:${line}:\\d+`));
  assert.match(said, /did you mean `?proxy/);
  assert.doesNotMatch(said, /ready in|at .*\.ts:/);
});

void test("story: a config that is not there is a wrong config", async () => {
  const words = [join(root, "src/main.ts"), "run", "-c", "/nowhere/foregate.yaml"];
  const { code, out, err } = await run(process.execPath, words);
  assert.equal(code, codes.configInvalid);
  assert.equal(out, "");
  assert.match(err, /\/nowhere\/foregate\.yaml/);
  assert.doesNotMatch(err, /at .*\.ts:/);
});

/** What makes a program one without privileges; a sentence where that is not to be had. */
async function unprivileged(): Promise<readonly string[] | string> {
  if (unprivilegedPortStart() <= 80) return "every port is for everybody on this machine";
  if (process.getuid?.() !== 0) return [process.execPath];
  const setpriv = findProgram("setpriv");
  if (setpriv === undefined) return "setpriv (util-linux) is not installed";
  const flags = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
  // Whoever has this repository in root's own folder keeps nobody from it.
  const words = [...flags, process.execPath, join(root, "src/main.ts"), "version"];
  const { code } = await run(setpriv, words);
  return code === 0 ? [setpriv, ...flags, process.execPath] : "nobody may read this repository";
}

/** Containers may have set it to 0. */
function unprivilegedPortStart(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    return 1024;
  }
}
