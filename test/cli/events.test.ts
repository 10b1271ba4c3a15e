/** What a running program tells, and how: on a pipe, in a file, at which level. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { connectClient } from "../support/scripted-client.ts";
import { untilConnected } from "../support/until-connected.ts";
import { pause, until } from "../support/within.ts";
import { foregate, Foregate } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-events-"));
after(() => rmSync(folder, { recursive: true }));

type Told = Readonly<Record<string, unknown>>;

const toldIn = (text: string): readonly Told[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told);

/** Nobody listens on port 1. */
const config = (logs = "", upstream = "127.0.0.1:1"): string => `
listen: "127.0.0.1:0"
logs: { access: off, ${logs} }
pools: { spare: { to: ":2" } }
sites: { "*": "${upstream}" }
`;

interface Run {
  readonly logs?: string;
  readonly upstream?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `""`: what the program does by itself, which on a pipe is JSON. */
const byItself = { FOREGATE_LOG_FORMAT: "" };

async function running(
  { logs, upstream, environment = byItself }: Run,
  act: (program: Foregate) => Promise<void>,
): Promise<void> {
  const input = config(logs, upstream);
  const program = new Foregate(["run", "-c", "-"], { folder, environment, input });
  try {
    await act(program);
  } finally {
    await program.kill();
  }
}

function statusOf(port: string | undefined): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`http://127.0.0.1:${port}/`, { agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    }).on("error", reject);
  });
}

for (const format of ["json", "logfmt", "pretty"]) {
  void test(`events: what a secret placeholder stands for is not told, as ${format}`, async () => {
    const environment = { FOREGATE_LOG_FORMAT: format, API_TOKEN: "hunter2" };
    const upstream = "http://${API_TOKEN}.invalid:80";
    await running({ upstream, environment }, async (program) => {
      const [, port] = await program.says(/127\.0\.0\.1:([1-9]\d*)/);
      assert.equal(await statusOf(port), 502);
      await program.says(/\$\{API_TOKEN\}\.invalid:80 is unreachable/);
      assert.doesNotMatch(program.stderr, /hunter/);
    });
  });
}

void test("events: on a pipe each is an object in a line, and nothing else is there", async () => {
  await running({}, async (program) => {
    const [, port] = await program.says(/"listeners":\["127\.0\.0\.1:(\d+)"\]/);
    for (let at = 0; at < 3; at++) assert.equal(await statusOf(port), 502);
    await program.says(/is unreachable/);
    program.signal("SIGUSR1");
    await program.says(/opened anew/);
    await pause(50);
    program.signal("SIGTERM");
    const { code, stderr } = await program.outcome();
    assert.equal(code, 0);
    const told = toldIn(stderr);
    assert.deepEqual(
      told.map(({ level, message }) => `${String(level)} ${String(message)}`),
      [
        'warn pool "spare": no route sends to it',
        "info ready",
        "warn upstream 127.0.0.1:1 is unreachable: connect ECONNREFUSED 127.0.0.1:1",
        "info log files were opened anew",
        "info stopping",
        "info stopped",
      ],
    );
    const [warning, ready, unreachable, , stopping] = told;
    assert.deepEqual([warning?.["code"], warning?.["line"]], ["FG1205", 4]);
    assert.deepEqual([ready?.["config"], ready?.["sites"]], ["<stdin>", 1]);
    assert.deepEqual(unreachable?.["code"], "connect-refused");
    assert.deepEqual([stopping?.["signal"], stopping?.["in_flight"]], ["SIGTERM", 0]);
  });
});

void test("events: in a file, which is opened anew; standard error is for people", async () => {
  const file = join(folder, "events.log");
  const environment = { FOREGATE_LOG_FORMAT: "", FOREGATE_LOG_LEVEL: "" };
  await running({ logs: "events: { file: events.log }", environment }, async (program) => {
    const [, port] = await program.says(/➜ {2}http:\/\/127\.0\.0\.1:(\d+)/);
    await until(() => existsSync(file) && readFileSync(file, "utf8").includes("ready"), "ready");
    renameSync(file, `${file}.1`);
    program.signal("SIGUSR1");
    await until(() => existsSync(file), "a new file");
    await statusOf(port);
    await pause(50);
    program.signal("SIGTERM");
    const { stderr } = await program.outcome();
    assert.match(stderr, /1 warning\n\n {2}foregate .* ready in [^]*127\.0\.0\.1:1\n\n$/);
    const messages = (path: string): unknown[] =>
      toldIn(readFileSync(path, "utf8")).map(({ message }) => message);
    assert.deepEqual(messages(`${file}.1`), ["ready"]);
    const [anew, unreachable, ...others] = messages(file);
    assert.match(String(anew), /opened anew/);
    assert.match(String(unreachable), /unreachable/);
    assert.deepEqual(others, ["stopping", "stopped"]);
  });
});

const levels = [
  { name: "the config's", logs: "level: warn", environment: byItself, want: ["warn", "warn"] },
  {
    name: "the environment's, which is nearer",
    logs: "level: trace",
    environment: { ...byItself, FOREGATE_LOG_LEVEL: "warn" },
    want: ["warn", "warn"],
  },
  {
    name: "nothing is bad enough",
    logs: "level: info",
    environment: { ...byItself, FOREGATE_LOG_LEVEL: "error" },
    want: [],
  },
];

for (const { name, logs, environment, want } of levels) {
  void test(`events: which level: ${name}`, async () => {
    const socket = join(folder, `${want.length}${logs.length}.sock`);
    const input = config(logs).replace("127.0.0.1:0", `unix:${socket}`);
    const program = new Foregate(["run", "-c", "-"], { folder, environment, input });
    try {
      await untilConnected(socket);
      // It has handlers for signals when it is ready, which at this level it does not say.
      await new Promise<void>((resolve, reject) => {
        get({ socketPath: socket, agent: false }, (response) => {
          response.resume().on("end", resolve);
        }).on("error", reject);
      });
      await pause(50);
      program.signal("SIGTERM");
      const { code, stderr } = await program.outcome();
      assert.equal(code, 0);
      assert.deepEqual(
        toldIn(stderr).map(({ level }) => level),
        want,
      );
    } finally {
      await program.kill();
    }
  });
}

void test("events: an address that cannot be had is an event, where programs read", async () => {
  const input = config().replace("127.0.0.1:0", "192.0.2.1:8080");
  const environment = byItself;
  const { code, stderr } = await foregate(["run", "-c", "-"], { environment, input });
  assert.equal(code, 5);
  const [, trouble, ...others] = toldIn(stderr);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [trouble?.["level"], trouble?.["code"], trouble?.["listener"]],
    ["error", "FG2103", "192.0.2.1:8080"],
  );
});

/** What makes either runtime load this before the program. */
function loadedFirst(name: string, code: string): Readonly<Record<string, string>> {
  const file = join(folder, name);
  writeFileSync(file, code);
  return { ...byItself, NODE_OPTIONS: `--import ${file}`, BUN_OPTIONS: `--preload=${file}` };
}

/** Something in the program forgets a promise, at a signal. */
const forgetful = `process.on("SIGUSR2", () => void Promise.reject(new Error("stray")))`;

void test("events: a promise that nobody handles is told, and ends nothing", async () => {
  const environment = loadedFirst("forgetful.mjs", forgetful);
  await running({ environment }, async (program) => {
    const [, port] = await program.says(/"listeners":\["127\.0\.0\.1:(\d+)"\]/);
    program.signal("SIGUSR2");
    await program.says(/nobody handled/);
    assert.equal(await statusOf(port), 502);
    await pause(50);
    program.signal("SIGTERM");
    const { code, stderr } = await program.outcome();
    assert.equal(code, 0);
    const told = toldIn(stderr).find(({ level }) => level === "error");
    assert.match(
      JSON.stringify(told?.["error"]),
      /"type":"Error","message":"stray","stack":".*at /,
    );
  });
});

/** Something in the program throws where nobody catches it, at a signal. */
const thrower = `process.on("SIGUSR2", () => { throw new TypeError("stray\\nthing") })`;

void test("events: an exception that nobody catches is the last event, and the end", async () => {
  const environment = loadedFirst("thrower.mjs", thrower);
  for (const logs of ["", "events: { file: bug.log, format: json }"]) {
    await running({ logs, environment }, async (program) => {
      await program.says(/"ready"|ready in/);
      program.signal("SIGUSR2");
      const { code, stderr } = await program.outcome();
      assert.equal(code, 1);
      const isInFile = logs !== "";
      if (isInFile) assert.match(stderr, /\nforegate: this is a bug: TypeError: stray\n/);
      const text = isInFile ? readFileSync(join(folder, "bug.log"), "utf8") : stderr;
      const last = toldIn(text).at(-1);
      assert.deepEqual([last?.["level"], last?.["message"]], ["error", "this is a bug"]);
      assert.match(JSON.stringify(last?.["error"]), /TypeError: stray/);
    });
  }
});

void test("events: a reader who is late gets them up to the last one", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("sh", ["-c", 'mkfifo "$0"', pipe]);
  const logs = `events: { file: ${pipe}, format: json }`;
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const filler = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  // Nothing goes into a pipe that is full.
  fill(filler);
  try {
    await running({ logs }, async (program) => {
      const [, port] = await program.says(/➜ {2}http:\/\/127\.0\.0\.1:(\d+)/);
      await pause(50);
      program.signal("SIGTERM");
      await untilClosed(port);
      const text = await readPast("stopped", reader);
      assert.equal((await program.outcome()).code, 0);
      const messages = toldIn(text.replace(/^x*/, "")).map(({ message }) => message);
      assert.deepEqual(messages, ["ready", "stopping", "stopped"]);
    });
  } finally {
    closeSync(filler);
    closeSync(reader);
  }
});

/** Its door is the first thing that a program closes. */
async function untilClosed(port: string | undefined): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    connectClient(Number(port)).then(
      (client) => {
        client.cut();
        return true;
      },
      () => false,
    );
  while (await isOpen());
}

async function readPast(word: string, reader: number): Promise<string> {
  let text = "";
  const piece = Buffer.alloc(65_536);
  await until(
    () => {
      text += piece.toString(
        "latin1",
        0,
        whileThere(() => readSync(reader, piece)),
      );
      return text.includes(word);
    },
    `"${word}" is written`,
    () => text.replace(/^x*/, ""),
  );
  return text;
}

function fill(pipe: number): void {
  const piece = Buffer.alloc(4096, "x");
  while (whileThere(() => writeSync(pipe, piece)) > 0);
}

/** Bytes that went; 0 where it would have to wait. */
function whileThere(act: () => number): number {
  try {
    return act();
  } catch (error) {
    assert.match(String(error), /EAGAIN/);
    return 0;
  }
}

const wrongWords = [
  {
    environment: { FOREGATE_LOG_LEVEL: "loud" },
    want: 'error: FOREGATE_LOG_LEVEL: want error, warn, info, debug, trace; found "loud"\n',
  },
  {
    environment: { FOREGATE_LOG_FORMAT: "clf" },
    want: 'error: FOREGATE_LOG_FORMAT: want json, logfmt, pretty; found "clf"\n',
  },
];

for (const { environment, want } of wrongWords) {
  void test(`events: ${want.trim()}: exit 2`, async () => {
    const words = ["run", "-c", "-"];
    const { code, stderr } = await foregate(words, { environment, input: config() });
    assert.deepEqual([code, stderr], [2, want]);
  });
}

void test("events: what is wrong with a config is a picture, whatever the format", async () => {
  writeFileSync(join(folder, "wrong.yaml"), "sties: {}\n");
  const environment = { FOREGATE_LOG_FORMAT: "json" };
  const { code, stderr } = await foregate(["run", "-c", "wrong.yaml"], { folder, environment });
  assert.equal(code, 3);
  assert.match(stderr, /^error\[FG1004\]: [^]* did you mean `sites`\?/);
});
