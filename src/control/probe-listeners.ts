/**
 * Whether somebody else listens where we want to: workers share their ports, and what is shared
 * among them could be shared with another program of the same user, which would then get a part of
 * our clients, and nobody would know.
 */

import { createServer } from "node:net";

import type { ListenOptions } from "../exchange/listen-options.ts";
import { listenOn } from "../transport/listen-on.ts";
import type { Ports } from "../net/open-listener.ts";

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
  const server = createServer((socket) => socket.destroy());
  const where = { port, exclusive: true };
  try {
    await listenOn(server, host === undefined ? where : { ...where, host }, () => undefined);
  } catch (error) {
    throw Object.assign(error as Error, { label });
  }
  await new Promise((resolve) => server.close(resolve));
}
