/**
 * The upstream of the spoon experiment: `node spoon-upstream.ts PORT`.
 *
 * It has four workers, each of which makes one page at a time, as a process of a classic
 * application server does: it takes a request, makes the page, writes all of it, and is held until
 * the kernel has its last byte. Requests wait for a free worker. On SIGTERM it prints for how long
 * each worker was held for each page. (The workers are places in one program: nothing is computed
 * here, so they do not disturb each other.)
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import {
  begunPageBytes,
  makePage,
  pageBytes,
  shortPageBytes,
  type UpstreamStory,
} from "./spoon-page.ts";

const workerCount = 4;

/** What it takes to make a page, in ms. */
const makingMs = 5;

/** After the first bytes of a page that is made slowly, in ms. */
const restMs = 20;

const waiting: (() => void)[] = [];
const heldMs: number[] = [];
let freeCount = workerCount;

function serve({ url = "" }: IncomingMessage, response: ServerResponse): void {
  const [, kind, numberText] = url.split("/");
  if (kind === "small") return void response.end("small");
  if (kind === "begun") return serveSlowly(response);
  const bytes = kind === "short" ? shortPageBytes : pageBytes;
  const begin = (): void => {
    const begunMs = performance.now();
    freeCount -= 1;
    const free = (): void => {
      response.off("finish", free).off("close", free);
      heldMs.push(performance.now() - begunMs);
      freeCount += 1;
      waiting.shift()?.();
    };
    // `finish`: the kernel has all of it.
    response.on("finish", free).on("close", free);
    setTimeout(() => {
      response.setHeader("Content-Length", bytes);
      response.end(makePage(Number(numberText), bytes));
    }, makingMs);
  };
  if (freeCount > 0) begin();
  else waiting.push(begin);
}

function serveSlowly(response: ServerResponse): void {
  const page = makePage(1, begunPageBytes);
  response.setHeader("Content-Length", page.length);
  response.write(page.subarray(0, 1_000));
  setTimeout(() => response.end(page.subarray(1_000)), restMs);
}

const server = createServer(serve);
server.keepAliveTimeout = 60_000;
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
let hasTold = false;
process.on("SIGTERM", () => {
  // The signal comes twice: from who started it, and through `timeout`.
  if (hasTold) return;
  hasTold = true;
  const story: UpstreamStory = { heldMs };
  process.stdout.write(`${JSON.stringify(story)}\n`, () => process.exit());
});
