/** A client that a test writes down: a raw socket to a door. */

import { connect } from "node:net";

import { WireEnd } from "./wire-end.ts";
import { within } from "./within.ts";

/** A port of this machine, or the path of a Unix socket. */
export type ClientTarget = number | string;

export async function connectClient(
  target: ClientTarget,
  name = "client",
  host = "127.0.0.1",
): Promise<WireEnd> {
  const where = typeof target === "number" ? { host, port: target } : { path: target };
  const socket = connect({ ...where, allowHalfOpen: true });
  const end = new WireEnd(name, socket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("error", reject);
  await within(promise, `${name} connects to ${target}`);
  return end;
}
