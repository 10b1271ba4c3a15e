/** A server of a story, on a free port of this machine, closed with its test. */

import type { AddressInfo, Server } from "node:net";
import type { TestContext } from "node:test";

import { within } from "../support/within.ts";

interface Closable {
  readonly closeAllConnections?: () => void;
}

export async function listening<Kind extends Server & Closable>(
  t: TestContext,
  server: Kind,
  port = 0,
): Promise<{ readonly server: Kind; readonly port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await within(promise, "the story's server listens");
  t.after(() => closed(server));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Cuts what is still open; resolves when nothing of it is left. */
export function closed(server: Server & Closable): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections?.();
  });
}
