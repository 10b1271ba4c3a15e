/**
 * The clients of a soak: each does one thing after another, patient or in a hurry, and now and then
 * leaves in the middle of it. They count, and look whether what is whole is also right.
 */

import { connect, type Socket } from "node:net";

import { bodyPiece } from "./soak-upstream.ts";

/** Of a hundred visits, so many are broken off by the client. */
const abortPercent = 8;

/** How long a visit may take, in ms: an answer that comes later is one that never comes. */
const visitMsMax = 30_000;

/** Between two visits of one client, in ms: the load is to be mixed, not high. */
const restMsMax = 20;

export interface Visits {
  doneCount: number;
  abortedCount: number;
  /** Broken off by the other side, visibly: how often, by the name of the visit. */
  readonly broken: Map<string, number>;
  /** Whole and wrong, or never over. */
  readonly wrong: string[];
}

interface Visit {
  readonly name: string;
  /** What is sent, in pieces. */
  readonly request: (random: () => number) => readonly (string | Buffer)[];
  /** Bytes of body that a whole answer has; undefined: not looked at. */
  readonly bodyBytes?: number;
  /** How many answers there are. */
  readonly answerCount?: number;
  /** Between two pieces that are sent, and between two that are read, in ms. */
  readonly writeMs?: number;
  readonly readMs?: number;
  readonly isTunnel?: boolean;
}

const close = "Host: soak\r\nConnection: close\r\n\r\n";
const keep = "Host: soak\r\n\r\n";
const piece: Buffer = Buffer.alloc(10_000, "x");

const visits: readonly Visit[] = [
  { name: "small", request: () => [`GET /sized/60 HTTP/1.1\r\n${close}`], bodyBytes: 60 },
  {
    name: "several on one connection",
    request: () => [
      `GET /sized/100 HTTP/1.1\r\n${keep}`,
      `GET /chunked/20000 HTTP/1.1\r\n${keep}`,
      `GET /sized/100 HTTP/1.1\r\n${close}`,
    ],
    writeMs: 5,
    answerCount: 3,
  },
  {
    name: "pipelined",
    request: () => [`GET /sized/10 HTTP/1.1\r\n${keep}GET /sized/10 HTTP/1.1\r\n${close}`],
    answerCount: 2,
  },
  {
    name: "large",
    request: () => [`GET /sized/2000000 HTTP/1.1\r\n${close}`],
    bodyBytes: 2_000_000,
  },
  {
    name: "large, read slowly",
    request: () => [`GET /sized/6000000 HTTP/1.1\r\n${close}`],
    bodyBytes: 6_000_000,
    readMs: 20,
  },
  {
    name: "chunked, read slowly",
    request: () => [`GET /chunked/1000000 HTTP/1.1\r\n${close}`],
    readMs: 10,
  },
  { name: "HTTP/1.0", request: () => [`GET /chunked/300000 HTTP/1.0\r\n\r\n`] },
  {
    name: "upload",
    request: () => [
      `POST /echo HTTP/1.1\r\nContent-Length: 100000\r\n${close}`,
      ...Array.from({ length: 10 }, () => piece),
    ],
  },
  {
    name: "upload, written slowly",
    request: () => [
      `PUT /echo HTTP/1.1\r\nContent-Length: 100000\r\n${close}`,
      ...Array.from({ length: 10 }, () => piece),
    ],
    writeMs: 40,
  },
  {
    name: "chunked upload",
    request: () => [
      `POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}`,
      ...Array.from({ length: 5 }, () => Buffer.concat([Buffer.from("2710\r\n"), piece, crlf])),
      "0\r\n\r\n",
    ],
    writeMs: 3,
  },
  {
    name: "tunnel",
    request: () => [
      "GET /tunnel HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      ...Array.from({ length: 20 }, () => piece),
    ],
    writeMs: 10,
    isTunnel: true,
  },
];

const crlf = Buffer.from("\r\n");

/** Runs until `isOver`, and resolves when the last visit of all clients has ended. */
export async function runClients(
  count: number,
  port: number,
  random: () => number,
  isOver: () => boolean,
): Promise<Visits> {
  const seen: Visits = { doneCount: 0, abortedCount: 0, broken: new Map(), wrong: [] };
  const one = async (): Promise<void> => {
    while (!isOver()) {
      const visit = visits[Math.floor(random() * visits.length)];
      if (visit !== undefined) await pay(visit, port, random, seen);
      await wait(random() * restMsMax);
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  return seen;
}

/** One visit, from connecting to the end of the connection. */
async function pay(visit: Visit, port: number, random: () => number, seen: Visits): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
  const isAborted = random() * 100 < abortPercent;
  if (isAborted) leaveSoon(socket, random);
  const over = Promise.withResolvers<"fin" | "reset" | "late">();
  const pieces: Buffer[] = [];
  const timer = setTimeout(() => over.resolve("late"), visitMsMax);
  socket.on("data", (bytes: Buffer) => {
    pieces.push(bytes);
    if (visit.readMs !== undefined) pauseFor(socket, visit.readMs);
  });
  socket.on("end", () => over.resolve("fin"));
  socket.on("error", () => over.resolve("reset"));
  socket.on("close", () => over.resolve("reset"));
  void write(socket, visit, random);
  const ending = await over.promise;
  clearTimeout(timer);
  socket.destroy();
  if (isAborted) seen.abortedCount += 1;
  else judge(visit, Buffer.concat(pieces), ending, seen);
}

function leaveSoon(socket: Socket, random: () => number): void {
  const leave = random() < 0.5 ? () => socket.destroy() : () => socket.resetAndDestroy();
  setTimeout(leave, random() * 100);
}

function pauseFor(socket: Socket, ms: number): void {
  socket.pause();
  setTimeout(() => socket.resume(), ms);
}

async function write(socket: Socket, visit: Visit, random: () => number): Promise<void> {
  for (const part of visit.request(random)) {
    if (socket.destroyed) return;
    if (!socket.write(part as string)) await wait(10);
    if (visit.writeMs !== undefined) await wait(visit.writeMs);
  }
  if (visit.isTunnel === true) socket.end();
}

function judge(visit: Visit, bytes: Buffer, ending: string, seen: Visits): void {
  if (ending === "late") {
    seen.wrong.push(`${visit.name}: never over`);
    return;
  }
  const text = bytes.toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n");
  const statuses = text.match(/HTTP\/1\.1 \d\d\d/g) ?? [];
  const isGood = statuses.every((line) => line.endsWith("200"));
  if (ending === "reset" || headEnd < 0 || statuses.length < (visit.answerCount ?? 1)) {
    noteBroken(seen, visit);
    return;
  }
  const length = /content-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  const body = bytes.subarray(headEnd + 4);
  if (visit.bodyBytes === undefined || !isGood) seen.doneCount += 1;
  else if (Number(length) !== visit.bodyBytes) seen.wrong.push(`${visit.name}: wrong length`);
  else if (!isRight(body)) seen.wrong.push(`${visit.name}: wrong bytes`);
  else if (body.length < visit.bodyBytes) noteBroken(seen, visit);
  else if (body.length > visit.bodyBytes) seen.wrong.push(`${visit.name}: too many bytes`);
  else seen.doneCount += 1;
}

/** The body, or as much as came of it, is what the upstream sent. */
function isRight(body: Buffer): boolean {
  for (let at = 0; at < body.length; at += bodyPiece.length) {
    const part = body.subarray(at, at + bodyPiece.length);
    if (!part.equals(bodyPiece.subarray(0, part.length))) return false;
  }
  return true;
}

function noteBroken({ broken }: Visits, { name }: Visit): void {
  broken.set(name, (broken.get(name) ?? 0) + 1);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
