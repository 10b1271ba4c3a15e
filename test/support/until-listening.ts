/** Waits for another program of this machine to listen. */

import { connect } from "node:net";

import { pause, within } from "./within.ts";

export async function untilListening(port: number, name: string): Promise<void> {
  const ask = async (): Promise<void> => {
    while (!(await isListening(port))) await pause(10);
  };
  await within(ask(), `${name} listens`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
