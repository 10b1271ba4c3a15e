/**
 * The admin socket: Node's own HTTP server on a Unix socket that only its owner can open, in a
 * folder that only its owner can enter. It lives in the office (`office.ts`).
 */

import { chmodSync, lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { dirname } from "node:path";

import { listenOn } from "../transport/listen-on.ts";
import { isTaken } from "../transport/socket-file.ts";
import { answerAdmin, type AdminHandlers } from "./admin-api.ts";
import { createServer } from "./node-http.ts";

const ownersFolder = 0o700;
const ownersFile = 0o600;

/** Nobody needs more than a few at a time. */
const connectionsMax = 16;

/** How long whoever asked for the end has to read the answer, in ms. */
const lastWordsMs = 200;

export class AdminServer {
  readonly #path: string;
  readonly #server: Server;
  readonly #onTrouble: (error: unknown) => void;

  /** `handlers`: had when somebody first asks. */
  constructor(
    path: string,
    handlers: () => Promise<AdminHandlers>,
    onTrouble: (error: unknown) => void,
  ) {
    this.#path = path;
    this.#onTrouble = onTrouble;
    this.#server = createServer((request, response) => {
      handlers()
        .then((all) => answerAdmin(all, request, response))
        .catch((error: unknown) => {
          if (!response.headersSent) response.statusCode = 500;
          response.end();
          if (!request.destroyed) onTrouble(error);
        });
    });
    this.#server.maxConnections = connectionsMax;
  }

  /** Rejects with what keeps it from being made, such as another instance that listens there. */
  async listen(): Promise<void> {
    const path = this.#path;
    makeFolder(dirname(path));
    if (await isTaken(path)) throw new Error(`somebody listens at ${path}`);
    rmSync(path, { force: true });
    await listenOn(this.#server, { path }, this.#onTrouble);
    chmodSync(path, ownersFile);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), lastWordsMs).unref();
    await closed;
    try {
      rmdirSync(dirname(this.#path));
    } catch {
      // Whoever named the socket may have named a folder with more in it.
    }
  }
}

/** Throws if it is somebody else's, or others may enter it. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: ownersFolder });
  const stats = lstatSync(folder);
  const isOurs = stats.isDirectory() && stats.uid === process.getuid?.();
  if (!isOurs) throw new Error(`${folder} belongs to another user`);
  if ((stats.mode & 0o077) !== 0) chmodSync(folder, ownersFolder);
}
