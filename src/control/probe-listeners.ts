/**
 * Whether somebody else listens where we want to: workers share their ports, and what is shared
 * among them could be shared with another program of the same user, which would then get a part of
 * our clients, and nobody would know.
 */

import { createServer } from "node:net";

import type { ListenOptions } from "../exchange/listen-options.ts";
import type { Ports } from "../net/doors.ts";

/** Rejects with the system's error and the `label` of the listener. */
export async function probeListeners(wanted: readonly ListenOptions[], own: Ports): Promise<void> {
  // Where we listen at another address of the same port, nobody else can.
  const ours = new Set([0, ...own.values()]);
  const foreign = wanted.filter(
    ({ port, socketPath }) => socketPath === undefined && !ours.has(port),
  );
  await Promise.all(foreign.map(probe));
}

async function probe({ label, host, port }: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createServer((socket) => socket.destroy());
  server.once("error", (error) => reject(Object.assign(error, { label })));
  const where = host === undefined ? { port } : { port, host };
  server.listen({ ...where, exclusive: true }, () => server.close(() => resolve()));
  await promise;
}
