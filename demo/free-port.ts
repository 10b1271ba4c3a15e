/**
 * Finds a port for Foregate to listen on: it is a process of its own, so it cannot tell us which
 * one it got. Between our look and its bind another program may take it; then Foregate says so.
 */

import { createServer, type AddressInfo } from "node:net";

/** How many ports above the wished one are tried. */
const triesMax = 50;

/** The first free port from `first` on, or undefined. */
export async function firstFreePort(first: number): Promise<number | undefined> {
  const last = Math.min(first + triesMax, 65_535);
  for (let port = first; port <= last; port++) {
    if ((await bind(port)) !== undefined) return port;
  }
  return undefined;
}

/** Binds as Foregate will, on every address of both families; port 0 asks for any. */
export function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
