/**
 * Sockets that whoever starts the program has opened for it: they outlive every worker, and the
 * program as well.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { test, type TestContext } from "node:test";

import { pause, until, within } from "../support/within.ts";
import { ForegateProgram, writeConfig } from "./foregate-program.ts";
import { closed, listening } from "./listening.ts";
import { startFreshLoad, startLoad } from "./load-client.ts";

const isBun = process.versions["bun"] !== undefined;
const skip = isBun ? "Bun moves no connections to workers" : false;

const config = (listen: string): string => `
listen: ${listen}
workers: 2
logs: { access: off }
sites: { "*": { respond: "hello" } }
`;

/** Its process is the one that the sockets are for, and only it knows its own number. */
const named = (names: string): readonly string[] => [
  "env",
  `LISTEN_FDS=${names.split(":").length}`,
  `LISTEN_FDNAMES=${names}`,
  "sh",
  "-c",
  'LISTEN_PID=$$ exec "$@"',
  "sh",
  process.execPath,
];

interface Started {
  readonly foregate: ForegateProgram;
  /** Where the sockets are, in their order. */
  readonly ports: readonly number[];
}

/** This process does not accept there: it has opened them for Foregate, and closes its own. */
async function startPassed(
  t: TestContext,
  listen: string,
  { count = 1, command }: { count?: number; command?: readonly string[] } = {},
): Promise<Started> {
  const opened = await Promise.all(
    Array.from({ length: count }, () => listening(t, createServer())),
  );
  const passed = opened.map(({ server }) => fdOf(server));
  const options = command === undefined ? { passed } : { passed, command };
  const foregate = new ForegateProgram(writeConfig(t, config(listen)), options);
  t.after(() => foregate.stop());
  for (const { server } of opened) server.close();
  return { foregate, ports: opened.map(({ port }) => port) };
}

interface ServerWithHandle extends Server {
  readonly _handle?: { readonly fd: number };
}

function fdOf(server: ServerWithHandle): number {
  const { _handle: handle } = server;
  assert.ok(handle !== undefined);
  return handle.fd;
}

async function textAt(port: number): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${port}/`)).text();
}

void test(
  "story: workers serve at a socket that was passed, and are replaced",
  { skip },
  async (t) => {
    const { foregate, ports } = await startPassed(t, "fd:3");
    await foregate.ready();
    const [port = 0] = ports;
    assert.equal(foregate.port, port);
    const fresh = startFreshLoad(port, "/", 16);
    for (let round = 1; round <= 3; round++) {
      const kept = startLoad(port, "/", 32);
      await kept.warm(500);
      foregate.signal("SIGUSR2");
      const isReplaced = (): boolean =>
        (foregate.said.match(/every worker was replaced/g)?.length ?? 0) === round;
      await until(isReplaced, "workers are replaced", () => foregate.said);
      const { cutCount, refusedCount } = await within(kept.ended, "all are told to come again");
      assert.deepEqual([cutCount, refusedCount], [0, 0]);
    }
    const { wholeCount, troubles } = await fresh.stop();
    assert.deepEqual(troubles, []);
    t.diagnostic(`${wholeCount} answers on connections of their own`);
    foregate.signal("SIGTERM");
    assert.deepEqual(await within(foregate.ended, "it ends"), { code: 0, signal: null });
    assert.doesNotMatch(foregate.said, /error|bug/);
  },
);

void test(
  "story: whoever comes while the program is started anew waits for it",
  { skip },
  async (t) => {
    const twice = ["sh", "-c", '"$@"; echo again >&2; "$@"', "sh", process.execPath];
    const { foregate, ports } = await startPassed(t, "fd:3", { command: twice });
    await foregate.ready();
    const [port = 0] = ports;
    const fresh = startFreshLoad(port, "/", 8);
    await pause(100);
    process.kill(childOf(foregate.pid), "SIGTERM");
    const isAnew = (): boolean => /again[^]*ready in/.test(foregate.said);
    await until(isAnew, "it is started anew", () => foregate.said);
    await pause(100);
    const { wholeCount, troubles } = await fresh.stop();
    assert.deepEqual(troubles, []);
    t.diagnostic(`${wholeCount} answers`);
    process.kill(childOf(foregate.pid), "SIGTERM");
    await within(foregate.ended, "it ends");
  },
);

void test("story: sockets are found by the names that systemd gives them", { skip }, async (t) => {
  const { foregate, ports } = await startPassed(t, "[ fd:other, fd:web ]", {
    count: 2,
    command: named("web:other"),
  });
  await foregate.ready();
  assert.equal(foregate.port, ports[1]);
  assert.deepEqual(await Promise.all(ports.map(textAt)), ["hello", "hello"]);
});

void test(
  "story: a socket that was not passed is named, and so is what to do",
  { skip },
  async (t) => {
    const refused: readonly [string, readonly string[] | undefined, RegExp][] = [
      [
        "fd:4",
        undefined,
        /\[FG2107\]: the program was started without a socket as file descriptor 4/,
      ],
      [
        "fd:web",
        undefined,
        /\[FG2107\]: the program was started without sockets: LISTEN_PID is not/,
      ],
      ["fd:web", named("shop"), /\[FG2107\]: sockets were passed with other names: shop/],
    ];
    for (const [listen, command, said] of refused) {
      const { foregate } = await startPassed(t, listen, command === undefined ? {} : { command });
      const { code } = await within(foregate.ended, "it ends", () => foregate.said);
      assert.equal(code, 5);
      assert.match(foregate.said, said);
      assert.match(foregate.said, /= fix: +(?:start it by|FileDescriptorName=)/);
    }
  },
);

void test("story: a reload takes a passed socket in, and leaves it", { skip }, async (t) => {
  const { foregate, ports } = await startPassed(t, "fd:3", { count: 2 });
  await foregate.ready();
  const reload = async (listen: string, isSaid: RegExp): Promise<void> => {
    writeFileSync(foregate.configFile, config(listen));
    foregate.signal("SIGHUP");
    await until(
      () => isSaid.test(foregate.said),
      `it says ${isSaid}`,
      () => foregate.said,
    );
  };
  await reload("[ fd:3, fd:4 ]", /reloaded/);
  assert.deepEqual(await Promise.all(ports.map(textAt)), ["hello", "hello"]);
  await reload("[ fd:4, fd:9 ]", /without a socket as file descriptor 9/);
  assert.deepEqual(await Promise.all(ports.map(textAt)), ["hello", "hello"]);
  await reload("fd:4", /reloaded[^]*reloaded/);
  await assert.rejects(textAt(ports[0] ?? 0), /fetch failed/);
  assert.equal(await textAt(ports[1] ?? 0), "hello");
});

void test("story: Bun says that it cannot", { skip: !isBun }, async (t) => {
  const foregate = new ForegateProgram(writeConfig(t, config("fd:3")));
  t.after(() => foregate.stop());
  const { code } = await within(foregate.ended, "it ends", () => foregate.said);
  assert.equal(code, 5);
  assert.match(foregate.said, /\[FG2107\]: Bun moves no connections to workers/);
});

const activate = "systemd-socket-activate";
const isThere = spawnSync(activate, ["--version"]).status === 0;
const skipActivate = isThere ? skip : `there is no ${activate} here`;

void test("systemd: its own tool starts it with a socket", { skip: skipActivate }, async (t) => {
  const { server, port } = await listening(t, createServer());
  await closed(server);
  const address = ["-l", `127.0.0.1:${port}`, "--fdname=web", "-E", "FOREGATE_LOG_FORMAT=pretty"];
  const command = [activate, ...address, process.execPath];
  const foregate = new ForegateProgram(writeConfig(t, config("fd:web")), { command });
  t.after(() => foregate.stop());
  await until(
    () => foregate.said.includes("Listening on"),
    "it listens",
    () => foregate.said,
  );
  // The first one to come starts the program, and waits for it.
  assert.equal(await textAt(port), "hello");
  foregate.signal("SIGTERM");
  assert.deepEqual(await within(foregate.ended, "it ends"), { code: 0, signal: null });
});

const childOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
