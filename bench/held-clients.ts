/**
 * A program that opens many connections and holds them until it is killed:
 * `node held-clients.ts PORT COUNT PATH idle|stalled`.
 *
 * `idle` reads one answer on each connection and then waits; `stalled` reads the first bytes of the
 * answer and no more. It says `ready` when all of them are so far.
 */

import { failLoad, RawConnection, writeGet } from "./raw-connection.ts";

const [portText = "", countText = "", path = "/", behaviour] = process.argv.slice(2);
const count = Number(countText);
const request = writeGet(path);

/** Dialled at once: more would overflow what a proxy accepts in one turn. */
const dialledAtOnceMax = 100;

let openedCount = 0;
let readyCount = 0;

// A socket that nobody reads does not keep a program alive.
setInterval(() => undefined, 60_000);

for (let first = 0; first < Math.min(dialledAtOnceMax, count); first++) openNext();

function openNext(): void {
  openedCount += 1;
  // The connections live as long as their sockets, which nobody closes.
  void new RawConnection(Number(portText), {
    onOpen: (connection) => connection.send(request),
    onBytes: () => {
      if (behaviour === "stalled") becomeReady();
      return behaviour !== "stalled";
    },
    onAnswer: ({ closes }, status) => {
      if (closes) failLoad("the proxy closes connections behind an answer");
      if (status !== 200) failLoad(`an answer with status ${status}`);
      becomeReady();
    },
    onBroken: (_, reason) => failLoad(`connection ${openedCount}, ${readyCount} ready: ${reason}`),
  });
}

function becomeReady(): void {
  readyCount += 1;
  if (openedCount < count) openNext();
  else if (readyCount === count) console.log("ready");
}
