/**
 * Connections as the runtime's server has them before it makes sockets of them.
 *
 * Only a socket that is made with `onread` reads into a buffer of ours, and `net.Server` has no
 * such option: so the server's handle hands its connections to us instead. The handle is no public
 * API, therefore nothing depends on it: where it hands over something else (Bun), or is not to be
 * had, the server makes its own sockets as ever (docs/decisions/0007-accepted-handles.md).
 */

import type { Server, Socket } from "node:net";

/** What `new Socket({ handle, onread })` takes. */
export interface SocketHandle {
  close(): void;
  useUserBuffer(bytes: Uint8Array): void;
}

type OnConnection = (...told: unknown[]) => void;

interface SocketWithHandle extends Socket {
  _handle?: unknown;
}

interface ServerWithHandle extends Server {
  readonly _handle?: { onconnection?: OnConnection } | null;
}

/** From now on `onHandle`, which may not throw, gets what would become `connection` events. */
export function takeHandles(server: Server, onHandle: (handle: SocketHandle) => void): void {
  const withHandle: ServerWithHandle = server;
  const handle = withHandle._handle;
  const runtimeOwn = handle?.onconnection;
  if (!handle || typeof runtimeOwn !== "function") return;
  handle.onconnection = function (...told) {
    const [error, client] = told;
    if (error === 0 && isSocketHandle(client)) onHandle(client);
    else runtimeOwn.apply(this, told);
  };
}

/** Of a socket that was not read from, and has none then; undefined: it is not to be had. */
export function handleOf(socket: Socket): SocketHandle | undefined {
  const withHandle: SocketWithHandle = socket;
  const handle = withHandle._handle;
  if (!isSocketHandle(handle)) return undefined;
  withHandle._handle = null;
  return handle;
}

/** Bun has an `onconnection` too, and hands other things to it. */
function isSocketHandle(client: unknown): client is SocketHandle {
  if (typeof client !== "object" || client === null) return false;
  return "useUserBuffer" in client && typeof client.useUserBuffer === "function";
}
