/** Has one of the runtime's servers listen. */

import type { ListenOptions, Server } from "node:net";

/** Rejects with the system's error. What goes wrong afterwards is told to `onTrouble`. */
export async function listenOn(
  server: Server,
  where: ListenOptions,
  onTrouble: (error: Error) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(where, resolve);
  await promise;
  server.off("error", reject).on("error", onTrouble);
}
