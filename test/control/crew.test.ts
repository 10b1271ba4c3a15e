/**
 * Workers that come and go: what one of them does to itself costs its own exchanges and nobody
 * else's, another one takes its place, and every count is right again.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import { connectClient } from "../support/scripted-client.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { pause, until } from "../support/within.ts";
import { startTestedCrew, type TestedCrew } from "./a-crew.ts";

const isBun = process.versions["bun"] !== undefined;

/** Answers `/held…` when it is told to, and everything else at once. */
async function holdingUpstream(t: TestContext): Promise<ScriptedUpstream & { letGo(): void }> {
  const held: WireEnd[] = [];
  const upstream = new ScriptedUpstream("upstream", (connection) => {
    connection.watch(() => {
      const heads = connection.rest.split("\r\n\r\n").length - 1;
      if (heads === 0) return;
      void connection.expect("\r\n\r\n").then((head) => {
        if (head.includes(" /held")) held.push(connection);
        else connection.say(answer);
      });
    });
  });
  await upstream.listen();
  t.after(() => upstream.close());
  return Object.assign(upstream, {
    letGo: () => held.splice(0).forEach((connection) => connection.say(answer)),
  });
}

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const hookedConfig = (upstream: string, metrics = ""): string => `
export default {
  listen: "127.0.0.1:0",
  logs: { access: "off" },
  ${metrics}
  sites: {
    "*": {
      proxy: "${upstream}",
      hooks: {
        request(from) {
          if (from.path === "/throw") setTimeout(() => { throw new Error("out of every guard"); });
          if (from.path === "/reject") void Promise.reject(new Error("forgotten"));
          if (from.path === "/loop") for (;;);
          if (from.path === "/fill") {
            // Bit by bit: what takes much at once ends the whole process, and nothing helps.
            for (let kept = {}, at = 0; ; at++) kept = { kept, text: "x".repeat(100) + at };
          }
        },
      },
    },
  },
};
`;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`;

const heldCount = 100;

/** A hundred clients, each on a connection of its own, whose requests are with the upstream. */
async function hold({ crew, port }: TestedCrew): Promise<readonly WireEnd[]> {
  const clients = await Promise.all(
    Array.from({ length: heldCount }, (_, at) => connectClient(port, `client ${at}`)),
  );
  for (const client of clients) client.say(get("/held"));
  await until(() => crew.counters.exchangesInFlight === heldCount, "all are in flight");
  return clients;
}

const deaths = [
  { path: "/throw", says: /^worker \d ended/, error: /out of every guard/ },
  { path: "/loop", says: /^worker \d ended.*: it showed no life for too long$/ },
  // The other runtime knows no limit of a thread's memory.
  ...(isBun ? [] : [{ path: "/fill", says: /^worker \d ended/, error: /memory limit/ }]),
];

for (const { path, says, error } of deaths) {
  // A hook that loops holds the event loop: it is the only code here that may.
  const threat = path === "/loop" ? "threat 128: threat 173:" : "threat 173:";
  void test(`${threat} crew: ${path} ends one worker, and the other serves on`, async (t) => {
    const upstream = await holdingUpstream(t);
    const tested = await startTestedCrew(t, hookedConfig(upstream.address), { heapMbMax: 64 });
    const { crew, port, events } = tested;
    const clients = await hold(tested);
    const bad = await connectClient(port, "the bad one");
    bad.say(get(path));
    await bad.expectGone();
    await until(() => events.some(({ message }) => says.test(message)), "its end is told");
    await until(() => crew.restarts === 1, "another one starts");
    await tested.serving(2);

    const told = events.find(({ message }) => says.test(message));
    assert.equal(told?.level, "error");
    if (error !== undefined) assert.match(String(told?.error?.message), error);
    const isBack = (): boolean =>
      events.some(({ message }) => /^worker \d serves again$/.test(message));
    await until(isBack, "it is told that it serves");
    const left = clients.filter(({ isEnded, isClosed }) => !isEnded && !isClosed);
    assert.ok(left.length > 0 && left.length < heldCount, `${left.length} are left`);
    assert.equal(crew.counters.exchangesInFlight, left.length);
    assert.equal(crew.counters.connectionsActive, left.length);

    upstream.letGo();
    for (const client of left) await client.expect("\r\n\r\nok");
    for (let at = 0; at < 20; at++) {
      const client = await connectClient(port);
      client.say(get("/"));
      await client.expect("\r\n\r\nok");
      client.close();
    }
    for (const client of clients) client.cut();
    await until(() => crew.counters.connectionsActive === 0, "no connection is counted");
    assert.equal(crew.counters.exchangesInFlight, 0);
    assert.equal(tested.view().buffers.memory.bytesUsed, 0);
    assert.equal(crew.restarts, 1);
  });
}

const skip = isBun
  ? "its runner of tests ends a thread for it; the program does not (story)"
  : false;

void test("crew: a promise that a hook forgets ends nothing", { skip }, async (t) => {
  const upstream = await holdingUpstream(t);
  const tested = await startTestedCrew(t, hookedConfig(upstream.address));
  const client = await connectClient(tested.port);
  client.say(get("/reject"));
  await client.expect("\r\n\r\nok");
  const isTold = (): boolean => tested.events.some(({ message }) => /nobody handled/.test(message));
  await until(isTold, "it is told");
  client.say(get("/"));
  await client.expect("\r\n\r\nok");
  assert.equal(tested.crew.counters.guardedExceptions, 1);
  assert.equal(tested.crew.restarts, 0);
});

void test("threat 173: crew: one that ends again and again is waited for longer", async (t) => {
  const upstream = await holdingUpstream(t);
  const tested = await startTestedCrew(t, hookedConfig(upstream.address), { count: 1 });
  for (let count = 1; count <= 3; count++) {
    const client = await connectClient(tested.port);
    client.say(get("/throw"));
    await client.expectGone();
    await until(() => tested.crew.restarts === count, `${count} restarts`);
    await tested.serving(1);
  }
  const waits = tested.events.flatMap(({ fields }) => fields?.["wait_ms"] ?? []);
  assert.deepEqual(waits, [0, 100, 200]);
});

void test("crew: clients are spread over all workers, and counted together", async (t) => {
  const upstream = await holdingUpstream(t);
  const tested = await startTestedCrew(t, hookedConfig(upstream.address, 'metrics: "off",'));
  await hold(tested);
  const shares = tested.workers().map(({ inFlight }) => inFlight);
  assert.equal(shares.length, 2);
  assert.ok(Math.min(...shares) >= heldCount / 5, `each has a share: ${shares.join(" and ")}`);
  assert.equal(shares[0]! + shares[1]!, heldCount);
});

void test("crew: limits are those of all workers together", async (t) => {
  const { crew, port } = await startTestedCrew(
    t,
    'listen: "127.0.0.1:0"\nlimits: { connections: 10 }\nsites: { "*": { respond: "hello" } }\n',
  );
  const clients = await Promise.all(Array.from({ length: 40 }, () => connectClient(port)));
  // Two that look at the same moment may both see room for one.
  const isAbout = (count: number, wanted: number): boolean => Math.abs(count - wanted) <= 1;
  await until(() => isAbout(crew.counters.connectionsRefused, 30), "thirty are refused");
  await pause(50);
  assert.ok(isAbout(crew.counters.connectionsActive, 10), `${crew.counters.connectionsActive}`);
  for (const client of clients) client.close();
});

void test("crew: a plan that one worker cannot have is nobody's", async (t) => {
  const upstream = await holdingUpstream(t);
  const tested = await startTestedCrew(t, hookedConfig(upstream.address));
  // On the second worker's thread, and there alone, there is no such function.
  const text = `
import { threadName } from "node:worker_threads";

const answering = { request: (from, to) => to.respond({ status: 200, body: "new" }) };
const hooks = threadName === "worker 2" ? {} : answering;
export default {
  listen: "127.0.0.1:0",
  logs: { access: "off" },
  sites: { "*": { proxy: "${upstream.address}", hooks } },
};
`;
  await assert.rejects(tested.reload(text), /imported once more .* no function at/);
  for (let at = 0; at < 20; at++) {
    const client = await connectClient(tested.port);
    client.say(get("/"));
    await client.expect("\r\n\r\nok");
    client.close();
  }
  const good = text.replace('threadName === "worker 2" ? {} :', "");
  await tested.reload(good);
  for (let at = 0; at < 20; at++) {
    const client = await connectClient(tested.port);
    client.say(get("/"));
    await client.expect("\r\n\r\nnew");
    client.close();
  }
});

void test("crew: who takes the place of another serves by the plan in force", async (t) => {
  const upstream = await holdingUpstream(t);
  const tested = await startTestedCrew(t, hookedConfig(upstream.address), { count: 1 });
  await tested.reload(
    hookedConfig(upstream.address).replace(
      "request(from) {",
      'request(from, to) { to.fields.set("x-new", "1");',
    ),
  );
  const client = await connectClient(tested.port);
  client.say(get("/throw"));
  await client.expectGone();
  await until(() => tested.crew.restarts === 1, "another one starts");
  await tested.serving(1);
  const other = await connectClient(tested.port);
  other.say(get("/"));
  await other.expect("\r\n\r\nok");
  assert.match(upstream.received, /x-new: 1\r\n/i);
});

void test("crew: counts by route go on over reloads and deaths", async (t) => {
  const upstream = await holdingUpstream(t);
  const config = (routes: string): string =>
    hookedConfig(upstream.address, 'metrics: "127.0.0.1:0",').replace(
      `proxy: "${upstream.address}",`,
      `proxy: "${upstream.address}", ${routes}`,
    );
  const tested = await startTestedCrew(t, config(""));
  const ask = async (path: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      const client = await connectClient(tested.port);
      client.say(get(path));
      await client.expect("\r\n\r\nok");
      client.close();
    }
    await until(() => tested.crew.counters.exchangesInFlight === 0, "all have ended");
  };
  const counts = (): Readonly<Record<string, number>> => {
    const { stats, labels } = tested.view();
    const rows = labels.routes.map(([, route = ""], row): [string, number] => [
      route,
      stats?.durations.bucketsOf(row).reduce((sum, count) => sum + count, 0) ?? 0,
    ]);
    return Object.fromEntries(rows.filter(([, count]) => count > 0));
  };
  await ask("/", 20);
  assert.deepEqual(counts(), { "*": 20 });
  await tested.reload(config(`routes: [{ path: "/b" }, { path: "/c" }],`));
  await ask("/b", 10);
  assert.deepEqual(counts(), { "*": 20, "* /b": 10 });
  const bad = await connectClient(tested.port);
  bad.say(get("/throw"));
  await bad.expectGone();
  await until(() => tested.crew.restarts === 1, "another one starts");
  await tested.serving(2);
  await ask("/c", 10);
  const { "*": any = 0, ...others } = counts();
  assert.deepEqual(others, { "* /b": 10, "* /c": 10 });
  assert.ok(any >= 20);
});

void test("crew: workers are renewed one after the other, at a socket as well", async (t) => {
  const upstream = await holdingUpstream(t);
  const folder = mkdtempSync(join(tmpdir(), "foregate-crew-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, "s.sock");
  const text = hookedConfig(upstream.address).replace(
    'listen: "127.0.0.1:0"',
    `listen: ["127.0.0.1:0", "unix:${socket}"]`,
  );
  const tested = await startTestedCrew(t, text);
  const { crew } = tested;
  const clients = [await connectClient(tested.port), await connectClient(socket)];
  for (const client of clients) client.say(get("/held"));
  await until(() => crew.counters.exchangesInFlight === 2, "both are in flight");
  for (let round = 1; round <= 2; round++) {
    await crew.renewAll();
    // At the port the kernel resets who is in the queue of the one that leaves: see the story.
    const client = await connectClient(socket);
    client.say(get("/"));
    await client.expect("\r\n\r\nok");
    client.close();
    if (round > 1) break;
    assert.equal(crew.workers.filter(({ state }) => state === "leaving").length > 0, true);
    upstream.letGo();
    for (const client of clients) await client.expect("\r\n\r\nok");
    await until(() => crew.workers.length === 2, "those that were replaced have ended");
  }
  assert.equal(crew.restarts, 0);
  await until(() => crew.counters.connectionsActive === 0, "none is counted");
  await crew.stop(0);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(tested.events, []);
});

const respondAt = (listen: string, word: string): string =>
  `listen: "${listen}"\nlogs: { access: off }\nsites: { "*": { respond: ${word} } }\n`;

void test("crew: a port that somebody else has is not shared with it", async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen({ port: 0, reusePort: !isBun }, resolve));
  t.after(() => void taken.close());
  const { port: takenPort } = taken.address() as AddressInfo;
  const tested = await startTestedCrew(t, respondAt("127.0.0.1:0", "one"));
  await assert.rejects(tested.reload(respondAt(`127.0.0.1:${takenPort}`, "two")), {
    code: "EADDRINUSE",
    label: `127.0.0.1:${takenPort}`,
  });
  const client = await connectClient(tested.port);
  client.say(get("/"));
  await client.expect("\r\n\r\none");
  client.close();
});

void test("crew: an address and every address of its port take turns", async (t) => {
  const spare = createServer();
  await new Promise<void>((resolve) => void spare.listen(0, resolve));
  const { port } = spare.address() as AddressInfo;
  await new Promise((resolve) => spare.close(resolve));
  const tested = await startTestedCrew(t, respondAt(`:${port}`, "one"));
  for (const [listen, word] of [
    [`127.0.0.1:${port}`, "two"],
    [`:${port}`, "three"],
  ] as const) {
    await tested.reload(respondAt(listen, word));
    const client = await connectClient(port);
    client.say(get("/"));
    await client.expect(`\r\n\r\n${word}`);
    client.close();
  }
});
