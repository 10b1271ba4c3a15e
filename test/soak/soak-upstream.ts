/**
 * The upstream of a soak: answers of all sizes and framings, and now and then no answer, half of
 * one, or one that comes too early.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** Of a hundred requests, so many are broken off: before the head, in the middle of the body. */
const noAnswerPercent = 1;
const halfAnswerPercent = 2;
const earlyAnswerPercent = 2;

/** Shorter than the proxy keeps its connections, so that some die just when they are wanted. */
const keepAliveMs = 1_500;

const pieceBytes = 64 * 1024;
export const bodyPiece: Buffer = Buffer.alloc(pieceBytes, "0123456789abcdef");

/** `/sized/N`, `/chunked/N`, `/echo` (says how many bytes came), `/tunnel` (an upgrade). */
export async function startSoakUpstream(random: () => number): Promise<Server> {
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    request.on("error", () => {});
    response.on("error", () => {});
    if (isLucky(random, noAnswerPercent)) return void request.socket.destroy();
    if (request.url === "/echo") return echo(request, response, random);
    const [, framing, bytes] = request.url?.split("/") ?? [];
    if (framing === "sized") response.setHeader("Content-Length", Number(bytes));
    const isCut = isLucky(random, halfAnswerPercent);
    sendBody(response, Number(bytes), isCut ? random() * Number(bytes) : Infinity);
  });
  server.on("upgrade", (_request, socket: Duplex) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    if (isLucky(random, halfAnswerPercent)) setTimeout(() => socket.destroy(), 20);
    else socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return address.port;
}

function echo(request: IncomingMessage, response: ServerResponse, random: () => number): void {
  if (isLucky(random, earlyAnswerPercent)) {
    response.writeHead(403, { "Content-Length": 2, Connection: "close" }).end("no");
    request.resume();
    return;
  }
  let bytes = 0;
  request.on("data", (piece: Buffer) => (bytes += piece.length));
  request.on("end", () => response.end(String(bytes)));
}

/** Sends as fast as it is taken, and breaks off at `cutBytes`. */
function sendBody(response: ServerResponse, bytes: number, cutBytes: number): void {
  let sentBytes = 0;
  const go = (): void => {
    while (sentBytes < bytes) {
      if (sentBytes >= cutBytes) return void response.destroy();
      const piece = bodyPiece.subarray(0, Math.min(pieceBytes, bytes - sentBytes));
      sentBytes += piece.length;
      if (!response.write(piece)) return void response.once("drain", go);
    }
    if (bytes >= cutBytes) response.destroy();
    else response.end();
  };
  go();
}

function isLucky(random: () => number, percent: number): boolean {
  return random() * 100 < percent;
}
