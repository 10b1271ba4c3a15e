/**
 * Workers that do not listen themselves: main accepts for them, as it does where threads cannot
 * share a port.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";

import { startFreshLoad } from "../stories/load-client.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startTestedCrew } from "./a-crew.ts";

const isBun = process.versions["bun"] !== undefined;
const skip = isBun ? "Bun moves no connections to workers" : false;

const sharesPorts = false;

const config = `
listen: "127.0.0.1:0"
logs: { access: off }
sites: { "*": { respond: "hello" } }
`;

const ending = (upstream: number): string => `
export default {
  listen: "127.0.0.1:0",
  logs: { access: "off" },
  sites: {
    "*": {
      proxy: "127.0.0.1:${upstream}",
      hooks: {
        request(from) {
          if (from.path === "/end") setTimeout(() => { throw new Error("out of every guard"); });
        },
      },
    },
  },
};
`;

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

void test("each worker has its share of connections", { skip }, async (t) => {
  const { workers, port } = await startTestedCrew(t, config, { sharesPorts });
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectClient(port)));
  t.after(() => clients.forEach((client) => client.close()));
  for (const client of clients) client.say(request("/"));
  await Promise.all(clients.map((client) => client.expect("hello")));
  assert.deepEqual(
    workers().map(({ connections }) => connections),
    [10, 10],
  );
});

void test("who comes while no worker is there waits for the next one", { skip }, async (t) => {
  const upstream = createHttpServer((_, response) => response.end("hello"));
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  t.after(() => void upstream.close());
  const text = ending((upstream.address() as AddressInfo).port);
  const tested = await startTestedCrew(t, text, { sharesPorts, count: 1 });
  const { port, crew } = tested;
  const last = await connectClient(port);
  t.after(() => last.close());
  last.say(request("/end"));
  await last.expectGone();
  await tested.serving(0);
  const client = await connectClient(port);
  t.after(() => client.close());
  client.say(request("/"));
  await client.expect("hello");
  assert.equal(crew.restarts, 1);
});

void test(
  "workers are replaced and plans put in force, and nobody notices",
  { skip },
  async (t) => {
    const tested = await startTestedCrew(t, config, { sharesPorts });
    const { crew, port } = tested;
    const load = startFreshLoad(port, "/", 16);
    for (let round = 0; round < 3; round++) {
      await crew.renewAll();
      await tested.reload(config.replace("hello", `round ${round}`));
    }
    const { wholeCount, troubles } = await load.stop();
    assert.deepEqual(troubles, []);
    assert.ok(wholeCount > 100, `${wholeCount} answers`);
  },
);

void test("a port that is taken changes nothing", { skip }, async (t) => {
  const tested = await startTestedCrew(t, config, { sharesPorts });
  const { crew, port } = tested;
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => void taken.close());
  await once(taken, "listening");
  const { port: other } = taken.address() as AddressInfo;
  const both = config.replace('"127.0.0.1:0"', `[ "127.0.0.1:0", "127.0.0.1:${other}" ]`);
  await assert.rejects(tested.reload(both), { code: "EADDRINUSE", label: `127.0.0.1:${other}` });
  assert.deepEqual(
    crew.listeners.map((listener) => listener.port),
    [port],
  );
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "hello");
});
