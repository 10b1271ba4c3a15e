/**
 * Bugs of ours: an exception in the middle of an exchange, or in a callback of a connection. It
 * ends that one and no other, is counted and told, and leaves nothing behind.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { routeBuffering } from "../../src/buffering/options.ts";
import type { RoutePlan } from "../../src/exchange/plan.ts";
import type { FieldRules } from "../../src/rewriting/options.ts";
import { createRouter } from "../../src/routing/router.ts";
import { upstreamTimeouts } from "../../src/upstream/options.ts";
import { endStages, Stage } from "./stage.ts";
import { StrayErrors } from "./stray-errors.ts";
import type { ServerScript } from "./toy-server.ts";

const server: ServerScript = {
  onRequest: (_request, connection) =>
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
};
const ok = { status: 200, body: Buffer.from("ok") };
const good = "GET /good HTTP/1.1\r\nHost: test\r\n\r\n";
const bad = "GET /bad HTTP/1.1\r\nHost: test\r\n\r\n";

/** No config can hold it: a rule that throws when it is applied. */
const throwing = [{ kind: "set", name: "not a token", value: ["x"] }] as const;

const stray = new StrayErrors();
after(async () => {
  await endStages();
  stray.assertNone();
});

interface Case {
  readonly name: string;
  readonly rules: FieldRules;
}

const cases: readonly Case[] = [
  { name: "in a rule for requests", rules: { request: throwing, response: [] } },
  { name: "in a rule for responses", rules: { request: [], response: throwing } },
];

for (const { name, rules } of cases) {
  void test(`exceptions: ${name}: one exchange ends, and no other`, async () => {
    const stage = await Stage.open(server, { router: routerWith(rules) });
    const other = await stage.connect();
    other.send(good);
    assert.equal(await other.answer(ok), "whole");

    const client = await stage.connect();
    client.send(bad);
    assert.equal(await client.answer(ok), "refused");
    await stage.quiet();
    assert.equal(stage.worker.counters.guardedExceptions, 1);
    assert.equal(stage.troubles.splice(0).length, 1);

    other.send(good);
    assert.equal(await other.answer(ok), "whole");
    if (client.isUsable) {
      client.send(good);
      assert.equal(await client.answer(ok), "whole");
    }
    await stage.pass(10_000);
    assert.equal(stage.worker.upstreamConnectionCount(), 0, "idle ones are gone by now");
    client.close();
    other.close();
    assert.deepEqual(await stage.close(), []);
  });
}

void test("exceptions: in a callback of a client's connection: the others go on", async () => {
  const stage = await Stage.open(server);
  const other = await stage.connect();
  const client = await stage.connect();
  await stage.quiet();
  for (const end of stage.transport.open) {
    // The newest connection of the door: its end is the last that was opened.
    if (end === [...stage.transport.open].at(-1)) {
      end.receiver.onRead = () => {
        throw new Error("a bug in a driver");
      };
    }
  }
  client.send(good);
  assert.equal(await client.answer(ok), "broken");
  assert.equal(client.ending, "reset");
  assert.equal(stage.worker.counters.guardedExceptions, 1);
  stage.troubles.length = 0;
  other.send(good);
  assert.equal(await other.answer(ok), "whole");
  other.close();
  assert.deepEqual(await stage.close(), []);
});

function routerWith(fieldRules: FieldRules): ReturnType<typeof createRouter<RoutePlan>> {
  const everything = { path: undefined, host: undefined, methods: [], fields: [], query: [] };
  const route: RoutePlan = {
    name: "all",
    row: 0,
    action: { type: "proxy", pool: 0, timeouts: upstreamTimeouts, upgrades: [] },
    bodyBytesMax: 0,
    buffering: routeBuffering,
    bandwidth: undefined,
    mapping: undefined,
    access: undefined,
    maintenance: undefined,
    errorPages: undefined,
    fieldRules: undefined,
    hooks: undefined,
  };
  return createRouter([
    {
      host: "*",
      routes: [
        { match: everything, route },
        { match: { ...everything, path: "/bad" }, route: { ...route, fieldRules } },
      ],
    },
  ]);
}
