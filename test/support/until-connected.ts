/** For programs that say nothing when they are ready: asks their Unix socket until it answers. */

import { once } from "node:events";
import { connect } from "node:net";

import { patienceMs, pause } from "./within.ts";

/** Its name is there before anybody listens. */
export async function untilConnected(socketPath: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const socket = connect(socketPath);
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(10);
    } finally {
      socket.destroy();
    }
  }
}
