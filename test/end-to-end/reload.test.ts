/**
 * Another plan while exchanges are in flight: whoever began with the old one ends with it, what
 * comes next goes by the new one, and nothing that stayed the same notices.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { planOf, type PlanChanges } from "../support/plan.ts";
import { startProxy, type Proxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { startScriptedUpstream, type ScriptedUpstream } from "../support/scripted-upstream.ts";
import type { WireEnd } from "../support/wire-end.ts";
import { pause, thenAlways, until } from "../support/within.ts";

interface Parties {
  readonly proxy: Proxy;
  readonly a: ScriptedUpstream;
  readonly b: ScriptedUpstream;
  readonly client: WireEnd;
  readonly reload: (config: unknown, changes?: PlanChanges) => Promise<void>;
}

interface ReloadCase {
  readonly name: string;
  readonly play: (parties: Parties) => Promise<void>;
  /** With a clock that the case moves. */
  readonly scriptsTime?: boolean;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const to = (upstream: ScriptedUpstream): object => ({ sites: { "*": upstream.address } });

/** Asks, and lets the upstream's next connection answer. */
async function exchange(client: WireEnd, upstream: ScriptedUpstream): Promise<WireEnd> {
  client.say(get);
  const connection = await upstream.nextConnection();
  await answer(client, connection);
  return connection;
}

async function answer(client: WireEnd, connection: WireEnd): Promise<void> {
  await connection.expect("\r\n\r\n");
  connection.say(ok);
  await client.expect("\r\n\r\nok");
}

/** What is listened at, for a port that the machine chose. */
const at = (port: number, label = "kept"): NonNullable<PlanChanges["listeners"]> => [
  { label, host: "127.0.0.1", port, socketPath: undefined },
];

const cases: readonly ReloadCase[] = [
  {
    name: "the next request on the same connection goes by the new plan",
    async play({ client, a, b, reload }) {
      await exchange(client, a);
      await reload(to(b));
      await exchange(client, b);
    },
  },
  {
    name: "an exchange in flight ends with the upstream that it began with",
    async play({ client, a, b, reload }) {
      client.say(get);
      const connection = await a.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
      await client.expect("hello");
      await reload(to(b));
      connection.say("world");
      await client.expect("world");
      await exchange(client, b);
    },
  },
  {
    name: "a request whose body is collected goes to the upstream of its plan",
    async play({ client, a, b, reload }) {
      client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
      await pause(20);
      await reload(to(b));
      client.say("def");
      const connection = await a.nextConnection();
      await connection.expect("abcdef");
      connection.say(ok);
      await client.expect("\r\n\r\nok");
    },
  },
  {
    name: "an idle connection to an upstream that stays is used again",
    async play({ client, a, b, reload }) {
      const connection = await exchange(client, a);
      const routes = [{ path: "/b", proxy: b.address }, { proxy: a.address }];
      await reload({ sites: { "*": { routes } } });
      client.say(get);
      await answer(client, connection);
      assert.equal(a.connections.length, 1);
    },
  },
  {
    name: "an upstream that joins a pool leaves the others their connections",
    async play({ client, a, b, reload }) {
      const pool = (...to: readonly string[]): object => ({
        pools: { p: { to, keepAlive: { idle: "10s" } } },
        sites: { "*": "p" },
      });
      await reload(pool(a.address));
      const connection = await exchange(client, a);
      await reload(pool(b.address, a.address));
      client.say(get);
      await answer(client, connection);
      assert.deepEqual([a.connections.length, b.connections.length], [1, 0]);
    },
  },
  {
    name: "connections to an upstream that is gone are closed, when nobody is left who may use it",
    scriptsTime: true,
    async play({ proxy, client, a, b, reload }) {
      const pools = { p: { to: a.address, keepAlive: { idle: "1h" } } };
      await reload({ pools, sites: { "*": "p" } });
      const connection = await exchange(client, a);
      await reload(to(b));
      await proxy.pass(5_000);
      assert.equal(connection.isEnded, false);
      await proxy.pass(6_000);
      await connection.expectGone();
    },
  },
  {
    name: "threat 138: a tunnel lives on through twenty plans",
    async play({ client, a, b, reload }) {
      client.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
      const connection = await a.nextConnection();
      await connection.expect("\r\n\r\n");
      connection.say(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
      );
      await client.expect("\r\n\r\n");
      for (let count = 0; count < 20; count++) {
        await reload(to(count % 2 === 0 ? b : a));
        client.say(`ping ${count}`);
        await connection.expect(`ping ${count}`);
        connection.say(`pong ${count}`);
        await client.expect(`pong ${count}`);
      }
    },
  },
  {
    name: "a listener comes and goes, and the others keep their connections",
    async play({ proxy, client, a, b, reload }) {
      const connection = await exchange(client, a);
      const own = at(0);
      await reload(to(a), { listeners: [...own, ...at(0, "more").map(onOther)] });
      const [, more] = proxy.worker.listeners;
      const other = await connectOther(more?.port ?? 0);
      other.say(get);
      await answer(other, connection);
      await reload(to(b), { listeners: own });
      assert.equal(await other.expectEnd(), "", "it was idle");
      await assert.rejects(connectOther(more?.port ?? 0), /ECONNREFUSED/);
      await exchange(client, b);
      assert.equal(proxy.worker.listeners.length, 1);
    },
  },
  {
    name: "an exchange at a listener that goes comes to its end",
    async play({ proxy, a, reload }) {
      await reload(to(a), { listeners: [...at(0), ...at(0, "more").map(onOther)] });
      const [, more] = proxy.worker.listeners;
      const other = await connectOther(more?.port ?? 0);
      other.say(get);
      const connection = await a.nextConnection();
      await connection.expect("\r\n\r\n");
      await reload(to(a), { listeners: at(0) });
      connection.say(ok);
      await other.expect("Connection: close\r\n\r\nok");
      other.end();
    },
  },
  {
    name: "a listener learns to expect the PROXY protocol, and connections from before do not",
    async play({ proxy, client, a, reload }) {
      const connection = await exchange(client, a);
      const [own] = at(0);
      const listeners = [{ ...own!, proxyProtocol: true }];
      await reload({ ...to(a), trust: ["127.0.0.1"] }, { listeners });
      client.say(get);
      await answer(client, connection);
      const other = await connectClient(proxy.port, "balancer");
      other.say(`PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n${get}`);
      await connection.expect("X-Forwarded-For: 192.0.2.7\r\n");
      await answer(other, connection);
      other.close();
    },
  },
  {
    name: "an address that cannot be had: the plan before stays, and no listener is left behind",
    async play({ proxy, client, a, b, reload }) {
      const nowhere = { label: "nowhere", host: "192.0.2.1", port: 80, socketPath: undefined };
      const listeners = [...at(0), ...at(0, "more").map(onOther), nowhere];
      await assert.rejects(reload(to(b), { listeners }), { code: "EADDRNOTAVAIL" });
      assert.equal(proxy.worker.listeners.length, 1);
      await exchange(client, a);
      assert.equal(b.connections.length, 0);
    },
  },
  {
    name: "a log that cannot be opened: the plan before stays",
    async play({ client, a, b, reload }) {
      const accessLogFile = join("/nowhere", "at", "all", "access.log");
      await assert.rejects(reload(to(b), { accessLogFile }), { code: "ENOENT" });
      await exchange(client, a);
    },
  },
  {
    name: "a program that stops takes no plan any more",
    async play({ proxy, a, b, reload }) {
      const stopping = proxy.worker.stop(0);
      const listeners = [...at(0), ...at(0, "more").map(onOther)];
      await assert.rejects(reload(to(b), { listeners }), /the program stops/);
      await stopping;
      assert.equal(a.connections.length, 0);
    },
  },
  {
    name: "counts go on where routes and upstreams are called the same, and never go back",
    async play({ proxy, client, a, b, reload }) {
      const plan = (...first: readonly object[]): object => ({
        metrics: 9_090,
        sites: { "*": { routes: [...first, { proxy: a.address }] } },
      });
      const counts = (): readonly unknown[] => {
        const { stats, labels } = proxy.worker.observed;
        return labels.routes.map(([, route], row) => [
          route,
          stats?.durations.bucketsOf(row).reduce((sum, count) => sum + count, 0),
        ]);
      };
      await reload(plan());
      const connection = await exchange(client, a);
      const first = { path: "/b", proxy: b.address };
      await reload(plan(first));
      client.say(get);
      await answer(client, connection);
      await until(() => proxy.worker.counters.exchangesEnded === 2, "both are counted");
      assert.deepEqual(counts(), [
        ["", 0],
        ["*", 2],
        ["* /b", 0],
      ]);
      await reload(plan());
      assert.deepEqual(counts(), [
        ["", 0],
        ["*", 2],
        ["* /b", 0],
      ]);
    },
  },
  {
    name: "there is as much room for bodies as the new plan says",
    async play({ proxy, a, reload }) {
      const { memory, store } = proxy.worker.observed.spools;
      await reload({ ...to(a), buffer: { memory: "8MiB", disk: "2MiB" } });
      assert.equal(memory.bytesMax, 8 * 1024 * 1024);
      assert.equal(store?.isUsable, true);
      await reload({ ...to(a), buffer: { memory: "16MiB", disk: false } });
      assert.equal(memory.bytesMax, 16 * 1024 * 1024);
      assert.equal(store?.isUsable, false);
    },
  },
];

/** Another address of this machine: two listeners at port 0 of one are the same. */
const onOther = (one: NonNullable<PlanChanges["listeners"]>[number]): typeof one => ({
  ...one,
  host: "127.0.0.2",
});

const connectOther = (port: number): Promise<WireEnd> => connectClient(port, "other", "127.0.0.2");

for (const { name, play, scriptsTime = false } of cases) {
  void test(`reload: ${name}`, async () => {
    const a = await startScriptedUpstream("a");
    const b = await startScriptedUpstream("b");
    const proxy = await startProxy({ config: to(a), listeners: at(0), scriptsTime });
    const client = await connectClient(proxy.port);
    const reload: Parties["reload"] = (config, changes) =>
      proxy.worker.apply(planOf(config, { listeners: at(0), ...changes }));
    await thenAlways(
      () => play({ proxy, a, b, client, reload }),
      async () => {
        client.close();
        await a.close();
        await b.close();
        await proxy.close();
      },
    );
  });
}
