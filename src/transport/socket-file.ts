/**
 * The file of a Unix socket, where one worker may take it over from another without a moment in
 * which nobody listens: it is bound under a name beside it, and then put in the file's place. Who
 * listened there before takes no more, and does not remove what is not its own.
 */

import { lstatSync, renameSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";

/** What the system takes for a socket's name. */
const pathBytesMax = 107;

export class SocketFile {
  readonly #path: string;
  /** What to bind. */
  readonly boundPath: string;
  #inode: number | undefined;

  constructor(path: string) {
    this.#path = path;
    const beside = join(dirname(path), `.${process.pid}-${(count += 1)}`);
    this.boundPath = Buffer.byteLength(beside) <= pathBytesMax ? beside : path;
  }

  /** It is bound: from now on connections to the path come there. */
  putInPlace(): void {
    if (this.boundPath !== this.#path) renameSync(this.boundPath, this.#path);
    this.#inode = inodeOf(this.#path);
  }

  /** Nobody listens there any more, unless somebody has taken it over. */
  remove(): void {
    if (this.#inode !== undefined && inodeOf(this.#path) === this.#inode) unlinkSync(this.#path);
  }
}

let count = 0;

const inodeOf = (path: string): number | undefined =>
  lstatSync(path, { throwIfNoEntry: false })?.ino;

/** Somebody listens there, or it is no socket: not what a killed program has left behind. */
export async function isTaken(path: string): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isSocket()) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once("connect", () => {
    socket.destroy();
    resolve(true);
  });
  socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED"));
  return await promise;
}
