/**
 * Foregate with two workers that are replaced again and again, and reloads besides, under load of
 * two kinds, with a WebSocket and a download that go on all the time. A program of its own, since
 * it runs in a network namespace; it prints what became of it, as JSON.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pause, until } from "../support/within.ts";
import { ForegateProgram } from "./foregate-program.ts";
import { startFreshLoad, startLoad } from "./load-client.ts";

export interface Renewed {
  readonly kept: readonly { wholeCount: number; cutCount: number; refusedCount: number }[];
  readonly fresh: { readonly wholeCount: number; readonly troubles: readonly string[] };
  /** Words that came back through the tunnel. */
  readonly echoes: number;
  readonly downloadedBytes: number;
  readonly said: string;
}

const renewals = 3;
const downloadBytes = 1024 ** 3;
const piece = Buffer.alloc(1024 ** 2, "x");

const upstream = createServer((request, response) => {
  if (request.url !== "/big") return response.end("a".repeat(20_000));
  response.setHeader("Content-Length", downloadBytes);
  let left = downloadBytes / piece.length;
  const push = (): void => {
    while (left > 0) {
      left -= 1;
      if (left === 0) response.end(piece);
      else if (!response.write(piece)) return;
    }
  };
  response.on("drain", push);
  push();
});
upstream.on("upgrade", (_: IncomingMessage, socket: Socket) => {
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
  );
  socket.pipe(socket);
});
await new Promise<void>((resolve) => void upstream.listen(0, "127.0.0.1", resolve));
const { port } = upstream.address() as AddressInfo;

const folder = mkdtempSync(join(tmpdir(), "foregate-renewing-"));
const file = join(folder, "foregate.yaml");
const write = (count: number): void =>
  writeFileSync(
    file,
    `listen: "127.0.0.1:0"
workers: 2
logs: { access: off }
timeouts: { drain: 2m }
sites:
  "*": "127.0.0.1:${port}"
  "site-${count}.test": { respond: "${count}" }
`,
  );
write(0);
const foregate = new ForegateProgram(file);
await foregate.ready();
const download = startDownload(foregate.port);
const tunnel = startTunnel(foregate.port);
const fresh = startFreshLoad(foregate.port, "/page", 16);
const kept = [];
for (let round = 1; round <= renewals; round++) {
  const load = startLoad(foregate.port, "/page", 64);
  await load.warm(200);
  write(round);
  foregate.signal("SIGHUP");
  await said(/ reloaded /g, round);
  await tunnel.echo();
  foregate.signal("SIGUSR2");
  await said(/every worker was replaced/g, round);
  await tunnel.echo();
  kept.push(await load.ended);
}
const ofFresh = await fresh.stop();
const downloadedBytes = await download.finish();
foregate.signal("SIGTERM");
await tunnel.echo();
tunnel.end();
await foregate.ended;
upstream.close();
rmSync(folder, { recursive: true });
const { echoes } = tunnel;
const renewed: Renewed = { kept, fresh: ofFresh, echoes, downloadedBytes, said: foregate.said };
console.log(JSON.stringify(renewed));
process.exit();

async function said(pattern: RegExp, count: number): Promise<void> {
  const isSaid = (): boolean => (foregate.said.match(pattern)?.length ?? 0) >= count;
  await until(isSaid, `it says ${pattern} ${count} times`, () => foregate.said);
}

/** Takes little until it is told to finish. */
function startDownload(to: number): { finish(): Promise<number> } {
  const socket = connect(to, "127.0.0.1");
  let bytes = 0;
  let isSlow = true;
  socket.write("GET /big HTTP/1.1\r\nHost: story.test\r\nConnection: close\r\n\r\n");
  socket.on("data", (data: Buffer) => {
    bytes += data.length;
    if (!isSlow) return;
    socket.pause();
    setTimeout(() => socket.resume(), 5);
  });
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined);
  return {
    async finish() {
      isSlow = false;
      await ended;
      return bytes;
    },
  };
}

function startTunnel(to: number): { echoes: number; echo(): Promise<void>; end(): void } {
  const socket = connect(to, "127.0.0.1");
  let heard = "";
  socket.on("data", (data: Buffer) => (heard += data.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(
    "GET /ws HTTP/1.1\r\nHost: story.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  return {
    echoes: 0,
    async echo() {
      const word = `<word ${this.echoes}>`;
      socket.write(word);
      await until(
        () => heard.includes(word),
        "the tunnel answers",
        () => heard.slice(-200),
      );
      this.echoes += 1;
      await pause(1);
    },
    end: () => socket.end(),
  };
}
