/**
 * A program that sends small requests at a fixed rate, whatever the answers do, and reports how
 * long they took: `node paced-client.ts PORT RATE SECONDS CONNECTIONS`.
 *
 * An open loop: a request that finds no free connection waits in a queue and its wait counts, so a
 * stall of the proxy is seen in full (a closed loop would only send less). Requests become due at
 * the turns of a 1 ms timer, because a core that spins would be missing for the upstream.
 */

import { failLoad, RawConnection, writeGet } from "./raw-connection.ts";

const [port = 0, rate = 0, seconds = 0, connectionCount = 0] = process.argv.slice(2).map(Number);

/** The first second is for code to get warm, and is not counted. */
const warmUpMs = 1_000;

/** So many waiting requests mean that the rate is beyond what the proxy can do. */
const waitingMax = 20_000;

const request = writeGet("/60b");
const idle: RawConnection[] = [];
const dueMsOf = new Map<RawConnection, number>();
const waiting: number[] = [];
const latenciesMs: number[] = [];

let openedCount = 0;
let issuedCount = 0;
let startedMs = 0;

while (openedCount < connectionCount) open();

function open(): void {
  openedCount += 1;
  void new RawConnection(port, {
    onOpen: (connection) => {
      goOn(connection);
      if (startedMs === 0 && idle.length === connectionCount) begin();
    },
    onAnswer: finish,
    onBroken: (_, reason) => failLoad(reason),
  });
}

function begin(): void {
  startedMs = performance.now();
  setTimeout(tick, 1);
}

function tick(): void {
  const nowMs = performance.now();
  const elapsedMs = nowMs - startedMs;
  if (elapsedMs > warmUpMs + seconds * 1_000) return report();
  const dueCount = Math.floor((elapsedMs * rate) / 1_000);
  for (; issuedCount < dueCount; issuedCount++) issue(nowMs);
  if (waiting.length > waitingMax) failLoad(`${waitingMax} requests wait for a connection`);
  setTimeout(tick, 1);
}

function issue(dueMs: number): void {
  const connection = idle.pop();
  if (connection === undefined) waiting.push(dueMs);
  else sendOn(connection, dueMs);
}

function sendOn(connection: RawConnection, dueMs: number): void {
  dueMsOf.set(connection, dueMs);
  connection.send(request);
}

function finish(connection: RawConnection, status: number): void {
  if (status !== 200) failLoad(`an answer with status ${status}`);
  const dueMs = dueMsOf.get(connection) ?? 0;
  if (dueMs - startedMs > warmUpMs) latenciesMs.push(performance.now() - dueMs);
  if (connection.closes) {
    connection.socket.destroy();
    open();
  } else goOn(connection);
}

/** Takes the next request that waits, or waits for one. */
function goOn(connection: RawConnection): void {
  const dueMs = waiting.shift();
  if (dueMs === undefined) idle.push(connection);
  else sendOn(connection, dueMs);
}

function report(): void {
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor(share * latenciesMs.length)] ?? 0;
  const requestsPerSecond = latenciesMs.length / seconds;
  console.log(JSON.stringify({ requestsPerSecond, p50Ms: at(0.5), p99Ms: at(0.99) }));
  process.exit(0);
}
