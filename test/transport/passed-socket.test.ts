/** Sockets that the program was started with, found by what systemd says of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { notPassed, passedSocket } from "../../src/transport/passed-socket.ts";

const environment = { LISTEN_PID: "7", LISTEN_FDS: "3", LISTEN_FDNAMES: "web:shop:web" };

const cases: readonly (readonly [
  name: string,
  wanted: string,
  starter: { environment?: Readonly<Record<string, string>>; pid?: number; sockets?: number[] },
  want: number | RegExp,
])[] = [
  ["by its number", "4", {}, 4],
  ["by its number, whoever it is for", "4", { environment: {} }, 4],
  ["a number that is none", "9", {}, /without a socket as file descriptor 9$/],
  ["by its name", "shop", {}, 4],
  ["a name of several", "web", {}, /^several sockets are called web: 3, 5$/],
  ["a name of none", "mail", {}, /^sockets were passed with other names: web, shop, web$/],
  [
    "for another process",
    "shop",
    { pid: 8 },
    /^sockets were passed to process 7, and this one is 8/,
  ],
  ["none at all", "shop", { environment: {} }, /LISTEN_PID is not set$/],
  [
    "a name beyond their number",
    "mail",
    { environment: { LISTEN_PID: "7", LISTEN_FDS: "1", LISTEN_FDNAMES: "web:mail" } },
    /^sockets were passed with other names: web$/,
  ],
  ["a name of what is no socket", "shop", { sockets: [3, 5] }, /file descriptor 4$/],
];

for (const [name, wanted, starter, want] of cases) {
  void test(`passed socket: ${name}`, () => {
    const { sockets = [3, 4, 5], ...rest } = starter;
    const isSocket = (fd: number): boolean => sockets.includes(fd);
    const find = (): number => passedSocket(wanted, { environment, pid: 7, isSocket, ...rest });
    if (typeof want === "number") assert.equal(find(), want);
    else assert.throws(find, { message: want, code: notPassed });
  });
}
