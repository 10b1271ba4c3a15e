/**
 * Load on kept connections, by hand: raw sockets that ask again as soon as an answer is whole, and
 * know to the byte whether one was not. A library would hide that, or try again.
 */

import { connect } from "node:net";

export interface LoadReport {
  /** Answers that came to their end. */
  readonly wholeCount: number;
  /** Answers of which a part came, and the end did not. */
  readonly cutCount: number;
  /** Answers with a status other than 200. */
  readonly refusedCount: number;
}

export interface Load {
  /** After so many answers, over all connections. */
  readonly warm: (count: number) => Promise<void>;
  /** When every connection has been ended by the other side. */
  readonly ended: Promise<LoadReport>;
}

export interface FreshLoad {
  /** Resolves when the requests that are under way have ended. */
  stop(): Promise<FreshReport>;
}

export interface FreshReport {
  readonly wholeCount: number;
  /** What went wrong with the others, each as it was seen. */
  readonly troubles: readonly string[];
}

/** Clients that make a connection for each request, one after the other. */
export function startFreshLoad(port: number, target: string, clients: number): FreshLoad {
  const tally = { wholeCount: 0, troubles: [] as string[] };
  let isStopped = false;
  const askOn = async (): Promise<void> => {
    while (!isStopped) {
      const trouble = await askOnce(port, target);
      if (trouble === undefined) tally.wholeCount += 1;
      else tally.troubles.push(trouble);
    }
  };
  const all = Array.from({ length: clients }, askOn);
  return {
    async stop() {
      isStopped = true;
      await Promise.all(all);
      return tally;
    },
  };
}

/** undefined: a whole answer came, with a 200. */
function askOnce(port: number, target: string): Promise<string | undefined> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  let trouble: string | undefined;
  const head = `GET ${target} HTTP/1.1\r\nHost: story.test\r\nConnection: close\r\n\r\n`;
  socket.on("connect", () => socket.write(head));
  socket.on("data", (piece: Buffer) => (said += piece.toString("latin1")));
  socket.on("error", (error) => (trouble = error.message));
  return new Promise((resolve) => {
    socket.once("close", () => resolve(trouble ?? lackOf(said)));
  });
}

function lackOf(answer: string): string | undefined {
  const [head = "", body] = answer.split("\r\n\r\n", 2);
  const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1] ?? Number.NaN);
  if (!head.startsWith("HTTP/1.1 200 ")) return head.split("\r\n", 1)[0] || "no answer";
  return body?.length === length ? undefined : `${body?.length} bytes of ${length}`;
}

interface Tally {
  wholeCount: number;
  cutCount: number;
  refusedCount: number;
  onAnswer: () => void;
}

export function startLoad(port: number, target: string, connections: number): Load {
  const tally: Tally = { wholeCount: 0, cutCount: 0, refusedCount: 0, onAnswer: () => undefined };
  const all = Array.from({ length: connections }, () => keepAsking(port, target, tally));
  const warm = (count: number): Promise<void> =>
    new Promise((resolve) => {
      tally.onAnswer = () => {
        if (tally.wholeCount >= count) resolve();
      };
      tally.onAnswer();
    });
  return { warm, ended: Promise.all(all).then(() => tally) };
}

/** Until the other side ends the connection, in whatever way; never by itself. */
function keepAsking(port: number, target: string, tally: Tally): Promise<void> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  const ask = (): void => void socket.write(`GET ${target} HTTP/1.1\r\nHost: story.test\r\n\r\n`);
  let head = "";
  /** Of the body; undefined before the head is whole. */
  let bytesLeft: number | undefined;

  const readHead = (piece: Buffer): void => {
    head += piece.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!head.startsWith("HTTP/1.1 200 ")) tally.refusedCount += 1;
    const length = Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? Number.NaN);
    bytesLeft = length - (head.length - end - 4);
  };
  socket.on("connect", ask);
  socket.on("data", (piece: Buffer) => {
    if (bytesLeft === undefined) readHead(piece);
    else bytesLeft -= piece.length;
    if (bytesLeft !== 0) return;
    const isLast = /^connection: close\r$/im.test(head);
    head = "";
    bytesLeft = undefined;
    tally.wholeCount += 1;
    tally.onAnswer();
    if (!isLast) ask();
  });
  // A connection that ends between two answers is no fault: it may always (RFC 9112 §9.5).
  socket.on("error", () => undefined);
  return new Promise((resolve) => {
    socket.once("close", () => {
      if (head !== "") tally.cutCount += 1;
      resolve();
    });
  });
}
