/**
 * Foregate inside a server that is there already: every server gets the same requests, over real
 * sockets, with a real upstream behind.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { WebSocket, WebSocketServer } from "ws";

import { createProxy, type Config, type Proxy } from "../../src/foregate.ts";
import { Pattern } from "../contract/pattern.ts";
import { until, within } from "../support/within.ts";

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

/** An application: says what it got, echoes bodies and WebSockets, streams, breaks off. */
const seen: string[] = [];
let closedEarly = 0;
const upstream = createServer((request, response) => {
  const { method, url = "", headers } = request;
  seen.push(`${method} ${url}`);
  if (url.startsWith("/echo")) {
    response.writeHead(200, { "X-Type": headers["content-type"] ?? "none" });
    request.pipe(response);
  } else if (url.startsWith("/login")) {
    response.writeHead(
      302,
      [
        ["Location", "/home"],
        ["Set-Cookie", "a=1; Path=/"],
        ["Set-Cookie", "b=2; Path=/"],
      ].flat(),
    );
    response.end();
  } else if (url.startsWith("/long")) {
    const pattern = new Pattern(3);
    const go = (): void => {
      while (pattern.position < longBytes) {
        if (!response.write(Buffer.from(pattern.next(50_000)))) {
          response.once("drain", go);
          return;
        }
      }
      response.end();
    };
    go();
  } else if (url.startsWith("/half")) {
    response.writeHead(200, { "Content-Length": 100 });
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  } else if (url.startsWith("/events")) {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("data: 1\n\n");
    response.on("close", () => (closedEarly += 1));
  } else response.end(JSON.stringify({ method, url, headers }));
});
const sockets = new WebSocketServer({ server: upstream });
sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
const longBytes = 20 * 50_000;

const upstreamPort = await listening(upstream);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function proxyToUpstream(logs: Logs = {}): Proxy {
  const proxy = createProxy({
    logs: { access: "off", ...logs },
    sites: {
      "*": {
        routes: [
          { path: "/app/moved", redirect: "/new" },
          { path: "/app/*", strip: "/app", proxy: `127.0.0.1:${upstreamPort}` },
        ],
      },
    },
  });
  closers.push(() => proxy.close(0));
  return proxy;
}

type Logs = NonNullable<Config["logs"]>;

interface Host {
  readonly name: string;
  /** Resolves with its port. */
  start(proxy: Proxy): Promise<number>;
}

const hosts: readonly Host[] = [
  {
    name: "node:http",
    async start(proxy) {
      const own: RequestListener = (_, response) => response.end("the host's own");
      const server = createServer((request, response) =>
        proxy.handler(request, response, () => own(request, response)),
      );
      server.on("upgrade", (request, socket, head) => {
        if (!proxy.upgrade(request, socket, head)) socket.destroy();
      });
      return await listening(server);
    },
  },
  {
    name: "Express",
    async start(proxy) {
      const { default: express } = await import("express");
      const app = express();
      app.use("/app", proxy.handler);
      app.use((_request, response) => void response.end("the host's own"));
      const server = createServer(app);
      server.on("upgrade", proxy.upgrade);
      return await listening(server);
    },
  },
  {
    name: "Vite",
    async start(proxy) {
      const { createServer: createVite } = await import("vite");
      const vite = await createVite({
        configFile: false,
        logLevel: "silent",
        root: import.meta.dirname,
        appType: "custom",
        server: { host: "127.0.0.1", port: 0, strictPort: false, watch: null },
        plugins: [
          {
            name: "foregate",
            configureServer(server) {
              server.middlewares.use(proxy.handler);
              server.middlewares.use((_request, response) => response.end("the host's own"));
              server.httpServer?.on("upgrade", proxy.upgrade);
            },
          },
        ],
      });
      await vite.listen();
      closers.push(() => vite.close());
      const address = vite.httpServer?.address() as AddressInfo | undefined;
      return address?.port ?? 0;
    },
  },
];

for (const host of hosts) {
  const start = async (): Promise<string> => {
    const port = await host.start(proxyToUpstream());
    return `http://127.0.0.1:${port}`;
  };

  void test(`guest of ${host.name}: a page, and what is not ours`, async () => {
    const base = await start();
    const got = (await (await fetch(`${base}/app/page?x=1`)).json()) as {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };
    assert.equal(got.url, "/page?x=1");
    assert.equal(got.headers["x-forwarded-for"], "127.0.0.1");
    assert.equal(got.headers["x-forwarded-prefix"], "/app");
    assert.equal(await (await fetch(`${base}/else`)).text(), "the host's own");
  });

  void test(`guest of ${host.name}: a redirect and two cookies are mapped back`, async () => {
    const base = await start();
    const answer = await fetch(`${base}/app/login`, { redirect: "manual" });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get("location"), "/app/home");
    assert.deepEqual(answer.headers.getSetCookie(), ["a=1; Path=/app", "b=2; Path=/app"]);
  });

  void test(`guest of ${host.name}: bodies both ways, and HEAD`, async () => {
    const base = await start();
    const body = Buffer.alloc(3_000_000, "0123456789");
    const headers = { "content-type": "text/x" };
    const answer = await fetch(`${base}/app/echo`, { method: "POST", body, headers });
    assert.equal(answer.headers.get("x-type"), "text/x");
    assert.equal(hashOf(Buffer.from(await answer.arrayBuffer())), hashOf(body));
    const head = await fetch(`${base}/app/page`, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), "");
  });

  void test(`guest of ${host.name}: a long answer, to one who reads slowly`, async () => {
    const base = await start();
    const pattern = new Pattern(3);
    const answer = await fetch(`${base}/app/long`);
    for await (const piece of answer.body ?? []) {
      pattern.check(Buffer.from(piece));
      if (pattern.position % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(pattern.position, longBytes);
  });

  void test(`guest of ${host.name}: half an answer looks broken`, async () => {
    const base = await start();
    const answer = await fetch(`${base}/app/half`);
    assert.equal(answer.status, 200);
    await assert.rejects(answer.text());
  });

  void test(`guest of ${host.name}: events come at once, and who leaves is seen`, async () => {
    const base = await start();
    const before = closedEarly;
    const abort = new AbortController();
    const answer = await fetch(`${base}/app/events`, { signal: abort.signal });
    const first = await answer.body?.getReader().read();
    assert.equal(Buffer.from(first?.value ?? []).toString(), "data: 1\n\n");
    abort.abort();
    await until(() => closedEarly > before, "the upstream is told");
  });

  void test(`guest of ${host.name}: a WebSocket`, async () => {
    const base = await start();
    const socket = new WebSocket(`${base.replace("http", "ws")}/app/chat`);
    const echoed = new Promise((resolve, reject) => {
      socket.on("open", () => socket.send("hello"));
      socket.on("message", (data: Buffer) => resolve(data.toString()));
      socket.on("error", reject);
    });
    assert.equal(await within(echoed, "the echo comes", () => ""), "hello");
    socket.close();
    await new Promise((resolve) => socket.on("close", resolve));
  });
}

void test("guest: a body that was read before is a 500 at once, and it is told why", async () => {
  const { default: express } = await import("express");
  const log = join(mkdtempSync(join(tmpdir(), "foregate-guest-")), "events.log");
  closers.push(() => rmSync(dirname(log), { recursive: true }));
  const proxy = proxyToUpstream({ events: { file: log, format: "json" } });
  const app = express().use(express.json(), proxy.handler);
  const base = `http://127.0.0.1:${await listening(createServer(app))}`;
  const post = async (body: string | undefined, type = "application/json"): Promise<string> => {
    const headers = { "content-type": type };
    const answer = await fetch(`${base}/app/echo`, {
      method: "POST",
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return `${answer.status} ${await answer.text()}`;
  };
  assert.match(await within(post('{"a":1}'), "an answer comes", () => ""), /^500 /);
  // Nobody needs its body.
  const moved = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  const answer = await fetch(`${base}/app/moved`, { ...moved, redirect: "manual" });
  assert.equal(answer.status, 308);
  // Nobody has read these.
  assert.equal(await within(post("a", "text/x"), "an answer comes", () => ""), "200 a");
  assert.equal(await within(post(undefined), "an answer comes", () => ""), "200 ");
  await proxy.close(0);
  assert.match(
    readFileSync(log, "utf8"),
    /has read the request's body already; put the proxy before/,
  );
});

void test("guest: a body of no bytes whose end was waited for is passed on", async () => {
  const proxy = proxyToUpstream();
  const server = createServer((request, response) => {
    request.resume().on("end", () => setImmediate(() => proxy.handler(request, response)));
  });
  const port = await listening(server);
  const asked =
    "POST /app/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" +
    "Connection: close\r\n\r\n0\r\n\r\n";
  assert.match(await within(say(port, asked), "an answer", () => ""), /^HTTP\/1\.1 200 OK\r\n/);
});

void test("guest: what node:http lets pass is refused as at our own doors", async () => {
  const proxy = proxyToUpstream();
  const server = createServer({ insecureHTTPParser: true }, (request, response) =>
    proxy.handler(request, response),
  );
  const port = await listening(server);
  const before = seen.length;
  const answer = await say(
    port,
    "POST /app/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" +
      "Connection: close\r\n\r\n0\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.equal(seen.length, before);
});

void test("guest: without next, what fits nothing gets a 404", async () => {
  const proxy = proxyToUpstream();
  const port = await listening(createServer(proxy.handler));
  assert.equal((await fetch(`http://127.0.0.1:${port}/else`)).status, 404);
});

void test("guest: an upgrade that fits no route is left to others", async () => {
  const proxy = proxyToUpstream();
  const server = createServer();
  const told: boolean[] = [];
  server.on("upgrade", (request, socket, head) => {
    told.push(proxy.upgrade(request, socket, head));
    socket.end("HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\n\r\n");
  });
  const port = await listening(server);
  const asked =
    "GET /else HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  assert.match(await say(port, asked), /^HTTP\/1\.1 426 /);
  assert.deepEqual(told, [false]);
});

/** All that comes back until the other side ends. */
async function say(port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.setEncoding("latin1").write(text);
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  return answer;
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
