/** Has one of the runtime's servers listen. */

import type { ListenOptions, Server } from "node:net";

/** An address, or a socket that is there already. */
export type Where = ListenOptions | { readonly fd: number; readonly backlog: number };

/** Rejects with the system's error. What goes wrong afterwards is told to `onTrouble`. */
export async function listenOn(
  server: Server,
  where: Where,
  onTrouble: (error: Error) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(where, resolve);
  await promise;
  server.off("error", reject).on("error", onTrouble);
}
