/** The file of a Unix socket that a program has left behind which was killed. */

import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";

/** Removes it if nobody listens there any more. False: it is somebody's, or no socket. */
export async function removeLeftover(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  if (!(await isRefused(path))) return false;
  unlinkSync(path);
  return true;
}

function isRefused(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once("connect", () => {
    socket.destroy();
    resolve(false);
  });
  socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  return promise;
}
