/**
 * Threat 130, no file descriptors left: connections that were accepted are served, the others are
 * refused at once, the operator is told once, and afterwards all is as before.
 */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { NetTransport } from "../../src/transport/net-transport.ts";
import { ToyServer } from "./toy-server.ts";

/** Leaves room for 24 clients: the runtime's own files, and two for each client. */
const openFilesMax = 80;
const clientsCount = 100;

const request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
const server = new ToyServer({
  onRequest: (_request, connection) =>
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
});
const lines: string[] = [];
let child: ChildProcess | undefined;

after(() => {
  child?.kill();
  server.close();
});

void test("threat 130: open files: a flood of clients", async () => {
  const port = await startChild(await server.listen(new NetTransport()));
  for (let round = 0; round < 2; round++) {
    lines.length = 0;
    const clients = Array.from({ length: clientsCount }, () => new Visitor(port));
    await until(() => clients.filter(({ isClosed }) => isClosed).length > clientsCount / 2);
    for (const client of clients) client.ask();
    await until(() => clients.every(({ answer, isClosed }) => answer !== "" || isClosed));
    const served = clients.filter(({ answer }) => answer !== "");
    assert.ok(served.length > 10, `${served.length} are served`);
    for (const { answer } of served) assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines.join("\n"), /^trouble: cannot accept a connection: .*ulimit/);

    for (const client of clients) client.leave();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = new Visitor(port);
    late.ask();
    await until(() => late.answer !== "");
    assert.match(late.answer, /^HTTP\/1\.1 200 /);
    late.leave();
  }
});

class Visitor {
  answer = "";
  isClosed = false;
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (bytes: Buffer) => (this.answer += bytes.toString("latin1")));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => (this.isClosed = true));
  }

  ask(): void {
    if (!this.isClosed) this.#socket.write(request);
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** Resolves with the port that it listens on. */
async function startChild(upstreamPort: number): Promise<number> {
  const program = fileURLToPath(new URL("open-files-worker.ts", import.meta.url));
  const command = `ulimit -n ${openFilesMax} && exec "$0" "$@"`;
  const args = ["-c", command, process.execPath, program, String(upstreamPort)];
  child = spawn("/bin/sh", args, { stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(child.stdout !== null);
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  await until(() => lines.length > 0);
  return Number(lines[0]?.slice("port: ".length));
}

async function until(isThere: () => boolean): Promise<void> {
  for (let waits = 0; !isThere(); waits++) {
    assert.ok(waits < 1_000, "it never happens");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
