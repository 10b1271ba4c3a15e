/** Upstreams are told who their client is before its first byte (PROXY protocol), for real. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { writeNginx } from "../../bench/nginx.ts";
import { freePort } from "../../bench/processes.ts";
import { createProxy } from "../../src/foregate.ts";
import { NetTransport } from "../../src/transport/net-transport.ts";
import type { DialReceiver, DialTarget } from "../../src/transport/channel.ts";
import { findProgram } from "../../tools/debian.ts";
import { listening } from "../stories/listening.ts";
import { headerOf, startAnnouncedUpstream } from "../support/announced-upstream.ts";
import { startProxy, type Proxy, type ProxyOptions } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import { untilListening } from "../support/until-listening.ts";
import { thenAlways } from "../support/within.ts";
import type { WireEnd } from "../support/wire-end.ts";

const get = (target: string, ...fields: readonly string[]): string =>
  ["GET " + target + " HTTP/1.1", "Host: x", ...fields, "", ""].join("\r\n");

async function ask(client: WireEnd, target: string, ...fields: readonly string[]): Promise<void> {
  client.say(get(target, ...fields));
  await client.expect("\r\n\r\nok");
}

interface Parties {
  readonly proxy: Proxy;
  readonly heard: readonly string[];
  readonly connect: () => Promise<WireEnd>;
}

interface Scene extends Omit<ProxyOptions, "config"> {
  readonly config: (to: string) => unknown;
}

async function play(
  { config, ...options }: Scene,
  act: (parties: Parties) => Promise<void>,
): Promise<void> {
  const { upstream, heard } = await startAnnouncedUpstream();
  const clients: WireEnd[] = [];
  await thenAlways(
    async () => {
      const proxy = await startProxy({ ...options, config: config(upstream.address) });
      const connectOne = async (): Promise<WireEnd> => {
        const client = await connectClient(proxy.port);
        clients.push(client);
        return client;
      };
      await thenAlways(
        () => act({ proxy, heard, connect: connectOne }),
        async () => {
          for (const client of clients) client.close();
          await upstream.close();
          await proxy.close();
        },
      );
    },
    () => upstream.close(),
  );
}

const announcing =
  (proxyProtocol: string, more: object = {}) =>
  (to: string): unknown => ({
    trust: ["127.0.0.0/8"],
    sites: { "*": { proxy: { to, proxyProtocol, ...more } } },
  });

for (const version of ["v1", "v2"]) {
  void test(`threat 167: ${version} to upstreams: a connection is one client's`, async () => {
    await play({ config: announcing(version) }, async ({ proxy, heard, connect: next }) => {
      const a = await next();
      const b = await next();
      await ask(a, "/a1");
      await ask(b, "/b1");
      await ask(a, "/a2");
      await ask(b, "/b2");
      const told = ({ port }: WireEnd): string =>
        `${version} 127.0.0.1 ${port} > 127.0.0.1 ${proxy.port}`;
      assert.deepEqual(heard, [
        `1: ${told(a)}, /a1`,
        `2: ${told(b)}, /b1`,
        `1: ${told(a)}, /a2`,
        `2: ${told(b)}, /b2`,
      ]);
      assert.equal(proxy.worker.counters.upstreamReuses, 2);
    });
  });

  void test(`threat 167: ${version} to upstreams: clients behind a trusted peer`, async () => {
    await play({ config: announcing(version) }, async ({ proxy, heard, connect: next }) => {
      const balancer = await next();
      await ask(balancer, "/1", "X-Forwarded-For: 192.0.2.1");
      await ask(balancer, "/2", "X-Forwarded-For: 192.0.2.2");
      await ask(balancer, "/3", "X-Forwarded-For: 6.6.6.6, 192.0.2.1");
      await ask(balancer, "/4", "X-Forwarded-For: 2001:DB8::1");
      await ask(balancer, "/5", "X-Forwarded-For: unknown");
      const here = `127.0.0.1 ${proxy.port}`;
      assert.deepEqual(heard, [
        `1: ${version} 192.0.2.1 0 > ${here}, /1`,
        `2: ${version} 192.0.2.2 0 > ${here}, /2`,
        `1: ${version} 192.0.2.1 0 > ${here}, /3`,
        `3: ${version} 2001:db8::1 0 > :: ${proxy.port}, /4`,
        `4: ${version} 127.0.0.1 ${balancer.port} > ${here}, /5`,
      ]);
    });
  });

  void test(`threat 167: ${version} to upstreams: a client without an address`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "foregate-announced-"));
    const socketPath = join(folder, "door");
    const listeners = [{ label: "test", host: undefined, port: 0, socketPath }];
    await thenAlways(
      () =>
        play({ config: announcing(version), listeners }, async ({ heard }) => {
          const client = await connectClient(socketPath);
          client.say(get("/"));
          await client.expect("\r\n\r\nok");
          client.close();
          assert.deepEqual(heard, [`1: ${version} unknown, /`]);
        }),
      async () => rmSync(folder, { recursive: true }),
    );
  });
}

void test("PROXY protocol in and out: what a balancer says is passed on", async () => {
  const listeners = [
    { label: "test", host: "127.0.0.1", port: 0, socketPath: undefined, proxyProtocol: true },
  ];
  await play({ config: announcing("v2"), listeners }, async ({ heard, connect: next }) => {
    const balancer = await next();
    balancer.say("PROXY TCP6 2001:db8::9 2001:db8::1 4711 443\r\n");
    await ask(balancer, "/");
    assert.deepEqual(heard, ["1: v2 2001:db8::9 4711 > 2001:db8::1 443, /"]);
  });
});

void test("PROXY protocol out: of a full pool the client that waits longest loses", async () => {
  const config = announcing("v1", { keepAlive: { max: 2, idle: "1m" } });
  await play({ config }, async ({ heard, connect: next }) => {
    const clients = [await next(), await next(), await next()];
    for (const client of clients) await ask(client, "/first");
    for (const client of clients.toReversed()) await ask(client, "/again");
    const connections = heard.map((line) => line.slice(0, 1));
    assert.deepEqual(connections, ["1", "2", "3", "3", "2", "4"]);
  });
});

void test("PROXY protocol out: without keep-alive each request begins anew", async () => {
  const config = announcing("v1", { keepAlive: "off" });
  await play({ config }, async ({ heard, connect: next }) => {
    const client = await next();
    await ask(client, "/1");
    await ask(client, "/2");
    assert.deepEqual(
      heard.map((line) => line.slice(0, 1)),
      ["1", "2"],
    );
  });
});

/** Keeps what is written to upstreams, write by write. */
class WrittenTransport extends NetTransport {
  readonly writes: string[] = [];

  override dial(target: DialTarget, receiver: DialReceiver): () => void {
    return super.dial(target, {
      ...receiver,
      onDialFailed: (error) => receiver.onDialFailed(error),
      onDialed: (channel) => {
        const write = channel.writeText.bind(channel);
        channel.writeText = (text) => {
          this.writes.push(text);
          write(text);
        };
        receiver.onDialed(channel);
      },
    });
  }
}

void test("PROXY protocol out: header and request leave in one write", async () => {
  const transport = new WrittenTransport();
  await play({ config: announcing("v2"), transport }, async ({ connect: next }) => {
    const client = await next();
    await ask(client, "/one");
    assert.equal(transport.writes.length, 1);
    const [written = ""] = transport.writes;
    assert.match(written.slice(headerOf(written)?.length), /^GET \/one HTTP\/1\.1\r\n/);
  });
});

void test("PROXY protocol out: a retry begins with it again", async () => {
  const dead = new ScriptedUpstream("dead");
  await dead.listen();
  const alive = await startAnnouncedUpstream((line, connection) => {
    // A kept-alive connection that dies with its second request.
    if (!line.includes("/second") || alive.heard.length !== 2) return okay;
    connection.cut();
    return "";
  });
  const to = [dead.address, alive.upstream.address];
  await dead.close();
  const proxy = await startProxy({
    config: { sites: { "*": { proxy: { to, proxyProtocol: "v1" } } } },
  });
  const client = await connectClient(proxy.port);
  await thenAlways(
    async () => {
      await ask(client, "/first");
      await ask(client, "/second");
      const told = `v1 127.0.0.1 ${client.port} > 127.0.0.1 ${proxy.port}`;
      assert.deepEqual(alive.heard, [
        `1: ${told}, /first`,
        `1: ${told}, /second`,
        `2: ${told}, /second`,
      ]);
    },
    async () => {
      client.close();
      await alive.upstream.close();
      await proxy.close();
    },
  );
});

const okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

void test("PROXY protocol out: a WebSocket's connection begins with it too", async () => {
  const fields = ["Connection: Upgrade", "Upgrade: websocket"];
  const { upstream, heard } = await startAnnouncedUpstream(
    () => `HTTP/1.1 101 Switching Protocols\r\n${fields.join("\r\n")}\r\n\r\nhello`,
  );
  const proxy = await startProxy({ config: announcing("v2")(upstream.address) });
  const client = await connectClient(proxy.port);
  await thenAlways(
    async () => {
      client.say(get("/ws", ...fields));
      await client.expect("hello");
      assert.deepEqual(heard, [`1: v2 127.0.0.1 ${client.port} > 127.0.0.1 ${proxy.port}, /ws`]);
    },
    async () => {
      client.close();
      await upstream.close();
      await proxy.close();
    },
  );
});

void test("PROXY protocol out: guests of another server, and callers in the program", async (t) => {
  const { upstream, heard } = await startAnnouncedUpstream();
  const proxy = createProxy({
    logs: { access: "off" },
    sites: { "*": { proxy: { to: upstream.address, proxyProtocol: "v2" } } },
  });
  const server = createServer((request, response) => proxy.handler(request, response));
  const { port } = await listening(t, server);
  const client = await connectClient(port);
  await thenAlways(
    async () => {
      await ask(client, "/guest");
      assert.equal(await (await proxy.fetch(new Request("http://x/fetch"))).text(), "ok");
      assert.deepEqual(heard, [
        `1: v2 127.0.0.1 ${client.port} > 127.0.0.1 ${port}, /guest`,
        "2: v2 unknown, /fetch",
      ]);
    },
    async () => {
      client.close();
      await proxy.close(0);
      await upstream.close();
    },
  );
});

for (const version of ["v1", "v2"]) {
  void test(`PROXY protocol out: nginx reads ${version}`, async (t) => {
    if (findProgram("nginx") === undefined) return t.skip("nginx is not installed");
    const folder = mkdtempSync(join(tmpdir(), "foregate-announced-"));
    const port = await freePort();
    const said = "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_port ok";
    const { program, args } = writeNginx(
      folder,
      `  access_log off;
  server { listen 127.0.0.1:${port} proxy_protocol; location / { return 200 "${said}"; } }`,
    );
    const nginx = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    const exited = new Promise((resolve) => nginx.once("exit", resolve));
    const proxy = await startProxy({ config: announcing(version)(`127.0.0.1:${port}`) });
    await thenAlways(
      async () => {
        await untilListening(port, "nginx");
        const client = await connectClient(proxy.port);
        for (const _ of ["first", "again"]) {
          client.say(get("/"));
          await client.expect(`\r\n\r\n127.0.0.1 ${client.port} ${proxy.port} ok`);
        }
        client.close();
      },
      async () => {
        await proxy.close();
        nginx.kill();
        await exited;
        rmSync(folder, { recursive: true, force: true });
      },
    );
  });
}
